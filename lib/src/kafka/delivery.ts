/** How a producer's batches reach the broker: by kafkajs, each tried again while the broker is away. */
import type { Producer } from "kafkajs";
import { retry } from "../async/index.ts";
import { messageOf } from "../errors/index.ts";
import { silentLogger, type Logger } from "../log/index.ts";
import { awaitAbsent, explainAbsence } from "./absence.ts";
import type { Batch } from "./accumulator.ts";
import { createKafka, type KafkaOptions } from "./client.ts";
import { compressionType, type Compression } from "./codecs.ts";
import { isConnectionFailure, places, rootOf } from "./failures.ts";
import type { KafkaCluster } from "./identity.ts";
import { brokerAddress } from "./names.ts";

/** Options of a producer that say how its batches are sent. */
export interface DeliveryOptions extends KafkaOptions {
  /** How batches are compressed. @default "none" */
  readonly compression?: Compression;
  /**
   * Numbers the batches, so that the broker drops one that is sent again because its answer was lost. kafkajs then has
   * one batch on its way at a time. @default true
   */
  readonly idempotent?: boolean;
  /**
   * Who must have a batch before it counts as sent: every replica that is in sync, or the leader alone, with which it may still be
   * lost. Numbers mean nothing where it may: with `"leader"`, `idempotent` does not hold.
   * @default "all"
   */
  readonly acks?: "all" | "leader";
  /** How long a batch is tried when the broker is away, in milliseconds. @default 120000 */
  readonly deliveryTimeout?: number;
  /** Once it has aborted, a broker that is away is waited for no longer than 10 s; what was taken is still sent. */
  readonly signal?: AbortSignal | undefined;
}

/** What a producer has done so far. */
export interface ProducerStats {
  /** Messages that the broker has acknowledged. */
  readonly messages: number;
  /** What they take before compression, in bytes: keys, values, headers (8 more for each), and 32 more for each message. */
  readonly bytes: number;
  /** Requests that carried them. */
  readonly batches: number;
  /** Requests that had to be sent again. */
  readonly retries: number;
}

/** Options whose cluster is one for all clients of the producer. */
type Options = DeliveryOptions & { readonly cluster: KafkaCluster };

/** After Ctrl-C a broker that is away is waited for this long, in milliseconds. */
const AFTER_ABORT = 10_000;

/** How long a leader waits for the replicas before it refuses a batch, in milliseconds. */
const ACKNOWLEDGED = 10_000;

/** A connection that sends batches, and counts them. */
export class Delivery {
  readonly broker: string;
  readonly #producer: Producer;
  readonly #options: Options;
  readonly #logger: Logger;
  readonly #stats = { messages: 0, bytes: 0, batches: 0, retries: 0 };

  private constructor(producer: Producer, options: Options) {
    this.#producer = producer;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.broker = brokerAddress(options.broker);
  }

  /**
   * Connects to a broker. Where some answer, those that are away are waited for a while: numbers for batches come from any of them.
   *
   * @throws UNREACHABLE within a few seconds when no broker answers; NOT_ENOUGH_REPLICAS; WRONG_CLUSTER; USAGE
   */
  static async open(options: Options): Promise<Delivery> {
    return awaitAbsent(() => Delivery.#connect(options), options.signal, options.deliveryTimeout);
  }

  static async #connect(options: Options): Promise<Delivery> {
    const producer = createKafka(options, 2).producer({
      idempotent: options.acks !== "leader" && (options.idempotent ?? true),
      allowAutoTopicCreation: false,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition as number,
    });
    try {
      await producer.connect();
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw await explainAbsence(options.cluster.causeOf(error), brokerAddress(options.broker), "connect");
    }
    return new Delivery(producer, options);
  }

  /** What has been done so far. */
  get stats(): ProducerStats {
    return { ...this.#stats };
  }

  /** Sends a batch; resolves when it is acknowledged. @throws UNREACHABLE; NOT_ENOUGH_REPLICAS; MESSAGE_TOO_LARGE; KAFKA_FAILED */
  async send(batch: Batch): Promise<void> {
    // kafkajs 2.2.4 tries a request for several brokers again by leaving out those that have answered; one of them that leads a
    // partition of the others now never gets it, and kafkajs reports it as sent. A request for one partition has one broker at a time.
    const requests = this.#options.cluster.brokers > 1 ? batch.parts.map((part) => [part]) : [batch.parts];
    const results = await Promise.allSettled(requests.map((parts) => this.#sendParts(parts)));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    this.#stats.bytes += batch.bytes;
  }

  async #sendParts(parts: Batch["parts"]): Promise<void> {
    try {
      await this.#sendWithRetry(parts);
    } catch (error) {
      const cause = this.#options.cluster.causeOf(error);
      throw await explainAbsence(cause, this.broker, `send messages to ${namesOf(parts)}`);
    }
    this.#stats.batches++;
    for (const { messages } of parts) this.#stats.messages += messages.length;
  }

  /** The same batch is sent again and again: its sequence numbers stay the same, so the broker knows it. */
  async #sendWithRetry(parts: Batch["parts"]): Promise<void> {
    const start = performance.now();
    const { signal, cluster, deliveryTimeout = 120_000, compression = "none", acks = "all" } = this.#options;
    let timeout = deliveryTimeout;
    await retry(
      () =>
        this.#producer.sendBatch({
          acks: acks === "leader" ? 1 : -1,
          timeout: ACKNOWLEDGED,
          compression: compressionType[compression],
          topicMessages: parts.map(({ queue, messages }) => ({ topic: queue.topic, messages: [...messages] })),
        }),
      {
        attempts: Number.POSITIVE_INFINITY,
        minimumDelay: 200,
        maximumDelay: 3000,
        isRetriable: (error) => {
          if (cluster.refused.aborted) return false;
          if (signal?.aborted === true) timeout = Math.min(timeout, AFTER_ABORT);
          const worthIt = isConnectionFailure(error) || rootOf(error).retriable === true || isWrapped(error);
          return worthIt && performance.now() - start < timeout;
        },
        onRetry: (error, attempt, wait) => {
          this.#stats.retries++;
          this.#logger.warn(
            `Kafka at ${places(this.broker)} did not take messages for ${namesOf(parts)} (${messageOf(rootOf(error))}); trying again in ${Math.round(wait)} ms (attempt ${attempt + 1})`,
          );
        },
      },
    );
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    await this.#producer.disconnect().catch(() => undefined);
  }
}

/** Whether kafkajs gave up after tries of its own, which it marks as not worth another try. */
function isWrapped(error: unknown): boolean {
  return (error as Error)?.name === "KafkaJSNumberOfRetriesExceeded";
}

function namesOf(parts: Batch["parts"]): string {
  return [...new Set(parts.map(({ queue }) => `"${queue.topic}"`))].join(", ");
}
