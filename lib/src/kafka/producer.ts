/**
 * A producer that gathers messages into batches. kafkajs sends what it is given at once and in one piece; here messages
 * wait, partition by partition, until there are bytes enough or they have waited long enough. What waits is kept by
 * `accumulator.ts`, and sent by `delivery.ts`; here is when.
 */
import { StreambookError } from "../errors/index.ts";
import { Accumulator, type Batch, type OutgoingMessage } from "./accumulator.ts";
import { Delivery, type DeliveryOptions, type ProducerStats } from "./delivery.ts";
import { KafkaCluster } from "./identity.ts";
import { checkTopic } from "./names.ts";
import { ensureTopic, maximumMessageBytes, topicOffsets } from "./topics.ts";

/** Options of {@link BatchingProducer.open}. */
export interface BatchingProducerOptions extends DeliveryOptions {
  /** Bytes that make a batch worth sending. @default 512000 */
  readonly maximumBytes?: number;
  /** Longest time a message waits for others, in milliseconds. @default 20 */
  readonly lingerMilliseconds?: number;
  /** Batches on their way at once; each partition has at most one, so that its order is kept. @default 2 */
  readonly maximumInFlight?: number;
}

/** Options whose cluster is one for all clients of the producer. */
type Options = BatchingProducerOptions & { readonly cluster: KafkaCluster };

/**
 * A producer with batches, back-pressure and order per partition. A broker that goes away is waited for, with a line in the
 * log; a message is never left out.
 *
 * @example
 * ```ts no-run
 * import { BatchingProducer } from "streambook/kafka";
 * const producer = await BatchingProducer.open({ broker: "127.0.0.1:9092" });
 * await producer.send({ topic: "chunks", key: "/river.md", value: "{}" });
 * await producer.close();
 * ```
 */
export class BatchingProducer {
  readonly broker: string;
  readonly #delivery: Delivery;
  readonly #options: Options;
  readonly #accumulator: Accumulator;
  readonly #maximumInFlight: number;
  readonly #topics = new Map<string, Promise<void>>();
  #inFlight = 0;
  #flushing = 0;
  #linger: NodeJS.Timeout | undefined;
  #waiting: (() => void)[] = []; // those who wait for room, or for the end of a flush
  #failure: { readonly error: unknown; reported: boolean } | undefined;
  #closed: Promise<void> | undefined;

  private constructor(delivery: Delivery, options: Options) {
    this.broker = delivery.broker;
    this.#delivery = delivery;
    this.#options = options;
    this.#accumulator = new Accumulator(options.maximumBytes ?? 512_000);
    this.#maximumInFlight = options.maximumInFlight ?? 2;
  }

  /**
   * Connects to a broker.
   *
   * @throws UNREACHABLE within a few seconds when no broker answers; WRONG_CLUSTER; USAGE
   */
  static async open(options: BatchingProducerOptions): Promise<BatchingProducer> {
    options.signal?.throwIfAborted();
    const own = { ...options, cluster: options.cluster ?? new KafkaCluster() };
    return new BatchingProducer(await Delivery.open(own), own);
  }

  /** What has been done so far. */
  get stats(): ProducerStats {
    return this.#delivery.stats;
  }

  /**
   * Takes a message. Resolves when it is accepted, which takes a while only when the broker is slower than the caller;
   * whether it has arrived, {@link flush} says.
   *
   * @throws MESSAGE_TOO_LARGE; NOT_FOUND without the topic; whatever made an earlier message fail
   */
  async send(message: OutgoingMessage): Promise<void> {
    this.#check();
    if (!this.#accumulator.hasTopic(message.topic)) await this.prepareTopic(message.topic);
    this.#accumulator.add(message);
    this.#pump();
    if (this.#accumulator.isFull) await this.#room();
  }

  /**
   * Looks up a topic before its first message; `create` makes it if it is missing.
   *
   * @throws NOT_FOUND; UNREACHABLE; KAFKA_FAILED
   */
  async prepareTopic(
    topic: string,
    create?: { readonly partitions?: number; readonly config?: Readonly<Record<string, string>> },
  ): Promise<void> {
    checkTopic(topic);
    let known = this.#topics.get(topic);
    if (known === undefined) {
      known = this.#lookUp(topic, create);
      this.#topics.set(topic, known);
      known.catch(() => this.#topics.delete(topic)); // the next message may find it
    }
    await known;
  }

  async #lookUp(topic: string, create: Parameters<BatchingProducer["prepareTopic"]>[1]): Promise<void> {
    const { broker, logger, socketFactory, cluster, compression = "none" } = this.#options;
    const options = { broker, logger, socketFactory, cluster, topic };
    if (create !== undefined) await ensureTopic({ ...options, ...create });
    const partitions = [...(await topicOffsets(options)).keys()].sort((a, b) => a - b);
    const limit = await maximumMessageBytes(options);
    // What a message is when compressed, only the broker sees.
    this.#accumulator.addTopic(topic, partitions, compression === "none" ? limit : undefined);
  }

  /** Resolves when everything taken so far is acknowledged. @throws whatever made a message fail */
  async flush(): Promise<void> {
    this.#flushing++;
    try {
      this.#pump();
      while (this.#accumulator.pendingBytes > 0 && this.#failure === undefined) await this.#woken();
    } finally {
      this.#flushing--;
    }
    this.#check();
  }

  /** Flushes and disconnects. @throws whatever made a message fail, if no call has reported it yet */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    try {
      if (this.#failure === undefined) await this.flush();
      else if (!this.#failure.reported) this.#check();
    } finally {
      clearTimeout(this.#linger);
      this.#failure ??= {
        error: new StreambookError("USAGE", "the producer is closed; open another one"),
        reported: true,
      };
      await this.#delivery.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(): void {
    if (this.#failure === undefined) return;
    this.#failure.reported = true;
    throw this.#failure.error;
  }

  async #room(): Promise<void> {
    while (this.#accumulator.isFull && this.#failure === undefined) await this.#woken();
    this.#check();
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Sends what is worth sending, as long as something may be on its way. */
  #pump(): void {
    while (this.#inFlight < this.#maximumInFlight && this.#failure === undefined) {
      const batch = this.#accumulator.take(this.#flushing > 0);
      if (batch === undefined) break;
      void this.#deliver(batch);
    }
    if (this.#accumulator.pendingBytes > 0) this.#armLinger();
  }

  #armLinger(): void {
    this.#linger ??= setTimeout(() => {
      this.#linger = undefined;
      this.#accumulator.expire();
      this.#pump();
    }, this.#options.lingerMilliseconds ?? 20);
  }

  async #deliver(batch: Batch): Promise<void> {
    this.#inFlight++;
    try {
      await this.#delivery.send(batch);
    } catch (error) {
      this.#failure ??= { error, reported: false };
    }
    this.#inFlight--;
    this.#accumulator.settle(batch);
    this.#wake();
    this.#pump();
  }
}
