/** `streambook run clicks`, `generate clicks` and `job clicks`. */
import { InvalidArgumentError } from "commander";
import { type CleanHoursReport, clicksCase, clicksJob, cleanHours } from "../../cases/index.ts";
import { formatBytes, formatSeconds, plural } from "../../format/index.ts";
import { createLogger } from "../../log/index.ts";
import { addresses, useStack } from "../../stack/index.ts";
import { action, usage } from "../command.ts";
import { path, timeSpan } from "../option-values.ts";
import { statusLine } from "../status-line.ts";
import { addRunAndGenerate, type CaseCommands } from "./shared.ts";

interface Flags {
  readonly every?: number;
  readonly hour?: readonly string[];
  readonly timeLimit?: number;
  readonly logsDir?: string;
}

/** Adds the commands of the case. */
export function addClicks(commands: CaseCommands): void {
  addRunAndGenerate(commands, clicksCase);
  commands.job
    .command("clicks")
    .summary("keep the events as they came, and make complete hours clean")
    .description(
      "Keeps what is in the topics as raw events on HDFS, each once, and makes hours of them clean with Spark: the hours that are\n" +
        "complete, because every partition has passed their end, and that are not done yet, or for which a late event has come.\n" +
        "Killed at any moment and started again, it ends with the same table.",
    )
    .option("--every <time>", "go on until Ctrl-C, and look for complete hours so often: 1h, 10m, 30s", timeSpan)
    .option(
      "--hour <hours>",
      "make these hours clean again, as 2026-10-24T15 (UTC), with commas between them, complete or not; keeps nothing",
      hours,
    )
    .option(
      "--time-limit <time>",
      "so long an hour waits for partitions that have not passed its end (default: 10m; 0s: not at all)",
      timeSpan,
    )
    .option("--logs-dir <folder>", "folder for a log (default: no log file)", path)
    .addHelpText(
      "after",
      "\nExample, in two terminals:\n  streambook generate clicks --forever --rate 500\n  streambook job clicks --every 1m",
    )
    .action(
      action<Flags>(async ({ every, hour, timeLimit, logsDir }, { signal }) => {
        if (hour !== undefined && every !== undefined) usage("--hour and --every contradict each other; leave one out");
        if (every === 0)
          usage("--every 0s would never pause; give a length of time such as 30s, or leave it out for once");
        const running = await addresses();
        await using _user = await useStack("streambook job clicks");
        const logger = createLogger("job", { folder: logsDir });
        const line = statusLine("job");
        const options = {
          ...{ addresses: running, timeLimit, logger, signal },
          onProgress: ({ done, of }: { done: number; of: number }) => {
            line.show(`${done} of ${plural(of, "hour")} clean`);
          },
        };
        const show = (report: CleanHoursReport): void => {
          for (const one of linesOf(report)) line.end(one);
        };
        if (hour !== undefined) show(await cleanHours({ ...options, hours: hour }));
        else
          await clicksJob({
            ...options,
            every,
            onBatch: show,
            onKept: (rows) => line.show(`${plural(rows, "event")} kept`),
          });
      }),
    );
}

/** What a batch has done, for the terminal. */
function linesOf({ done, waiting, empty, bytes, seconds }: CleanHoursReport): string[] {
  const hours = done.map(({ hour, complete, again, waitingFor }) => {
    const why =
      complete === "time limit"
        ? `, by the time limit: ${waitingFor.join(", ")} had not passed its end`
        : complete === undefined
          ? ", not complete yet"
          : "";
    return `${hour}: ${again ? "done again" : "done"}${why}`;
  });
  const none = empty.map((hour) => `${hour}: no events`);
  const waits = waiting.map(({ hour, waitingFor }) => `${hour}: waits for ${some(waitingFor)}`);
  return [
    ...hours,
    ...none,
    ...waits,
    `${plural(done.length, "hour")} clean, ${formatBytes(bytes)} read, ${formatSeconds(seconds)}`,
  ];
}

function some(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

function hours(text: string, before: readonly string[] = []): readonly string[] {
  const all = text.split(",").map((hour) => hour.trim());
  for (const hour of all)
    if (!/^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3])$/.test(hour))
      throw new InvalidArgumentError("It must be hours in UTC, such as 2026-10-24T15.");
  return [...before, ...all];
}
