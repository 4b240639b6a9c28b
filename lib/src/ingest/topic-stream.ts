/** One topic of a run, from its consumer to its destination: what it consists of, opened and closed together. */
import type { Hdfs } from "../hdfs/index.ts";
import { type ConsumedTopic, ensureTopic, type KafkaCluster, type PartitionConsumer } from "../kafka/index.ts";
import type { Logger } from "../log/index.ts";
import { Assignments } from "./assignments.ts";
import { Consumption } from "./consumption.ts";
import { DeadLetters } from "./dead-letters.ts";
import { type Labelling, unlabelled } from "./enrichment.ts";
import { Destination, type DestinationParts } from "./files/destination.ts";
import type { S3Access } from "./files/s3-store.ts";
import type { FileLimits } from "./gathering.ts";
import { Publisher } from "./publisher.ts";
import type { TopicRows } from "./rows/row-workers.ts";
import type { Run } from "./run.ts";
import type { ServiceRetry } from "./service-retry.ts";
import { addedColumns, type TopicOptions } from "./topic-options.ts";
import { TopicState, type TopicStateOptions } from "./topic-state.ts";

/** What the topics of a run share. */
export interface SharedParts extends Pick<TopicStateOptions, "onChange" | "onStep"> {
  readonly broker: string;
  /** One for all: who answers first must answer always. */
  readonly cluster: KafkaCluster;
  readonly hdfs: Hdfs;
  /** S3; only folders on it need it. */
  readonly s3: S3Access | undefined;
  /** HiveServer2, `host:port`; only tables need it. */
  readonly hive: string | undefined;
  readonly run: Run;
  readonly services: ServiceRetry;
  /** What fills a file. */
  readonly limits: Omit<FileLimits, "granularity">;
  readonly flushSeconds: number;
  readonly compactAt: DestinationParts["compactAt"];
  readonly onCompaction: DestinationParts["onCompaction"];
  /** Files of a topic that may be gathered at once, and that may wait: all topics share one memory. */
  readonly filesGathered: number;
  readonly filesWaiting: number;
  readonly logger: Logger;
  readonly signal: AbortSignal | undefined;
}

/** A topic on its way into files. */
export class TopicStream implements AsyncDisposable {
  readonly state: TopicState;
  readonly #options: TopicOptions;
  readonly #shared: SharedParts;
  readonly #rows: TopicRows;
  readonly #destination: Destination;
  readonly #deadLetters: DeadLetters;
  #labelling: Labelling = unlabelled();
  #table: Promise<void> | undefined;
  #assignments: Assignments | undefined;
  #consumer: PartitionConsumer | undefined;
  #consumption: Consumption | undefined;

  /** @throws USAGE for a destination that cannot be used */
  constructor(options: TopicOptions, rows: TopicRows, shared: SharedParts) {
    const { topic, schema } = options;
    this.#options = options;
    this.#shared = shared;
    this.#rows = rows;
    const { hdfs, s3, hive, logger, services, compactAt, onCompaction } = shared;
    const columns = addedColumns(options);
    const parts = { hdfs, s3, hive, topic, schema, columns, logger, compactAt, onCompaction, signal: services.signal };
    this.#destination = new Destination(options, parts);
    this.#deadLetters = new DeadLetters({ ...shared, topic });
    this.state = new TopicState({ ...shared, topic, held: () => this.#labelling.held });
  }

  /**
   * Makes the topic and the folders, where they are missing, and opens the labelling. The table is made beside all that follows, which waits
   * for it before anything is written; without it the run fails.
   */
  async open(): Promise<void> {
    const { broker, cluster, hdfs, run, signal, limits, logger } = this.#shared;
    const { topic, enrichment, layout } = this.#options;
    await ensureTopic({ broker, cluster, topic, signal });
    await this.#destination.createFolders();
    this.#table = this.#destination.createTable();
    this.#table.catch((error: unknown) => run.fail(error));
    if (cluster.id !== undefined) await this.#destination.claim(cluster.id, broker);
    this.#labelling =
      (await enrichment?.open({ hdfs, logger, retry: (doing, operation) => run.retry(doing, operation) })) ??
      this.#labelling;
    this.#assignments = new Assignments({
      broker,
      cluster,
      topic,
      limits: { ...limits, granularity: layout.granularity },
      destination: this.#destination,
      labelling: this.#labelling,
      workers: this.#rows,
      run,
    });
  }

  /** What the consumer asks of the topic. */
  get consumed(): ConsumedTopic {
    const assignments = this.#opened();
    return {
      topic: this.#options.topic,
      positions: (partitions, over) => assignments.begin(partitions, over),
      onRevoked: async (_partitions, generation) => {
        assignments.end(generation);
        await this.#labelling.revoke?.();
      },
    };
  }

  /** Connects the topic's consumer, whose batches {@link read} takes. */
  connect(consumer: PartitionConsumer): void {
    const { topic } = this.#options;
    this.#consumer = consumer;
    const parts = {
      ...this.#shared,
      topic,
      consumer,
      assignments: this.#opened(),
      destination: this.#destination,
      labelling: this.#labelling,
      deadLetters: this.#deadLetters,
      workers: this.#rows,
      state: this.state,
    };
    this.#consumption = new Consumption({ ...parts, publisher: new Publisher(parts) });
  }

  /** Whether there is nothing more to read. */
  get isDone(): boolean {
    return this.#consumption?.isDone === true;
  }

  /** The partitions that are not owned, and that the files do not hold to their ends yet. */
  async unreadElsewhere(): Promise<number[]> {
    const ends = this.#consumer?.elsewhere ?? new Map<number, bigint>();
    if (ends.size === 0) return [];
    const { run } = this.#shared;
    const next = await run.retry("reading the names of the files", () => this.#destination.next([...ends.keys()]));
    return [...ends].filter(([partition, end]) => (next.get(partition) ?? 0n) < end).map(([partition]) => partition);
  }

  /** Reads until the consumer ends, and publishes what was read. A failure ends the run. */
  async read(): Promise<void> {
    try {
      await this.#consumption?.read();
      await this.#table; // also when there was nothing to write
    } catch (error) {
      this.#shared.run.fail(error);
    }
  }

  /** Waits for the files on their way. */
  async settled(): Promise<void> {
    await this.#assignments?.settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#deadLetters[Symbol.asyncDispose]();
    await this.#destination[Symbol.asyncDispose]();
  }

  #opened(): Assignments {
    if (this.#assignments === undefined) throw new Error(`the topic ${this.#options.topic} is not open`);
    return this.#assignments;
  }
}
