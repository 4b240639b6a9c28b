/** A whole run of the case: views are sent, counted by the stream, compacted, corrected, and every number is compared with the plain answer. */
import { openHive } from "../../hive/index.ts";
import { formatCount, plural } from "../../format/index.ts";
import { deadLetterTopic, topicOffsets } from "../../kafka/index.ts";
import { RateMeter } from "../../report/index.ts";
import type { CaseRunOptions } from "../case.ts";
import { type CaseEvent, take } from "../events/event.ts";
import { sendEvents } from "../events/send.ts";
import { CaseNames } from "../names/case-names.ts";
import type { Row } from "../report/compare-rows.ts";
import type { CaseFindings } from "../report/report.ts";
import { type Compaction, compact } from "./compact.ts";
import { answerOf, type Correction, correct } from "./correct.ts";
import { PlainReport, readMessages } from "./expected.ts";
import { findingsOf } from "./findings.ts";
import { adViews } from "./generate.ts";
import { endJob, type JobProgress, runJob } from "./job.ts";
import { campaignNames, caseNames, PARTITIONS, viewSchema } from "./names.ts";
import { type OpenCount, openMinutes } from "./open-minutes.ts";
import type { Found } from "./proofs.ts";
import { Replay, type WatermarkBatch, watermarkBatch } from "./replay.ts";
import { openSession } from "./session.ts";

/** Runs the case. @throws NOT_OURS when what stands under its names is not an earlier run's; as the job and the correction */
export async function runCampaigns(options: CaseRunOptions): Promise<CaseFindings> {
  const { addresses, events, eventOptions, replace, signal } = options;
  await endJob(addresses);
  await using _names = await CaseNames.take(caseNames, { addresses, replace, signal });
  const rates = [new RateMeter("sent", options.recorder), new RateMeter("counted", options.recorder)] as const;
  const messages = (): Iterable<CaseEvent> => take(adViews(eventOptions), events);
  await send(options, messages(), rates[0]);
  const found = await answers(options, rates[1]);
  const plain = await options.recorder.run(
    "Answer in TypeScript",
    () => plainAnswers(messages(), events, found.batches),
    ({ report }) => ({ text: `${plural(report.rows.length, "row")} in one pass`, messages: events }),
  );
  return findingsOf(
    options,
    found,
    plain,
    rates.map((rate) => rate.series()),
  );
}

async function send(
  { addresses, recorder, rate, logger, signal, events }: CaseRunOptions,
  messages: Iterable<CaseEvent>,
  meter: RateMeter,
) {
  const { topic } = campaignNames;
  await recorder.run(
    "Send the views",
    (stage) =>
      sendEvents({
        ...{
          broker: addresses.kafka,
          topics: [{ topic, partitions: PARTITIONS }],
          events: messages,
          rate,
          logger,
          signal,
        },
        onProgress: ({ sent }) => {
          meter.count(sent);
          stage.progress(`${formatCount(sent)} of ${formatCount(events)}`);
        },
      }),
    ({ sent }) => ({ text: plural(sent, "message"), messages: sent }),
  );
}

/** The stages that ask the stores, in their order. */
async function answers(options: CaseRunOptions, meter: RateMeter): Promise<Found> {
  const { addresses, recorder, signal } = options;
  const names = campaignNames;
  const { job, batches } = await count(options, meter);
  const ask = (): Promise<readonly Row[]> => askReport(options);
  const { streamed, open } = await recorder.run(
    "Ask what is reported",
    async () => ({ streamed: await ask(), open: await openNow(options) }),
    (answer) => ({ text: `${plural(answer.streamed.length, "row")}; ${plural(answer.open.length, "sum")} still open` }),
  );
  const compaction = await recorder.run("Compact", () => compact({ addresses, names, signal }), compacted);
  const afterCompaction = await ask();
  const correction = await recorder.run("Correct", () => correct({ addresses, names, signal }), corrected);
  const all = await recorder.run(
    "Ask again",
    async () => ({ corrected: await ask(), ...(await askViews(options)) }),
    (answer) => ({ text: `${plural(answer.corrected.length, "row")}, and all views` }),
  );
  return { job, batches, streamed, open, compaction, compacted: afterCompaction, correction, ...all };
}

function compacted({ before, after }: Compaction): { readonly text: string } {
  return { text: `${plural(before, "file")} became ${formatCount(after)}` };
}

function corrected({ replaced, added }: Correction): { readonly text: string } {
  return { text: `${plural(added, "late view")} added, in ${plural(replaced, "partition")}` };
}

/** Views of a batch: few, so that the watermark moves often; more when there are many, so that there are not more than 40 batches. */
export function batchOf(events: number): number {
  return Math.max(5000, Math.ceil(events / 40));
}

function count(
  { addresses, recorder, logger, signal, events }: CaseRunOptions,
  meter: RateMeter,
): Promise<{ readonly job: JobProgress; readonly batches: readonly WatermarkBatch[] }> {
  return recorder.run(
    "Count them by minute",
    async (stage) => {
      const batches: WatermarkBatch[] = [];
      const job = await runJob({
        ...{ addresses, once: true, batchViews: batchOf(events), logger, signal },
        onBatch: (batch) => void batches.push(watermarkBatch(batch)),
        onProgress: ({ reported, views, tally }) => {
          meter.count(reported);
          stage.progress(
            `${formatCount(reported)} counted, ${formatCount(views.read)} kept, ${formatCount(tally.late)} late`,
          );
        },
      });
      return { job, batches };
    },
    ({ job }) => ({
      text: `${plural(job.tally.late, "late view")}, ${plural(job.tally.doubled, "double")}`,
      messages: job.reported,
    }),
  );
}

/** The report as Hive gives it. */
async function askReport({ addresses, signal }: CaseRunOptions): Promise<readonly Row[]> {
  await using hive = await openHive({ address: addresses.hive, signal });
  const sql = `SELECT network_id, minute, campaign_id, avg_duration, total_count FROM ${campaignNames.report}`;
  return (await hive.query(sql)) as readonly Row[];
}

async function openNow({ addresses, signal }: CaseRunOptions): Promise<OpenCount[]> {
  await using spark = await openSession(addresses, signal);
  return await openMinutes(spark, addresses, campaignNames, signal);
}

/** The table of all views: its answer to the question of the report, and its counts. */
async function askViews({
  addresses,
  signal,
}: CaseRunOptions): Promise<Pick<Found, "ofAllViews" | "rows" | "views" | "deadLetters">> {
  await using spark = await openSession(addresses, signal);
  const ofAllViews = (await answerOf(spark, campaignNames).collect({ signal })) as Row[];
  const counted = await spark.query`
    SELECT count(*) AS rows, count(DISTINCT view_id) AS views FROM ${spark.table(campaignNames.views)}`
    .as({ rows: "bigint", views: "bigint" })
    .first({ signal });
  const topic = deadLetterTopic(campaignNames.topic);
  const letters = [...(await topicOffsets({ broker: addresses.kafka, topic, signal })).values()];
  return {
    ofAllViews,
    rows: Number(counted?.rows),
    views: Number(counted?.views),
    deadLetters: letters.reduce((sum, { low, high }) => sum + Number(high - low), 0),
  };
}

async function plainAnswers(messages: Iterable<CaseEvent>, count: number, batches: readonly WatermarkBatch[]) {
  const report = new PlainReport();
  const replay = new Replay({ batches, partitions: PARTITIONS, messages: count });
  for (const message of readMessages(messages, await viewSchema())) {
    report.add(message);
    replay.add(message);
  }
  return { report: report.answer(), replay };
}
