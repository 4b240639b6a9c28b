/** `streambook run ratings`, `generate ratings` and `job ratings`: ratings of movies into tables made for their questions. */
import type { Command } from "commander";
import {
  openReviews,
  RATINGS_KEYSPACE,
  RATINGS_TOPIC,
  ratingsCase,
  type RatingsJobProgress,
  runRatingsJob,
} from "../../cases/index.ts";
import { formatCount, plural } from "../../format/index.ts";
import { createLogger } from "../../log/index.ts";
import { addresses, useStack } from "../../stack/index.ts";
import { action } from "../command.ts";
import { positiveNumber, wholeNumber } from "../option-values.ts";
import { statusLine } from "../status-line.ts";
import { addRunAndGenerate, type CaseCommands } from "./shared.ts";

interface JobFlags {
  readonly once?: boolean;
  readonly interval?: number;
  readonly most?: number;
  readonly copies?: number;
}

/** Adds the commands of the case. */
export function addRatings(commands: CaseCommands): void {
  addRunAndGenerate(commands, ratingsCase);
  addJob(commands.job);
}

function addJob(job: Command): void {
  job
    .command(ratingsCase.name)
    .summary(`write the ratings of ${RATINGS_TOPIC} to Cassandra, as they come`)
    .description(
      `Writes the ratings of the topic ${RATINGS_TOPIC} to the tables of the keyspace ${RATINGS_KEYSPACE}, each to those of the questions that it has a part in.\n` +
        "Killed at any moment and started again, it goes on where it was: nothing is lost, nothing doubled.",
    )
    .option("--once", "stop at the end of what is in the topic now")
    .option("--interval <s>", "seconds from one write to the next (default: 30)", positiveNumber)
    .option("--most <n>", "write when so many messages wait, whatever the time (default: 20000)", wholeNumber(1))
    .option("--copies <n>", "nodes that keep each row, when the keyspace is made (default: 1)", wholeNumber(1, 9))
    .action(
      action<JobFlags>(async (flags, { signal }) => {
        await using _user = await useStack(`streambook job ${ratingsCase.name}`);
        const at = await addresses();
        await using cassandra = await openReviews(at, signal);
        const line = statusLine("job");
        const progress = await runRatingsJob({
          ...{ broker: at.kafka, cassandra, ...flags, signal },
          logger: createLogger(ratingsCase.name),
          onProgress: (now) => line.show(progressText(now)),
        });
        line.end(progressText(progress));
      }),
    );
}

function progressText({ ratings, late, malformed, writes, rows, seconds }: RatingsJobProgress): string {
  const rest = malformed > 0 ? `, ${plural(malformed, "dead letter")}` : "";
  return (
    `${plural(ratings, "rating")} written, ${formatCount(late)} of them late${rest}; ` +
    `${plural(writes, "write")} of ${plural(rows, "row")} since the start, the last in ${seconds.toFixed(1)} s`
  );
}
