/**
 * A stream on Spark, through all the sessions that it takes: the one that a killed process has left is ended, a query that fails is started
 * again from its checkpoint, and what Spark commits is made visible batch by batch.
 */
import { isRetriable, isStreambookError, messageOf, StreambookError } from "../../errors/index.ts";
import { clusterId } from "../../kafka/index.ts";
import type { Logger } from "../../log/index.ts";
import type { SparkSession, StreamingQuery, StreamProgress } from "../../spark/index.ts";
import type { ServiceRetry } from "../service-retry.ts";
import type { StreamFolder } from "./stream-folder.ts";

/** Opens sessions of Spark, one after the other when Spark was away, and ends those of others. */
export interface StreamSessions {
  open(signal: AbortSignal): Promise<SparkSession>;
  end(id: string): Promise<void>;
}

/** What a stream does in each session. */
export interface FollowedStream {
  /** Starts the query, from its checkpoint if it has one. */
  start(spark: SparkSession): Promise<StreamingQuery>;
  /** Hears of every batch that has ended, in their order; of one that ended while nobody followed it does not. */
  onBatch(progress: StreamProgress): Promise<void> | void;
  /** Makes visible what is committed: after the start, after every batch, and at the end. */
  publish(spark: SparkSession): Promise<void>;
}

/** What {@link runStream} works with. */
export interface RunStreamOptions {
  readonly sessions: StreamSessions;
  /** Kafka, `host:port`. */
  readonly broker: string;
  readonly folder: StreamFolder;
  readonly services: ServiceRetry;
  /** What the stream fills, for messages: `the table chunks`. */
  readonly title: string;
  readonly logger: Logger;
  /** Aborts when the stream is to end. */
  readonly stopping: AbortSignal;
}

/**
 * Runs a stream to its end, or until it is stopped. What a stop finds committed and not yet published, the next run publishes.
 *
 * @throws PARTITION_LOST when another process has taken the stream over; SPARK_FAILED when it fails twice at the same place
 */
export async function runStream(stream: FollowedStream, options: RunStreamOptions): Promise<void> {
  const { stopping } = options;
  try {
    await new StreamRun(stream, options).run();
  } catch (error) {
    if (!stopping.aborted || error !== stopping.reason) throw error;
  }
}

class StreamRun {
  readonly #stream: FollowedStream;
  readonly #options: RunStreamOptions;
  #batches = 0;
  #session = "";

  constructor(stream: FollowedStream, options: RunStreamOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  /** A stream that fails is started again, but not twice without a batch between. */
  async run(): Promise<void> {
    const { services, logger, stopping } = this.#options;
    let session = await this.#takeOver();
    for (let failedAt = -1; ;) {
      try {
        await using spark = session;
        return await this.#follow(spark);
      } catch (error) {
        if (stopping.aborted) throw error;
        const hasFailed = isStreambookError(error, "SPARK_FAILED");
        if (!(hasFailed || isRetriable(error)) || (hasFailed && failedAt === this.#batches)) throw error;
        if (hasFailed) failedAt = this.#batches;
        logger.warn(`${messageOf(error)}; the stream goes on from its checkpoint when the services answer`);
      }
      session = await services.try("opening a session of Spark", () => this.#reopen(), stopping);
    }
  }

  /**
   * Opens the first session, and ends the one before: a process that was killed has left it to Spark, and in it the stream. One that still
   * runs finds its session ended, and looks whose the stream is: so that is written before.
   */
  async #takeOver(): Promise<SparkSession> {
    const { folder, sessions } = this.#options;
    const former = await folder.owner();
    const session = await this.#open();
    try {
      if (former !== undefined) await sessions.end(former);
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
    return session;
  }

  async #open(): Promise<SparkSession> {
    const { folder, sessions, stopping } = this.#options;
    const session = await sessions.open(stopping);
    await folder.own(session.id);
    this.#session = session.id;
    return session;
  }

  /** Opens the next session. Spark may have failed because of a service that is away: each is asked, so that it is named. */
  async #reopen(): Promise<SparkSession> {
    const { broker, stopping } = this.#options;
    await clusterId({ broker, signal: stopping });
    await this.#demandStream();
    return this.#open();
  }

  /** @throws PARTITION_LOST when another process has taken the stream over */
  async #demandStream(): Promise<void> {
    const { folder, title } = this.#options;
    if ((await folder.owner()) === this.#session) return;
    throw new StreambookError(
      "PARTITION_LOST",
      `another consumer has taken over ${title}; nothing was lost or doubled, and it goes on`,
    );
  }

  async #follow(spark: SparkSession): Promise<void> {
    const { folder, stopping } = this.#options;
    const before = await folder.now();
    await using query = await this.#stream.start(spark);
    await this.#stream.publish(spark);
    await folder.sweep(before); // an earlier start of the query has ended by now
    try {
      for await (const progress of query.batches({ signal: stopping, every: 200 })) {
        await this.#stream.onBatch(progress);
        this.#batches++;
        await this.#stream.publish(spark);
      }
    } catch (error) {
      if (!stopping.aborted) throw error;
      // The batch under way is done again by the next start, also when Spark is away just now.
      await query.stop().catch((failure: unknown) => {
        if (!isRetriable(failure)) throw failure;
      });
    }
    await this.#stream.publish(spark);
    if (!stopping.aborted) await this.#demandStream(); // a query whose session is ended may end like one that has read everything
  }
}
