/**
 * The consumer: Kafka → check → terms → cluster → Parquet on HDFS → Hive, each message exactly once.
 *
 * Three things run side by side: threads parse and encode (`row-workers.ts`), this thread labels in order (`consumption.ts`,
 * `labeller.ts`), and the network takes files away (`publisher.ts`, `table.ts`). What is owned of the topic, and how much of it
 * is gathered, is kept in `assignments.ts`.
 */
import { StreambookError } from "../errors/index.ts";
import { Hdfs } from "../hdfs/index.ts";
import { ensureTopic, openConsumer } from "../kafka/index.ts";
import { type Logger, silentLogger } from "../log/index.ts";
import type { FieldType, Schema } from "../schema/index.ts";
import type { Addresses } from "../stack/index.ts";
import { Assignments } from "./assignments.ts";
import { Consumption } from "./consumption.ts";
import { DeadLetters } from "./dead-letters.ts";
import type { FileLimits } from "./gathering.ts";
import { Labeller } from "./labeller.ts";
import { checkCompatible, ModelStore } from "./models.ts";
import { Patience } from "./patience.ts";
import { Publisher } from "./publisher.ts";
import { streamField, textField, timeField } from "./row-store.ts";
import { RowWorkers } from "./row-workers.ts";
import { type CommitStep, RunState, type Spent } from "./run-state.ts";
import { Table } from "./table.ts";

/** How far a consumer is. */
export interface ConsumeProgress {
  /** Messages read from Kafka. */
  readonly read: number;
  /** Rows in published files. */
  readonly rows: number;
  readonly files: number;
  readonly deadLetters: number;
  /** Chunks held until the model can be seeded; 0 afterwards. */
  readonly warmingUp: number;
}

/** Options of {@link consume}. */
export interface ConsumeOptions {
  readonly addresses: Pick<Addresses, "kafka" | "webhdfs" | "hive">;
  readonly schema: Schema;
  readonly topic: string;
  readonly table: string;
  /** Properties that say what the table and its view are, if they have to be made. @default none */
  readonly tableProperties?: Readonly<Record<string, string>> | undefined;
  /**
   * Consumers of one group share the partitions, but not the model: each labels its rows by one of its own, which goes on from
   * the newest that it finds when it starts. @default "streambook"
   */
  readonly group?: string;
  /** Number of clusters. @default 5 */
  readonly clusters?: number;
  /** Seed of the clustering. @default 42 */
  readonly seed?: number;
  /** Chunks held to seed the model; fewer seed it when nothing comes for `flushSeconds`. @default 200 */
  readonly warmUp?: number;
  /** Number of features that terms are hashed to, 1 to 65536. @default 16384 */
  readonly features?: number;
  /** Whether terms are stemmed. @default true */
  readonly stem?: boolean;
  /** Stop at the end offsets found at start. @default false */
  readonly once?: boolean;
  /** Rows after which a partition's file is written. @default 20000 */
  readonly flushRecords?: number;
  /** Bytes of messages after which a partition's file is written. @default 8 MiB */
  readonly flushBytes?: number;
  /** Seconds after which a partition's file is written. @default 10 */
  readonly flushSeconds?: number;
  /** Threads that parse and encode. @default one less than there are cores, 1 to 4 */
  readonly threads?: number;
  readonly logger?: Logger;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: ConsumeProgress) => void;
  /** Told after each step; the tests of exactly-once kill the process here. */
  readonly onStep?: (step: CommitStep, range: string) => void | Promise<void>;
}

/** What a consumer did. */
export interface ConsumeReport extends Omit<ConsumeProgress, "warmingUp"> {
  /** Bytes of the Parquet files. */
  readonly bytes: number;
  /** From the opening of the consumer to the last file. */
  readonly seconds: number;
  /** From the first batch to the last file: without what it takes to join the group and to wait for messages. */
  readonly flowing: number;
  readonly modelVersion: string;
  /** Where the time went: seconds of this thread's work, and of waiting for others. */
  readonly spent: Readonly<Spent>;
}

