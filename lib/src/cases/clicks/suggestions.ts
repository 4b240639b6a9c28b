/** What to try after a run: the last section of its page. */
import type { ReportSuggestion } from "../../report/index.ts";
import { clicksNames } from "./names.ts";

/** Commands, each with what it shows. */
export const suggestions: readonly ReportSuggestion[] = [
  {
    command: `npx streambook query "SELECT action, count(*) AS events FROM ${clicksNames().table} GROUP BY action"`,
    does: "Asks Hive what happened how often; the stack must be up (npx streambook up core spark).",
  },
  {
    command: "npx streambook job clicks --every 1m",
    does: "Keeps events and makes complete hours clean, while npx streambook generate clicks --rate 500 --forever sends events in another terminal.",
  },
  {
    command: "npx streambook run clicks --late 0.02",
    does: "The same with ten times as many late events: look at how many hours are done again.",
  },
];
