/**
 * The job: two streams on Spark over the topic of the views. One keeps every view, as it came, in a table by date, and puts aside what cannot
 * be read. The other counts them by network, minute and campaign, and writes a minute when the watermark has passed its end.
 */
import { Hdfs } from "../../hdfs/index.ts";
import { ownerOfStream, type StreamFigures, streamToFiles, streamToTable, tableFolders } from "../../ingest/index.ts";
import { type Logger, silentLogger } from "../../log/index.ts";
import type { StreamProgress } from "../../spark/index.ts";
import type { Addresses } from "../../stack/index.ts";
import { MADE_BY } from "../names/case-names.ts";
import {
  campaignNames,
  type CampaignNames,
  openReport,
  reportPartitions,
  streamFolder,
  viewDate,
  viewSchema,
} from "./names.ts";
import { onceInStream, reportOf, viewsOf } from "./questions.ts";
import { streamSessions } from "./session.ts";
import { addBatch, readTally, type Tally, writeTally } from "./tally.ts";

/** The services that the case works with. */
export type CampaignAddresses = Pick<Addresses, "kafka" | "webhdfs" | "hdfs" | "hive" | "spark">;

/** How far the job is. */
export interface JobProgress {
  /** Of the table of the views. */
  readonly views: StreamFigures;
  /** Views that the report's stream has read in this run of the job. */
  readonly reported: number;
  readonly tally: Tally;
}

/** Options of {@link runJob}. */
export interface JobOptions {
  readonly addresses: CampaignAddresses;
  readonly names?: CampaignNames;
  /** Stop at the end offsets found at start. @default false */
  readonly once?: boolean | undefined;
  /** Most views of one batch of the report: the watermark moves between batches. @default 5000 */
  readonly batchViews?: number | undefined;
  /** Seconds from one batch to the next; as long as there is more to read, the next follows at once. @default 5 */
  readonly batchSeconds?: number | undefined;
  readonly logger?: Logger;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: JobProgress) => void;
  /** Hears of each batch of the report's stream. */
  readonly onBatch?: (batch: StreamProgress, tally: Tally) => Promise<void> | void;
}

/** Views of one batch of the table, which has no watermark to move. */
const TABLE_BATCH = 50_000;

/**
 * Runs both streams until the signal aborts, or with `once` until the end of what is in the topic. Killed at any moment and started again,
 * they go on where their checkpoints are.
 *
 * @throws STACK_DOWN when Spark does not run; as `streamToTable` and `streamToFiles`: when one stream fails, the other one is stopped
 */
export async function runJob(options: JobOptions): Promise<JobProgress> {
  const { addresses, names = campaignNames, logger = silentLogger, once, batchSeconds = 5 } = options;
  const sessions = await streamSessions(addresses);
  const schema = await viewSchema();
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const progress = new Progress(options);
  const shared = { addresses, sessions, topic: names.topic, schema, once, batchSeconds, logger, signal };
  const streams = [
    streamToTable({
      ...shared,
      ...{ timeField: "end_timestamp", dateColumn: viewDate, batchMessages: TABLE_BATCH },
      table: { name: names.views, properties: { [MADE_BY]: "campaigns" } },
      enrichment: { columns: [], open: () => Promise.resolve((messages) => messages) },
      onProgress: (views) => progress.note({ views }),
    }),
    reportStream({ ...options, names, signal }, shared, progress),
  ];
  for (const stream of streams) stream.catch((error: unknown) => failed.abort(error));
  await Promise.allSettled(streams);
  if (failed.signal.aborted) throw failed.signal.reason;
  return progress.now;
}

/** How far both streams are. */
class Progress {
  readonly #onProgress: JobOptions["onProgress"];
  now: JobProgress = {
    views: { read: 0, rows: 0, files: 0, bytes: 0, deadLetters: 0 },
    reported: 0,
    tally: { batch: -1, late: 0, doubled: 0, unseen: 0 },
  };

  constructor({ onProgress }: JobOptions) {
    this.#onProgress = onProgress;
  }

  note(news: Partial<JobProgress>): void {
    this.now = { ...this.now, ...news };
    this.#onProgress?.(this.now);
  }
}

type Shared = Pick<
  Parameters<typeof streamToFiles>[0],
  "addresses" | "sessions" | "topic" | "schema" | "once" | "batchSeconds" | "logger" | "signal"
>;

async function reportStream(
  options: JobOptions & { readonly names: CampaignNames },
  shared: Shared,
  progress: Progress,
): Promise<void> {
  const { addresses, names, batchViews = 5000, signal, onBatch } = options;
  await using table = await openReport(addresses, names, signal);
  const hdfs = new Hdfs({ address: addresses.webhdfs, signal });
  const folder = streamFolder(names);
  let tally = await readTally(hdfs, folder);
  let reported = 0;
  progress.note({ tally });
  await streamToFiles({
    ...shared,
    ...{ table: names.report, folder, target: table.folder, batchMessages: batchViews },
    partitionedBy: reportPartitions.map(({ name }) => name),
    rows: (messages, spark) => reportOf(spark, onceInStream(viewsOf(spark, messages))),
    hasRows: async () => (await table.partitions()).length > 0,
    publish: (partitions) => table.add(partitions.map(valuesOf)),
    onBatch: async (batch) => {
      reported += batch.numInputRows;
      tally = addBatch(tally, batch);
      await writeTally(hdfs, folder, tally);
      progress.note({ reported, tally });
      await onBatch?.(batch, tally);
    },
  });
}

/** The values of `network_id=meadow/minute=2026-09-13T06-49-00Z`. */
function valuesOf(partition: string): Record<string, string> {
  return Object.fromEntries(partition.split("/").map((part) => part.split("=", 2) as [string, string]));
}

/** Ends the streams that a job which was killed has left to Spark, so that what they fill can be removed. */
export async function endJob(addresses: CampaignAddresses, names: CampaignNames = campaignNames): Promise<void> {
  const sessions = await streamSessions(addresses);
  const hdfs = new Hdfs({ address: addresses.webhdfs });
  for (const folder of [`${tableFolders.streams}/${names.views}`, streamFolder(names)]) {
    const owner = await ownerOfStream(hdfs, folder);
    if (owner !== undefined) await sessions.end(owner);
  }
}