/**
 * Reads a topic into a table until the signal aborts, or with `once` until the end offsets found at start.
 * What was read is flushed and committed before it returns.
 *
 * @throws SCHEMA_INVALID, USAGE for options that do not fit; UNREACHABLE when a service does not answer at the start, or
 * stays away for about ten minutes; OFFSETS_OVERLAP, PARTITION_LOST
 */
export async function consume(options: ConsumeOptions): Promise<ConsumeReport> {
  checkSchema(options.schema);
  const { addresses, logger = silentLogger, signal } = options;
  // The threads load their code while the services answer.
  await using workers = new RowWorkers({ schema: options.schema, ...pick(options, "features", "stem", "threads") });
  using patience = new Patience({ hurry: signal, logger });
  // Few tries of its own: a NameNode that stays away is waited for here, where it can be told.
  const hdfs = new Hdfs({ address: addresses.webhdfs, retry: { attempts: 2 }, signal: patience.signal });
  await using table = new Table({
    hdfs,
    hive: addresses.hive,
    name: options.table,
    topic: options.topic,
    schema: options.schema,
    properties: options.tableProperties,
    logger,
    signal: patience.signal,
  });
  signal?.throwIfAborted();
  await ensureTopic({ broker: addresses.kafka, topic: options.topic, ...(signal === undefined ? {} : { signal }) });
  await table.create();
  const models = new ModelStore(hdfs, options.table, logger);
  const saved = await models.load();
  if (saved !== undefined)
    checkCompatible(saved, { clusters: options.clusters ?? 5, features: options.features ?? 16384 }, options.table);
  const labeller = new Labeller(options, saved);
  await using deadLetters = new DeadLetters({ broker: addresses.kafka, topic: options.topic, patience, logger });
  const state = new RunState(options, { patience, held: () => labeller.held });
  const { topic, flushRecords = 20_000, flushBytes = 8 << 20 } = options;
  const limits: FileLimits = { records: flushRecords, bytes: flushBytes };
  const parts = { topic, table, models, labeller, workers, deadLetters, state, limits, logger };
  const assignments = new Assignments({ ...parts, broker: addresses.kafka });
  const consumer = await openConsumer({
    broker: addresses.kafka,
    topic,
    group: options.group ?? "streambook",
    logger,
    signal: signal === undefined ? state.stop : AbortSignal.any([signal, state.stop]),
    positions: (partitions, over) => assignments.begin(partitions, over),
    onRevoked: (_partitions, generation) => assignments.end(generation),
    ...(options.once === true ? { endOffsets: "once" as const } : {}),
  });
  try {
    const publisher = new Publisher({ ...parts, consumer, assignments });
    const own = pick(options, "once", "flushSeconds", "signal");
    await new Consumption({ ...parts, ...own, consumer, assignments, publisher }).run();
  } finally {
    await assignments.settled();
    await consumer.close();
  }
  return { ...state.report(), modelVersion: labeller.version };
}

/** The fields that the consumer itself reads. */
const NEEDED: readonly (readonly [name: string, type: FieldType])[] = [
  [textField, "string"],
  [streamField, "string"],
  [timeField, "timestamp"],
];

function checkSchema({ name: schema, fields }: Schema): void {
  for (const [name, type] of NEEDED) {
    const found = fields.find((field) => field.name === name);
    if (found?.type === type && found.nullable !== true) continue;
    const kind = `${found?.nullable === true ? "nullable " : ""}${found?.type}`;
    const fault = found === undefined ? `has no field "${name}"` : `has a field "${name}" of type ${kind}`;
    throw new StreambookError(
      "SCHEMA_INVALID",
      `the schema ${schema} ${fault}, and the consumer needs one of type ${type}; mend it, or give another --schema-file`,
    );
  }
}

function pick<T extends object, K extends keyof T>(object: T, ...keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.filter((key) => object[key] !== undefined).map((key) => [key, object[key]])) as Pick<
    T,
    K
  >;
}
