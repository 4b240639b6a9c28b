/** The job: ratings from Kafka to Cassandra, every so many seconds, for as long as it is let. */
import type { CassandraSession } from "../../cassandra/index.ts";
import { retry } from "../../async/index.ts";
import { isRetriable, isStreambookError, messageOf, StreambookError } from "../../errors/index.ts";
import { plural } from "../../format/index.ts";
import {
  BatchingProducer,
  clusterId,
  deadLetter,
  type DeadLetter,
  deadLetterTopic,
  KafkaCluster,
  openConsumer,
  type PartitionBatch,
  type PartitionConsumer,
  topicOffsets,
} from "../../kafka/index.ts";
import { type Logger, silentLogger } from "../../log/index.ts";
import { Pending } from "./pending.ts";
import type { Progress } from "./store/progress.ts";
import { ratingReader } from "./read.ts";
import type { RatingStore } from "./store/rating-store.ts";
import { KEYSPACE, ratingTables } from "./tables.ts";
import { inTime } from "./in-time.ts";
import { ratingSchema, TOPIC } from "./names.ts";

/** What the job has done since it was started. */
export interface JobProgress {
  /** How often it has written. */
  readonly writes: number;
  /** Rows of all tables. */
  readonly rows: number;
  /** Of all messages that are written, since the topic began. */
  readonly ratings: number;
  readonly late: number;
  readonly malformed: number;
  /** Seconds of the last write. */
  readonly seconds: number;
}

/** Options of {@link runRatingsJob}. */
export interface RatingsJobOptions {
  /** Kafka, `host:port`. */
  readonly broker: string;
  readonly cassandra: CassandraSession;
  /** The topic of the ratings. @default `movie-ratings` */
  readonly topic?: string | undefined;
  /** The keyspace of the tables. @default `reviews` */
  readonly keyspace?: string | undefined;
  /** Seconds from one write to the next. @default 30 */
  readonly interval?: number | undefined;
  /** Messages that wait are written when there are so many, whatever the time. @default 20000 */
  readonly most?: number | undefined;
  /** Ends at the offsets at which the topic ended when the job began. @default false */
  readonly once?: boolean | undefined;
  /** How many nodes keep each row, of tables that the job makes. @default 1 */
  readonly copies?: number | undefined;
  /** The clock, in microseconds since 1970. @default the machine's */
  readonly now?: (() => number) | undefined;
  readonly logger?: Logger | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
}

const INTERVAL = 30;
const MOST = 20_000;
/** The longest wait between two tries, in milliseconds. */
const LONGEST_WAIT = 5000;

/**
 * Writes ratings to Cassandra until its signal aborts, or `once` is done. When Kafka or Cassandra goes away it waits for that, and goes on
 * where it was; it may be killed and started again at any moment.
 *
 * @throws RUN_UNDER_WAY when another job has taken over; TABLE_DIFFERS; WRONG_CLUSTER; NOT_FOUND without the topic
 */
export async function runRatingsJob(options: RatingsJobOptions): Promise<JobProgress> {
  const { logger = silentLogger, signal } = options;
  const job = new Job(options);
  const isStopped = (): boolean => signal?.aborted === true;
  try {
    await retry(() => job.go(), {
      ...{ attempts: Infinity, maximumDelay: LONGEST_WAIT, signal },
      isRetriable: (error) => isRetriable(error) && !isStreambookError(error, "RUN_UNDER_WAY"),
      onRetry: (error, _, wait) =>
        logger.warn(`${messageOf(error)}; it goes on where it was, in ${Math.max(1, Math.round(wait / 1000))} s`),
    });
  } catch (error) {
    if (!isStopped() || error !== signal?.reason) throw error;
  }
  return job.progress;
}

/** One job, through all its tries. */
class Job {
  readonly #options: RatingsJobOptions;
  readonly #topic: string;
  readonly #keyspace: string;
  readonly #cluster = new KafkaCluster();
  #written: Pick<JobProgress, "writes" | "rows" | "seconds"> = { writes: 0, rows: 0, seconds: 0 };
  /** What is written, by partition. */
  readonly #partitions = new Map<number, Progress>();

  constructor(options: RatingsJobOptions) {
    this.#options = options;
    this.#topic = options.topic ?? TOPIC;
    this.#keyspace = options.keyspace ?? KEYSPACE;
  }

