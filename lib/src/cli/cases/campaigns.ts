/** `streambook run campaigns`, `generate campaigns` and `job campaigns`: views of banners by the minute. */
import type { Command } from "commander";
import {
  campaignNames,
  campaignsCase,
  compact,
  correct,
  followLive,
  type JobProgress,
  runJob,
} from "../../cases/index.ts";
import { formatCount, plural } from "../../format/index.ts";
import { createLogger } from "../../log/index.ts";
import { type Addresses, addresses, useStack } from "../../stack/index.ts";
import { action, usage } from "../command.ts";
import { positiveNumber, wholeNumber } from "../option-values.ts";
import { statusLine } from "../status-line.ts";
import { addRunAndGenerate, type CaseCommands } from "./shared.ts";

interface JobFlags {
  readonly once?: boolean;
  readonly batchViews?: number;
  readonly batchSeconds?: number;
  readonly page?: boolean;
  readonly correct?: boolean;
  readonly compact?: boolean;
}

/** Adds the commands of the case. */
export function addCampaigns(commands: CaseCommands): void {
  addRunAndGenerate(commands, campaignsCase);
  addJob(commands.job);
}

function addJob(job: Command): void {
  const { topic, views, report } = campaignNames;
  job
    .command(campaignsCase.name)
    .summary(`count the views of ${topic} by the minute, as they come`)
    .description(
      `Keeps the views of the topic ${topic} in the table ${views}, and counts them by network, minute and campaign in the table ${report}, on Spark.\n` +
        "Killed at any moment and started again, it goes on where it was: nothing is lost, nothing doubled.",
    )
    .option("--once", "stop at the end of what is in the topic now")
    .option(
      "--batch-views <n>",
      "most views of one batch; the watermark moves between batches (default: 5000)",
      wholeNumber(1),
    )
    .option("--batch-seconds <s>", "seconds from one batch to the next (default: 5)", positiveNumber)
    .option("--page", "serve a page that follows the stream, and say where")
    .option("--compact", `do not count: write what ${report} has in several small files to one each`)
    .option("--correct", `do not count: replace what differs from all views, late ones too, in ${report}`)
    .action(
      action<JobFlags>(async (flags, { signal }) => {
        await using _user = await useStack(`streambook job ${campaignsCase.name}`);
        const at = await addresses();
        if (flags.compact === true || flags.correct === true) await mend(flags, at, signal);
        else await count(flags, at, signal);
      }),
    );
}

/** Compacts, corrects, or both, in this order. */
async function mend(
  { once, batchViews, batchSeconds, page, ...flags }: JobFlags,
  at: Addresses,
  signal: AbortSignal,
): Promise<void> {
  if ([once, batchViews, batchSeconds, page].some((flag) => flag !== undefined))
    usage("--compact and --correct count nothing; leave out --once, --batch-views, --batch-seconds and --page");
  if (flags.compact === true) {
    const { compacted, before, after } = await compact({ addresses: at, signal });
    console.log(`${plural(before, "file")} became ${formatCount(after)}, in ${plural(compacted, "partition")}`);
  }
  if (flags.correct !== true) return;
  const { closed, replaced, added } = await correct({ addresses: at, signal });
  console.log(
    closed === undefined
      ? "no minute is closed yet, so nothing was corrected"
      : `${plural(added, "late view")} added in ${plural(replaced, "partition")}; the minutes up to ${closed} are exact`,
  );
}

async function count(
  { once, batchViews, batchSeconds, page }: JobFlags,
  at: Addresses,
  signal: AbortSignal,
): Promise<void> {
  const line = statusLine("job");
  const logger = createLogger(campaignsCase.name);
  await using live = page === true ? await followLive({ addresses: at, logger, signal }) : undefined;
  if (live !== undefined) console.log(`the stream can be followed at ${live.url}; Ctrl-C stops`);
  const progress = await runJob({
    ...{ addresses: at, once, batchViews, batchSeconds, signal, logger },
    ...live?.hooks,
    onProgress: (now) => line.show(progressText(now)),
  });
  line.end(progressText(progress));
}

function progressText({ reported, views, tally }: JobProgress): string {
  return (
    `${formatCount(reported)} counted, ${plural(views.rows, "view")} kept in ${plural(views.files, "file")}` +
    `; late so far ${formatCount(tally.late)}, doubled ${formatCount(tally.doubled)}` +
    (views.deadLetters > 0 ? `, ${plural(views.deadLetters, "dead letter")}` : "")
  );
}
