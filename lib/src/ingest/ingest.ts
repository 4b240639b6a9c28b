/**
 * The sink: Kafka → check → the pipeline's own columns → files on HDFS → Hive, each message exactly once.
 *
 * Three things run side by side: threads parse and encode (`row-workers.ts`), this thread labels in order (`consumption.ts`),
 * and the network takes files away (`publisher.ts`, `table.ts`). What is owned of the topic, and how much of it is gathered, is
 * kept in `assignments.ts`. What the messages are about, only the pipeline knows (`enrichment.ts`).
 */
import { StreambookError } from "../errors/index.ts";
import { Hdfs } from "../hdfs/index.ts";
import { ensureTopic, KafkaCluster, openConsumer } from "../kafka/index.ts";
import { type Logger, silentLogger } from "../log/index.ts";
import type { Field, FieldType, Schema } from "../schema/index.ts";
import type { Addresses } from "../stack/index.ts";
import { Assignments } from "./assignments.ts";
import { Consumption } from "./consumption.ts";
import { DeadLetters } from "./dead-letters.ts";
import { type Enrichment, unlabelled } from "./enrichment.ts";
import type { FileLimits } from "./gathering.ts";
import { Patience } from "./patience.ts";
import { Publisher } from "./publisher.ts";
import { type FileFormat, placeColumns } from "./row-format.ts";
import { RowWorkers } from "./row-workers.ts";
import { type CommitStep, type IngestProgress, RunState, type Spent } from "./run-state.ts";
import { Table } from "./table.ts";

/** Options of {@link ingest}. */
export interface IngestOptions {
  readonly addresses: Pick<Addresses, "kafka" | "webhdfs" | "hive">;
  readonly schema: Schema;
  readonly topic: string;
  readonly table: string;
  /** The field of the schema, a timestamp, whose UTC date is the date of a row. */
  readonly timeField: string;
  /** The column of the dates, by which the table is partitioned. @default `event_date` */
  readonly dateColumn?: Field;
  /** The format of the data files; a table keeps to one. @default "parquet" */
  readonly format?: FileFormat;
  /** Properties of the table, if it has to be made. @default none */
  readonly tableProperties?: Readonly<Record<string, string>> | undefined;
  /** Statements that make views of the table. @default none */
  readonly views?: readonly string[];
  /** Columns that the pipeline adds, and where it takes them from. @default none */
  readonly enrichment?: Enrichment;
  /** Consumers of one group share the partitions. @default "streambook" */
  readonly group?: string;
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
  readonly onProgress?: (progress: IngestProgress) => void;
  /** Called after each step; the tests of exactly-once kill the process here. */
  readonly onStep?: (step: CommitStep, range: string) => void | Promise<void>;
}

/** What was ingested. */
export interface IngestReport extends Omit<IngestProgress, "held"> {
  /** Bytes of the data files. */
  readonly bytes: number;
  /** From the opening of the consumer to the last file. */
  readonly seconds: number;
  /** From the first batch to the last file: without what it takes to join the group and to wait for messages. */
  readonly flowing: number;
  /** Where the time went: seconds of this thread's work, and of waiting for others. */
  readonly spent: Readonly<Spent>;
}

/**
 * Reads a topic into a table until the signal aborts, or with `once` until the end offsets found at start.
 * What was read is flushed and committed before it returns.
 *
 * @throws SCHEMA_INVALID, USAGE for options that do not fit; UNREACHABLE when a service does not answer at the start, or
 * stays away for about ten minutes; WRONG_CLUSTER when another Kafka answers than the table's; OFFSETS_OVERLAP,
 * PARTITION_LOST; whatever the enrichment throws
 */
export async function ingest(options: IngestOptions): Promise<IngestReport> {
  const { addresses, schema, topic, timeField, format, enrichment, logger = silentLogger, signal } = options;
  demandFields(schema, [[timeField, "timestamp"]]);
  const { columns = [], marker } = enrichment ?? {};
  // The threads load their code while the services answer.
  await using workers = new RowWorkers({ schema, timeField, columns, format, marker, threads: options.threads });
  using patience = new Patience({ hurry: signal, logger });
  // Few tries of its own: a NameNode that stays away is waited for here, where it can be told.
  const hdfs = new Hdfs({ address: addresses.webhdfs, retry: { attempts: 2 }, signal: patience.signal });
  await using table = tableOf(options, hdfs, patience);
  signal?.throwIfAborted();
  const { kafka: broker } = addresses;
  const cluster = new KafkaCluster(); // one for all: who answers first must answer always
  await ensureTopic({ broker, cluster, topic, signal });
  await table.create();
  if (cluster.id !== undefined) await table.claim(cluster.id, broker);
  const labelling = (await enrichment?.open({ hdfs, logger })) ?? unlabelled();
  await using deadLetters = new DeadLetters({ broker, cluster, topic, patience, logger });
  const state = new RunState(options, { patience, held: () => labelling.held });
  const { flushRecords = 20_000, flushBytes = 8 << 20, flushSeconds = 10, once = false } = options;
  const limits: FileLimits = { records: flushRecords, bytes: flushBytes };
  const parts = { broker, cluster, topic, table, labelling, workers, deadLetters, state, limits, logger };
  const assignments = new Assignments(parts);
  const consumer = await openConsumer({
    broker,
    cluster,
    topic,
    group: options.group ?? "streambook",
    logger,
    signal: signal === undefined ? state.stop : AbortSignal.any([signal, state.stop]),
    positions: (partitions, over) => assignments.begin(partitions, over),
    onRevoked: (_partitions, generation) => assignments.end(generation),
    endOffsets: once ? "once" : "never",
  });
  try {
    const publisher = new Publisher({ ...parts, consumer, assignments });
    await new Consumption({ ...parts, consumer, assignments, publisher, once, flushSeconds, signal }).run();
  } finally {
    await assignments.settled();
    await consumer.close();
  }
  return state.report(); // only here the threads and the table are closed
}

function tableOf(options: IngestOptions, hdfs: Hdfs, { signal }: Patience): Table {
  const { addresses, table: name, topic, schema, timeField, format, views, logger = silentLogger } = options;
  const dateDoc = `UTC date of ${timeField}, YYYY-MM-DD`;
  return new Table({
    hdfs,
    hive: addresses.hive,
    name,
    topic,
    schema,
    columns: [...(options.enrichment?.columns ?? []), ...placeColumns],
    dateColumn: options.dateColumn ?? { name: "event_date", type: "string", doc: dateDoc },
    format,
    views,
    properties: options.tableProperties,
    logger,
    signal,
  });
}

/**
 * Checks that a schema has the fields that are looked into, each of its type and in every message.
 *
 * @throws SCHEMA_INVALID naming the first that is missing
 */
export function demandFields(
  { name: schema, fields }: Schema,
  needed: readonly (readonly [name: string, type: FieldType])[],
): void {
  for (const [name, type] of needed) {
    const found = fields.find((field) => field.name === name);
    if (found?.type === type && found.nullable !== true) continue;
    const kind = `${found?.nullable === true ? "nullable " : ""}${found?.type}`;
    const fault = found === undefined ? `has no field "${name}"` : `has a field "${name}" of type ${kind}`;
    throw new StreambookError(
      "SCHEMA_INVALID",
      `the schema ${schema} ${fault}, and the consumer needs one of type ${type}; correct the schema`,
      { hint: { change: ["schema"] } },
    );
  }
}
