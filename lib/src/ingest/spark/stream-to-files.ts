/**
 * Kafka to files by a stream on Spark, exactly once: a pipeline makes rows of its own of the messages that can be read (windows, joins,
 * sums), and what Spark commits batch by batch is moved to where it is read. What cannot be read is left to the stream that keeps the
 * messages themselves (`stream-to-table.ts`), which puts it aside.
 */
import { randomUUID } from "node:crypto";
import { Hdfs } from "../../hdfs/index.ts";
import { ensureTopic } from "../../kafka/index.ts";
import { type Logger, silentLogger } from "../../log/index.ts";
import type { Schema } from "../../schema/index.ts";
import type { SparkRelation, SparkSession, StreamingQuery, StreamProgress } from "../../spark/index.ts";
import type { Addresses } from "../../stack/index.ts";
import { ServiceRetry } from "../service-retry.ts";
import { kafkaStream } from "./kafka-source.ts";
import { messageColumns, readableColumn } from "./message-columns.ts";
import { type FollowedStream, runStream, type StreamSessions } from "./run-stream.ts";
import { StreamFolder } from "./stream-folder.ts";

/** How far such a stream is. */
export interface FilesFigures {
  /** Messages of the batches that ended. */
  readonly read: number;
  /** Files that were moved, and their bytes. */
  readonly files: number;
  readonly bytes: number;
}

/** Options of {@link streamToFiles}. */
export interface StreamToFilesOptions {
  readonly addresses: Pick<Addresses, "kafka" | "webhdfs">;
  readonly sessions: StreamSessions;
  readonly topic: string;
  readonly schema: Schema;
  /** The name of the table that the files are of, for messages. */
  readonly table: string;
  /** The folder of what the stream keeps: its checkpoint, and rows that are not committed. */
  readonly folder: string;
  /** Where the files go, in folders of their partitions. */
  readonly target: string;
  /** Columns of the rows that are folders, outermost first. */
  readonly partitionedBy: readonly string[];
  /**
   * Makes the rows.
   *
   * @param messages those that can be read: a column for each field, and `kafka_partition` and `kafka_offset`
   */
  rows(messages: SparkRelation, spark: SparkSession): SparkRelation;
  /** Whether the table has rows already: with those, a checkpoint that is gone must not be begun anew. */
  hasRows(): Promise<boolean>;
  /** Makes files visible that were moved: folders of partitions, from the target. Tried again when a service is away. */
  publish(partitions: readonly string[]): Promise<void>;
  /** Hears of every batch, once in a process. */
  onBatch?(progress: StreamProgress): Promise<void> | void;
  /** Stop at the end offsets found at start. @default false */
  readonly once?: boolean | undefined;
  /** Most messages of one batch. @default 200000 */
  readonly batchMessages?: number | undefined;
  /** Seconds from one batch to the next; as long as there is more to read, the next follows at once. @default 10 */
  readonly batchSeconds?: number | undefined;
  readonly logger?: Logger;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lets Spark read a topic into files until the signal aborts, or with `once` until the end offsets found at start.
 *
 * @throws USAGE for a folder of another topic; CHECKPOINT_LOST; UNREACHABLE when a service does not answer at the start; PARTITION_LOST;
 *   SPARK_FAILED when the stream fails twice at the same place
 */
export async function streamToFiles(options: StreamToFilesOptions): Promise<FilesFigures> {
  const { addresses, sessions, topic, table, folder: path, target, logger = silentLogger, signal } = options;
  using services = new ServiceRetry({ stopping: signal, logger });
  const hdfs = new Hdfs({ address: addresses.webhdfs, retry: { attempts: 2 }, signal: services.signal });
  const folder = new StreamFolder({ hdfs, topic, table, folder: path, target });
  await ensureTopic({ broker: addresses.kafka, topic, signal });
  await folder.claim(() => options.hasRows());
  const stopping = signal ?? new AbortController().signal;
  const stream = new FileStream(options, { services, folder, stopping });
  const running = { sessions, broker: addresses.kafka, services, folder, logger, stopping };
  await runStream(stream, { ...running, title: `the table ${table}` });
  return stream.figures;
}

/** What a {@link FileStream} works with. */
interface FileStreamParts {
  readonly services: ServiceRetry;
  readonly folder: StreamFolder;
  readonly stopping: AbortSignal;
}

class FileStream implements FollowedStream {
  readonly figures = { read: 0, files: 0, bytes: 0 };
  readonly #options: StreamToFilesOptions;
  readonly #parts: FileStreamParts;
  /** Behind which the ends of messages are looked for. */
  readonly #key = randomUUID().replaceAll("-", "");
  readonly #visible = new Set<string>();

  constructor(options: StreamToFilesOptions, parts: FileStreamParts) {
    this.#options = options;
    this.#parts = parts;
  }

  start(spark: SparkSession): Promise<StreamingQuery> {
    const { addresses, topic, schema, table, partitionedBy, batchMessages = 200_000 } = this.#options;
    const { once = false, batchSeconds = 10 } = this.#options;
    const { parsed, fields } = messageColumns(schema, this.#key);
    const source = kafkaStream(spark, { broker: addresses.kafka, topic }, batchMessages);
    const messages = source
      .select(...parsed)
      .select(...fields)
      .where(readableColumn);
    const { rows: path, checkpoint } = this.#parts.folder;
    return this.#options.rows(messages, spark).writeStream({
      ...{ path, checkpoint, format: "parquet", name: table, partitionBy: partitionedBy },
      options: { compression: "zstd" },
      trigger: once ? "availableNow" : { every: `${batchSeconds} seconds` },
      signal: this.#parts.stopping,
    });
  }

  async onBatch(progress: StreamProgress): Promise<void> {
    this.figures.read += progress.numInputRows;
    await this.#options.onBatch?.(progress);
  }

  async publish(): Promise<void> {
    const { services, folder } = this.#parts;
    const { files, bytes, partitions } = await services.try("moving files into the table", () => folder.publish());
    const fresh = [...partitions].filter((partition) => !this.#visible.has(partition));
    if (fresh.length > 0) await services.try("adding partitions to the table", () => this.#options.publish(fresh));
    for (const partition of fresh) this.#visible.add(partition);
    Object.assign(this.figures, { files, bytes });
  }
}
