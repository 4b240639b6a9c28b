/**
 * Kafka to a Hive table by a stream on Spark, exactly once: the messages are checked and their columns made by SQL, a pipeline adds
 * its own, and what Spark commits batch by batch is moved into the table (`stream-folder.ts`). This process starts the stream,
 * follows it, and may end at any moment: what was committed is moved by the next one.
 */
import { randomUUID } from "node:crypto";
import { Hdfs } from "../../hdfs/index.ts";
import { ensureTopic, KafkaCluster } from "../../kafka/index.ts";
import { type Logger, silentLogger } from "../../log/index.ts";
import type { Field, Schema } from "../../schema/index.ts";
import type { SparkRelation, SparkSession, StreamingQuery, StreamProgress } from "../../spark/index.ts";
import type { Addresses } from "../../stack/index.ts";
import { DeadLetters } from "../dead-letters.ts";
import { otherEngine } from "../files/data-folder.ts";
import { Destination } from "../files/destination.ts";
import { parseFileName, topicOfStreamFile } from "../files/file-names.ts";
import type { HiveTableOptions } from "../files/hive-table.ts";
import { tableDestination, tableFolders } from "../files/warehouse.ts";
import { ServiceRetry } from "../service-retry.ts";
import { addedColumns, checkTopics } from "../topic-options.ts";
import { kafkaRange, kafkaStream, type OffsetsOfPartition } from "./kafka-source.ts";
import { messageColumns, readableColumn } from "./message-columns.ts";
import { type FollowedStream, runStream, type StreamSessions } from "./run-stream.ts";
import { StreamFolder } from "./stream-folder.ts";
import { sendUnreadable } from "./unreadable.ts";

/** What an enrichment works with. */
export interface EnrichmentParts {
  readonly spark: SparkSession;
  readonly hdfs: Hdfs;
  readonly signal: AbortSignal;
  /** Messages of parts of the topic, those that can be read, with a column for each field. */
  messages(parts: readonly OffsetsOfPartition[]): SparkRelation;
}

/** The columns that a pipeline adds, by relations of Spark. */
export interface StreamEnrichment {
  readonly columns: readonly Field[];
  /**
   * Made once in each session of Spark, before the stream starts.
   *
   * @returns a function that adds the columns to messages. Of one that cannot be read the fields may be null; its columns do not
   * matter, but it must stay a row
   */
  open(parts: EnrichmentParts): Promise<(messages: SparkRelation) => SparkRelation>;
}

/** How far a stream is. */
export interface StreamFigures {
  /** Messages of the batches that ended. */
  readonly read: number;
  readonly rows: number;
  /** Files moved into the table, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  readonly deadLetters: number;
}

/** Options of {@link streamToTable}. */
export interface StreamToTableOptions {
  readonly addresses: Pick<Addresses, "kafka" | "webhdfs" | "hive">;
  readonly sessions: StreamSessions;
  readonly topic: string;
  readonly schema: Schema;
  /** The field of the schema, a timestamp, whose UTC date says where a row goes. */
  readonly timeField: string;
  readonly table: HiveTableOptions;
  /** The column of the dates. */
  readonly dateColumn: Field;
  readonly enrichment: StreamEnrichment;
  /** Stop at the end offsets found at start. @default false */
  readonly once?: boolean | undefined;
  /** Most messages of one batch. @default 200000 */
  readonly batchMessages?: number | undefined;
  /** Seconds from one batch to the next; as long as there is more to read, the next follows at once. @default 10 */
  readonly batchSeconds?: number | undefined;
  readonly logger?: Logger;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (figures: StreamFigures) => void;
}

/**
 * Lets Spark read a topic into a table until the signal aborts, or with `once` until the end offsets found at start.
 *
 * A service that goes away is waited for, about ten minutes; Spark, started again, goes on from the checkpoint.
 *
 * @throws USAGE for names and fields that do not fit, and for a table of another topic or engine; CHECKPOINT_LOST; WRONG_CLUSTER;
 *   UNREACHABLE when a service does not answer at the start; SPARK_FAILED when the stream fails twice at the same place
 */
export async function streamToTable(options: StreamToTableOptions): Promise<StreamFigures> {
  const { topic, schema, timeField, table, dateColumn, enrichment, addresses, logger = silentLogger, signal } = options;
  const destination = tableDestination({ ...table, dateColumn });
  checkTopics([{ ...destination, topic, schema, timeField, enrichment }]);
  using services = new ServiceRetry({ stopping: signal, logger });
  const hdfs = new Hdfs({ address: addresses.webhdfs, retry: { attempts: 2 }, signal: services.signal });
  const cluster = new KafkaCluster();
  const parts = { hdfs, hive: addresses.hive, topic, schema, columns: addedColumns({ enrichment }), logger };
  await using target = new Destination(destination, { ...parts, signal: services.signal });
  await using deadLetters = new DeadLetters({ broker: addresses.kafka, cluster, topic, services, logger });
  const folder = new StreamFolder({
    ...{ hdfs, topic, table: table.name },
    folder: `${tableFolders.streams}/${table.name}`,
    target: destination.folder,
  });
  await ensureTopic({ broker: addresses.kafka, cluster, topic, signal });
  await target.create();
  if (cluster.id !== undefined) await target.claim(cluster.id, addresses.kafka);
  await folder.claim(() => hasStreamFiles(hdfs, destination.folder, table.name));
  const stopping = signal ?? new AbortController().signal;
  const stream = new TableStream(options, { hdfs, services, folder, target, deadLetters, stopping });
  const running = { sessions: options.sessions, broker: addresses.kafka, services, folder, logger, stopping };
  await runStream(stream, { ...running, title: `the table ${table.name}` });
  return stream.figures;
}

/**
 * Whether a stream has written files to a table's folder.
 *
 * @throws USAGE when the other engine has
 */
async function hasStreamFiles(hdfs: Hdfs, folder: string, table: string): Promise<boolean> {
  let found = false;
  for await (const { name, path } of hdfs.walk(folder)) {
    if (parseFileName(name) !== undefined) throw otherEngine(`the table ${table}`, path, "TypeScript");
    found ||= topicOfStreamFile(name) !== undefined;
  }
  return found;
}

/** What a {@link TableStream} works with. */
interface TableStreamParts {
  readonly hdfs: Hdfs;
  readonly services: ServiceRetry;
  readonly folder: StreamFolder;
  readonly target: Destination;
  readonly deadLetters: DeadLetters;
  readonly stopping: AbortSignal;
}

/** A table's stream: its rows, and what becomes of those that are committed. */
class TableStream implements FollowedStream {
  readonly figures = { read: 0, rows: 0, files: 0, bytes: 0, deadLetters: 0 };
  readonly #options: StreamToTableOptions;
  readonly #parts: TableStreamParts;
  /** Behind which the ends of messages are looked for. */
  readonly #key = randomUUID().replaceAll("-", "");

