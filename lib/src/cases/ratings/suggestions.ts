/** What to try after a run: the last section of its page. */
import type { ReportSuggestion } from "../../report/index.ts";
import { KEYSPACE } from "./tables.ts";

/** Commands, each with what it shows. */
export const suggestions: readonly ReportSuggestion[] = [
  {
    command: `npx streambook query --cassandra "SELECT movie, average, ratings FROM ${KEYSPACE}.top_movies LIMIT 10"`,
    does: "Asks for the best movies of an hour: one partition, in its order. The stack must be up (npx streambook up kafka cassandra).",
  },
  {
    command: `npx streambook query --cassandra "SELECT name FROM ${KEYSPACE}.records WHERE rating = 1 LIMIT 5"`,
    does: "A question that has no table: Cassandra refuses it, and says what it would cost.",
  },
  {
    command: "npx streambook job ratings --interval 2",
    does: "Writes what comes every two seconds, while npx streambook generate ratings --rate 200 --forever sends ratings in another terminal.",
  },
];
