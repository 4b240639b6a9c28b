/**
 * The sink: Kafka → check → the pipeline's own columns → files on HDFS or S3 → Hive, each message exactly once.
 *
 * Three things run side by side: threads parse and encode (`rows/`), this thread labels in order (`consumption.ts`),
 * and the network takes files away (`publisher.ts`, `files/`). What is owned of a topic, and how much of it is gathered, is
 * kept in `assignments.ts`. What the messages are about, only the pipeline knows (`enrichment.ts`). Several topics are read by one
 * member of a group; each has all of this for itself (`topic-stream.ts`), so that a slow one does not hold up the others.
 */
import { delay } from "../async/index.ts";
import { Hdfs } from "../hdfs/index.ts";
import { KafkaCluster, openConsumers, type PartitionConsumer } from "../kafka/index.ts";
import { type Logger, silentLogger } from "../log/index.ts";
import type { Addresses } from "../stack/index.ts";
import type { S3Access } from "./files/s3-store.ts";
import { RowWorkers, type TopicRows } from "./rows/row-workers.ts";
import type { StoreOptions } from "./rows/row-worker.ts";
import { OtherMembers } from "./other-members.ts";
import { Run } from "./run.ts";
import { ServiceRetry } from "./service-retry.ts";
import { checkTopics, type TopicOptions } from "./topic-options.ts";
import {
  type CommitStep,
  type Figures,
  type Progress,
  totalFigures,
  totalProgress,
  type TopicState,
} from "./topic-state.ts";
import { type SharedParts, TopicStream } from "./topic-stream.ts";

/** Options of {@link ingest}. */
export interface IngestOptions {
  /** Where the services are; HiveServer2 is needed only for tables. */
  readonly addresses: Pick<Addresses, "kafka" | "webhdfs"> & Partial<Pick<Addresses, "hive">>;
  /** S3, for topics whose folder is on it. @default none */
  readonly s3?: S3Access | undefined;
  /** The topics, one or more; no two may be the same or share a folder or table. */
  readonly topics: readonly TopicOptions[];
  /** Consumers of one group share the partitions of each topic. @default "streambook" */
  readonly group?: string;
  /** Stop at the end offsets found at start. @default false */
  readonly once?: boolean;
  /** Rows after which a partition's file is written. @default 20000 */
  readonly flushRecords?: number;
  /** Bytes of messages after which a partition's file is written. @default 8 MiB */
  readonly flushBytes?: number;
  /** Seconds after which a partition's file is written. @default 10 */
  readonly flushSeconds?: number;
  /**
   * Files of a partition, in one date or hour, that are joined as soon as there are so many, 2 or more: few large files for who reads them,
   * however short the time of a flush. Only on HDFS. @default none: files stay as they were written
   */
  readonly compactAt?: number | undefined;
  /** Called after each step of a compaction; the tests of exactly-once kill the process here. */
  readonly onCompaction?: SharedParts["onCompaction"];
  /** Threads that parse and encode. @default one less than there are cores, 1 to 4 */
  readonly threads?: number;
  readonly logger?: Logger;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: Progress) => void;
  /** Called after each step; the tests of exactly-once kill the process here. */
  readonly onStep?: (step: CommitStep, range: string) => void | Promise<void>;
}

/** What was ingested, of all topics together. */
export interface IngestReport extends Figures {
  /** The same of each topic, in the order of the options. */
  readonly topics: readonly (Figures & { readonly topic: string })[];
}

/** Files of all partitions that may be gathered at once; with more partitions than that, the largest is written before it is full. */
const FILES_GATHERED = 4;
/** Files that may wait to be published. */
const FILES_WAITING = 6;

/**
 * Reads topics into files until the signal aborts, or with `once` until the end offsets found at start.
 * What was read is flushed and committed before it returns.
 *
 * @throws SCHEMA_INVALID, USAGE for options that do not fit; UNREACHABLE when a service does not answer at the start, or
 * stays away for about ten minutes; WRONG_CLUSTER when another Kafka answers than that of the files; OFFSETS_OVERLAP,
 * PARTITION_LOST; whatever an enrichment throws
 */
