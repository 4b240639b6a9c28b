/** `streambook run tweets`, `generate tweets` and `job tweets`. */
import { tweetsCase, tweetsJob, type TweetsRound } from "../../cases/index.ts";
import { formatSeconds, plural } from "../../format/index.ts";
import { createLogger } from "../../log/index.ts";
import { addresses, useStack } from "../../stack/index.ts";
import { action, usage } from "../command.ts";
import { path, timeSpan } from "../option-values.ts";
import { statusLine } from "../status-line.ts";
import { addRunAndGenerate, type CaseCommands } from "./shared.ts";

interface Flags {
  readonly every?: number;
  readonly logsDir?: string;
}

/** Adds the commands of the case. */
export function addTweets(commands: CaseCommands): void {
  addRunAndGenerate(commands, tweetsCase);
  commands.job
    .command("tweets")
    .summary("bring tweets into bronze on S3, and from there into the tables of silver and gold")
    .description(
      "Keeps what is in the topic in bronze, each message once; merges it into silver, each tweet once; and sums up in gold the\n" +
        "hours that have changed. Killed at any moment and started again, it ends with the same tables.",
    )
    .option("--every <time>", "go on until Ctrl-C, and merge and sum up so often: 1m, 20s", timeSpan)
    .option("--logs-dir <folder>", "folder for a log (default: no log file)", path)
    .addHelpText(
      "after",
      "\nExample, in two terminals:\n  streambook generate tweets --forever --rate 200\n  streambook job tweets --every 20s",
    )
    .action(
      action<Flags>(async ({ every, logsDir }, { signal }) => {
        if (every === 0)
          usage("--every 0s would never pause; give a length of time such as 20s, or leave it out for once");
        const running = await addresses();
        await using _user = await useStack("streambook job tweets");
        const line = statusLine("job");
        await tweetsJob({
          ...{ addresses: running, every, signal, logger: createLogger("job", { folder: logsDir }) },
          onRows: (rows) => line.show(`${plural(rows, "message")} in bronze`),
          onRound: (round) => line.end(textOf(round)),
        });
      }),
    );
}

/** What a round has done, for the terminal. */
function textOf({ silver, gold, seconds }: TweetsRound): string {
  return `silver: ${plural(silver.inserted, "new tweet")} of ${plural(silver.messages, "message")}; gold: ${gold.changed} of ${plural(gold.hours, "hour")} summed up; ${formatSeconds(seconds)}`;
}