  get progress(): JobProgress {
    const sum = (name: "ratings" | "late" | "malformed"): number =>
      [...this.#partitions.values()].reduce((total, one) => total + one[name], 0);
    return { ...this.#written, ratings: sum("ratings"), late: sum("late"), malformed: sum("malformed") };
  }

  /** Goes on from what is written. */
  async go(): Promise<void> {
    const { broker, once = false, signal, interval = INTERVAL, most = MOST } = this.#options;
    const store = await this.#openStore();
    const pending = new Pending(ratingReader(await ratingSchema()));
    await using consumer = await openConsumer({
      ...{
        broker,
        topic: this.#topic,
        group: this.#keyspace,
        cluster: this.#cluster,
        endOffsets: once ? "once" : "never",
        signal,
      },
      positions: () => this.#positions(store, pending),
    });
    let due = performance.now() + interval * 1000;
    for await (const batch of inTime<PartitionBatch>(consumer, () => due - performance.now())) {
      if (batch !== undefined) pending.add(batch);
      if (performance.now() < due && pending.size < most) continue;
      await this.#write(store, pending, consumer);
      due = performance.now() + interval * 1000;
    }
    await this.#write(store, pending, consumer);
  }

  async #openStore(): Promise<RatingStore> {
    const { broker, cassandra, copies, now, signal } = this.#options;
    // here, because the driver takes a while to load
    const { RatingStore: Store } = await import("./store/rating-store.ts");
    const tables = await ratingTables(await ratingSchema());
    const cluster = await clusterId({ broker, cluster: this.#cluster, signal });
    return Store.open({ cassandra, keyspace: this.#keyspace, tables, topic: this.#topic, cluster, copies, now });
  }

  /** Where the partitions are written to. @throws WRONG_CLUSTER; NOT_OURS when the topic was made anew */
  async #positions(store: RatingStore, pending: Pending): Promise<Map<number, bigint>> {
    const { broker, signal } = this.#options;
    const found = await store.progress();
    const stranger = found.find(({ cluster }) => cluster !== this.#cluster.id);
    if (stranger !== undefined)
      throw new StreambookError(
        "WRONG_CLUSTER",
        `the ratings in ${this.#keyspace} are those of the Kafka cluster ${stranger.cluster}, and ${this.#cluster.id} answers at ${broker}; start that one, or drop the keyspace ${this.#keyspace}`,
      );
    const offsets = await topicOffsets({ broker, cluster: this.#cluster, topic: this.#topic, signal });
    const progress = found.map((one) => one.progress);
    for (const { partition, next } of progress)
      if (next > (offsets.get(partition)?.high ?? 0n))
        throw new StreambookError(
          "NOT_OURS",
          `the ratings in ${this.#keyspace} are those of another topic ${this.#topic}: it was made anew; drop the keyspace ${this.#keyspace}`,
        );
    for (const one of progress) this.#partitions.set(one.partition, one);
    pending.begin(progress);
    return new Map(progress.map(({ partition, next }) => [partition, next]));
  }

  async #write(store: RatingStore, pending: Pending, consumer: PartitionConsumer): Promise<void> {
    const began = performance.now();
    const { ratings, letters, progress } = pending.take();
    if (progress.length === 0) return;
    await this.#putAside(letters);
    const { rows } = await store.write(ratings, progress);
    const { writes, rows: before } = this.#written;
    this.#written = { writes: writes + 1, rows: before + rows, seconds: (performance.now() - began) / 1000 };
    for (const one of progress) this.#partitions.set(one.partition, one);
    this.#options.onProgress?.(this.progress);
    // for those who watch the group: where it goes on says the store
    for (const { partition, next } of progress) await consumer.commit(partition, next).catch(() => undefined);
  }

  async #putAside(letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    const { broker, logger = silentLogger } = this.#options;
    const { partition, offset, error } = letters[0] as DeadLetter;
    logger.warn(
      `${plural(letters.length, "message")} cannot be read and go to ${deadLetterTopic(this.#topic)}; the first is ${this.#topic}[${partition}] offset ${offset}: ${error}`,
    );
    await using producer = await BatchingProducer.open({ broker, cluster: this.#cluster, logger });
    await deadLetter(producer, ...letters);
  }
}