export async function ingest(options: IngestOptions): Promise<IngestReport> {
  const { topics, logger = silentLogger, signal } = options;
  checkTopics(topics);
  // The threads load their code while the services answer.
  await using workers = new RowWorkers({ stores: topics.map(storeOf), threads: options.threads });
  using services = new ServiceRetry({ stopping: signal, logger });
  const streams: TopicStream[] = [];
  await using closing = new AsyncDisposableStack();
  const onChange = (): void => options.onProgress?.(totalProgress(streams.map(({ state }) => state.progress)));
  const shared = sharedParts(options, services, onChange);
  for (const [index, topic] of topics.entries())
    streams.push(closing.use(new TopicStream(topic, workers.topics[index] as TopicRows, shared)));
  signal?.throwIfAborted();
  for (const stream of streams) await stream.open();
  await readAll(streams, options, shared);
  return reportOf(streams.map(({ state }) => state)); // only here the threads and the tables are closed
}

/**
 * Reads all topics side by side; with `once`, until each was read to its end in an assignment that is still valid, and the other members of
 * the group have read theirs, or show for as long as a session that they are there.
 */
async function readAll(streams: readonly TopicStream[], options: IngestOptions, shared: SharedParts): Promise<void> {
  const { once = false, group = "streambook", signal } = options;
  const { broker, cluster, run, logger } = shared;
  const consumers = await openConsumers({
    broker,
    cluster,
    group,
    topics: streams.map(({ consumed }) => consumed),
    logger,
    signal: signal === undefined ? run.stop : AbortSignal.any([signal, run.stop]),
    endOffsets: once ? "once" : "never",
  });
  const others = new OtherMembers(streams, { logger, signal });
  try {
    streams.forEach((stream, index) => stream.connect(consumers[index] as PartitionConsumer));
    for (;;) {
      await Promise.all(streams.map((stream) => stream.read()));
      run.throwIfFailed();
      if (!once || signal?.aborted === true || (await others.haveRead())) break;
      await delay(10); // what the group has to say must come in, also when nothing else is waited for
    }
  } finally {
    await Promise.all(streams.map((stream) => stream.settled()));
    await consumers[0]?.close();
  }
}

function storeOf({ schema, timeField, layout, enrichment }: TopicOptions): StoreOptions {
  const { columns = [], marker } = enrichment ?? {};
  return { schema, timeField, columns, format: layout.format, granularity: layout.granularity, marker };
}

function sharedParts(options: IngestOptions, services: ServiceRetry, onChange: () => void): SharedParts {
  const { addresses, topics, logger = silentLogger, signal, onStep, compactAt, onCompaction } = options;
  const { flushRecords = 20_000, flushBytes = 8 << 20, flushSeconds = 10 } = options;
  return {
    broker: addresses.kafka,
    cluster: new KafkaCluster(),
    // Few tries of its own: a NameNode that stays away is waited for by the caller, who reports it.
    hdfs: new Hdfs({ address: addresses.webhdfs, retry: { attempts: 2 }, signal: services.signal }),
    s3: options.s3,
    hive: addresses.hive,
    run: new Run(services),
    services,
    limits: { records: flushRecords, bytes: flushBytes },
    flushSeconds,
    compactAt,
    onCompaction,
    filesGathered: Math.max(1, FILES_GATHERED / topics.length),
    filesWaiting: Math.max(1, Math.floor(FILES_WAITING / topics.length)),
    logger,
    signal,
    onChange,
    onStep,
  };
}

function reportOf(states: readonly TopicState[]): IngestReport {
  const topics = states.map(({ topic, figures }) => ({ topic, ...figures }));
  return { ...totalFigures(topics), topics };
}
