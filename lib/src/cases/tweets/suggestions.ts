/** What to try after a run: the last section of its page. */
import type { ReportSuggestion } from "../../report/index.ts";

/** Commands, each with what it shows. */
export const suggestions: readonly ReportSuggestion[] = [
  {
    command: "npx streambook up tweets spark",
    does: "Starts what the lakehouse needs, with what the run has left in it.",
  },
  {
    command: "npx streambook job tweets --every 20s",
    does: "Brings new tweets through all layers, while npx streambook generate tweets --rate 200 --forever sends them in another terminal.",
  },
  {
    command: "npx streambook run tweets --late 0.1",
    does: "The same with ten times as many late tweets: look at how many hours are summed up again.",
  },
];