  constructor(options: StreamToTableOptions, parts: TableStreamParts) {
    this.#options = options;
    this.#parts = parts;
  }

  async start(spark: SparkSession): Promise<StreamingQuery> {
    const { topic, addresses, enrichment, batchMessages = 200_000 } = this.#options;
    const { read, rows } = this.#columns();
    const label = await enrichment.open(this.#partsOf(spark, read));
    const source = kafkaStream(spark, { broker: addresses.kafka, topic }, batchMessages);
    return this.#start(rows(label(read(source))));
  }

  onBatch({ numInputRows }: StreamProgress): void {
    this.figures.read += numInputRows;
  }

  /** Moves what is committed into the table, and what cannot be read to the dead letters. */
  async publish(spark: SparkSession): Promise<void> {
    const { services, folder, target } = this.#parts;
    const { figures } = this;
    const published = await services.try("moving files into the table", () => folder.publish());
    for (const partition of published.partitions)
      await services.try("adding a partition to the table", () =>
        target.addPeriod(partition.slice(partition.indexOf("=") + 1)),
      );
    if (published.unreadable.size > 0) await this.#putAside(spark, [...published.unreadable]);
    figures.files = published.files;
    figures.bytes = published.bytes;
    figures.rows = figures.read - figures.deadLetters;
    this.#options.onProgress?.({ ...figures });
  }

  /** The steps from the topic to the rows of the table, as functions of relations. */
  #columns(): Record<"read" | "rows", (rows: SparkRelation) => SparkRelation> {
    const { schema, timeField, dateColumn, enrichment } = this.#options;
    const { parsed, fields } = messageColumns(schema, this.#key);
    const names = [...schema.fields, ...addedColumns({ enrichment })].map(({ name }) => name);
    const date = `IF(${readableColumn}, date_format(${timeField}, 'yyyy-MM-dd'), NULL) AS ${dateColumn.name}`;
    return {
      read: (topic) => topic.select(...parsed).select(...fields),
      rows: (labelled) => labelled.select(...names, date),
    };
  }

  #partsOf(spark: SparkSession, read: (rows: SparkRelation) => SparkRelation): EnrichmentParts {
    const { topic, addresses } = this.#options;
    const source = { broker: addresses.kafka, topic };
    return {
      spark,
      hdfs: this.#parts.hdfs,
      signal: this.#parts.stopping,
      messages: (parts) => read(kafkaRange(spark, source, parts)).where(readableColumn),
    };
  }

  #start(rows: SparkRelation): Promise<StreamingQuery> {
    const { once = false, batchSeconds = 10, dateColumn, table } = this.#options;
    const { rows: path, checkpoint } = this.#parts.folder;
    return rows.writeStream({
      ...{ path, checkpoint, format: "parquet", name: table.name, partitionBy: [dateColumn.name] },
      options: { compression: "zstd" },
      trigger: once ? "availableNow" : { every: `${batchSeconds} seconds` },
      signal: this.#parts.stopping,
    });
  }

  /** Sends what cannot be read to the dead letters; files are removed when all of them are sent. */
  async #putAside(spark: SparkSession, files: readonly string[]): Promise<void> {
    const { services, folder, deadLetters } = this.#parts;
    const { addresses, topic, schema } = this.#options;
    const options = { broker: addresses.kafka, topic, schema, deadLetters, stop: services.signal };
    const paths = files.map((file) => `${folder.rows}/${file}`);
    this.figures.deadLetters += await sendUnreadable(spark, paths, options);
    for (const file of files) await services.try("removing a file", () => folder.remove(file));
  }
}
