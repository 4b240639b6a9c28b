/** What to try after a run: the last section of its page. */
import type { ReportSuggestion } from "../../report/index.ts";
import { campaignNames } from "./names.ts";

/** Commands, each with what it shows. */
export const suggestions: readonly ReportSuggestion[] = [
  {
    command: `npx streambook query "SELECT minute, sum(total_count) AS views FROM ${campaignNames.report} GROUP BY minute ORDER BY minute"`,
    does: "Asks Hive for the views of each minute; the stack must be up (npx streambook up core spark).",
  },
  {
    command: "npx streambook job campaigns --page",
    does: "Follows the stream on a live page, while npx streambook generate campaigns --rate 200 --forever sends views in another terminal.",
  },
  {
    command: "npx streambook run campaigns --late 0.1",
    does: "The same with ten times as many late views: look at what the watermark costs.",
  },
];
