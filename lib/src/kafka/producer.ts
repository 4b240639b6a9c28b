/**
 * A producer that gathers messages into batches. kafkajs sends what it is given at once and in one piece; here messages
 * wait, partition by partition, until there are bytes enough or they have waited long enough.
 */
import type { Message, Producer } from "kafkajs";
import { retry } from "../async/index.ts";
import { messageOf, StreambookError } from "../errors/index.ts";
import { silentLogger, type Logger } from "../log/index.ts";
import { createKafka, type KafkaOptions } from "./client.ts";
import { compressionType, type Compression } from "./codecs.ts";
import { isConnectionFailure, kafkaError, rootOf, tooLarge } from "./failures.ts";
import { KafkaCluster } from "./identity.ts";
import { brokerAddress, checkTopic } from "./names.ts";
import { partitionForKey } from "./partition.ts";
import { ensureTopic, maximumMessageBytes, topicOffsets } from "./topics.ts";

/** Options of {@link BatchingProducer.open}. */
export interface BatchingProducerOptions extends KafkaOptions {
  /** How batches are compressed. @default "none" */
  readonly compression?: Compression;
  /** Bytes that make a batch worth sending. @default 512000 */
  readonly maximumBytes?: number;
  /** Longest time a message waits for others, in milliseconds. @default 20 */
  readonly lingerMilliseconds?: number;
  /** Batches on their way at once; each partition has at most one, so that its order is kept. @default 2 */
  readonly maximumInFlight?: number;
  /**
   * Numbers the batches, so that the broker drops one that is sent again because its answer was lost. kafkajs then has
   * one batch on its way at a time. @default true
   */
  readonly idempotent?: boolean;
  /** How long a batch is tried when the broker is away, in milliseconds. @default 120000 */
  readonly deliveryTimeout?: number;
  /** Once it has aborted, a broker that is away is waited for no longer than 10 s; what was taken is still sent. */
  readonly signal?: AbortSignal | undefined;
}

/** A message to send. */
export interface OutgoingMessage {
  readonly topic: string;
  /** Messages of one key go to one partition, in order. Without a key they go round all partitions. */
  readonly key?: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
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

interface TopicState {
  /** As it was when the producer first saw the topic: a key keeps its partition for the producer's life. */
  readonly queues: readonly PartitionQueue[];
  readonly limit: number | undefined;
  next: number;
}

interface PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  messages: Message[];
  sizes: number[];
  bytes: number;
  inFlight: boolean;
  /** Whether the messages have waited long enough. */
  due: boolean;
}

interface Batch {
  readonly parts: readonly { readonly queue: PartitionQueue; readonly messages: readonly Message[] }[];
  readonly bytes: number;
}

/** What a record costs beside its key, value and headers: lengths, offset, time. */
const RECORD_OVERHEAD = 32;
/** What a batch of one record costs beside the record. */
const BATCH_OVERHEAD = 70;

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
  readonly #producer: Producer;
  readonly #options: BatchingProducerOptions & { readonly cluster: KafkaCluster };
  readonly #logger: Logger;
  readonly #maximumBytes: number;
  readonly #maximumInFlight: number;
  readonly #topics = new Map<string, Promise<TopicState>>();
  readonly #ready = new Map<string, TopicState>();
  #inFlight = 0;
  #pendingBytes = 0; // waiting or on their way
  #flushing = 0;
  #linger: NodeJS.Timeout | undefined;
  #waiting: (() => void)[] = []; // those who wait for room, or for the end of a flush
  #failure: { readonly error: unknown; told: boolean } | undefined;
  #closed: Promise<void> | undefined;
  readonly #stats = { messages: 0, bytes: 0, batches: 0, retries: 0 };

  private constructor(producer: Producer, options: BatchingProducerOptions & { readonly cluster: KafkaCluster }) {
    this.#producer = producer;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#maximumBytes = options.maximumBytes ?? 512_000;
    this.#maximumInFlight = options.maximumInFlight ?? 2;
    this.broker = brokerAddress(options.broker);
  }

  /**
   * Connects to a broker.
   *
   * @throws UNREACHABLE within a few seconds when no broker answers; WRONG_CLUSTER; USAGE
   */
  static async open(options: BatchingProducerOptions): Promise<BatchingProducer> {
    options.signal?.throwIfAborted();
    const { cluster = new KafkaCluster() } = options;
    const producer = createKafka({ ...options, cluster }, 2).producer({
      idempotent: options.idempotent ?? true,
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
      throw kafkaError(cluster.causeOf(error), brokerAddress(options.broker), "connect");
    }
    return new BatchingProducer(producer, { ...options, cluster });
  }

  /** What has been done so far. */
  get stats(): ProducerStats {
    return { ...this.#stats };
  }

  /**
   * Takes a message. Resolves when it is accepted, which takes a while only when the broker is slower than the caller;
   * whether it has arrived, {@link flush} says.
   *
   * @throws MESSAGE_TOO_LARGE; NOT_FOUND without the topic; whatever made an earlier message fail
   */
  async send(message: OutgoingMessage): Promise<void> {
    this.#check();
    if (!this.#ready.has(message.topic)) await this.prepareTopic(message.topic);
    this.#enqueue(this.#ready.get(message.topic) as TopicState, message);
    this.#pump();
    if (this.#pendingBytes > 3 * this.#maximumBytes) await this.#room();
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
    let state = this.#topics.get(topic);
    if (state === undefined) {
      state = this.#lookUp(topic, create);
      this.#topics.set(topic, state);
      state.catch(() => this.#topics.delete(topic)); // the next message may find it
    }
    this.#ready.set(topic, await state);
  }

  async #lookUp(topic: string, create: Parameters<BatchingProducer["prepareTopic"]>[1]): Promise<TopicState> {
    const { broker, logger, socketFactory, cluster } = this.#options;
    const options = { broker, logger, socketFactory, cluster, topic };
    if (create !== undefined) await ensureTopic({ ...options, ...create });
    const partitions = [...(await topicOffsets(options)).keys()].sort((a, b) => a - b);
    const queues = partitions.map((partition): PartitionQueue => ({
      topic,
      partition,
      messages: [],
      sizes: [],
      bytes: 0,
      inFlight: false,
      due: false,
    }));
    return { queues, limit: await maximumMessageBytes(options), next: 0 };
  }

  #enqueue(state: TopicState, { topic, key = null, value, headers }: OutgoingMessage): void {
    const keyBytes = typeof key === "string" ? Buffer.from(key) : key;
    const valueBytes = typeof value === "string" ? Buffer.from(value) : value;
    const size = (keyBytes?.length ?? 0) + (valueBytes?.length ?? 0) + RECORD_OVERHEAD + headerBytes(headers);
    // What it is when compressed, only the broker sees.
    if (
      state.limit !== undefined &&
      size + BATCH_OVERHEAD > state.limit &&
      (this.#options.compression ?? "none") === "none"
    ) {
      throw tooLarge(`send a message of ${size} bytes to "${topic}"`, state.limit);
    }
    const count = state.queues.length;
    const queue = state.queues[
      keyBytes === null ? state.next++ % count : partitionForKey(keyBytes, count)
    ] as PartitionQueue;
    queue.messages.push({
      key: keyBytes,
      value: valueBytes,
      partition: queue.partition,
      ...(headers === undefined ? {} : { headers: { ...headers } }),
    });
    queue.sizes.push(size);
    queue.bytes += size;
    this.#pendingBytes += size;
  }

  /** Resolves when everything taken so far is acknowledged. @throws whatever made a message fail */
  async flush(): Promise<void> {
    this.#flushing++;
    try {
      this.#pump();
      while (this.#pendingBytes > 0 && this.#failure === undefined) await this.#woken();
    } finally {
      this.#flushing--;
    }
    this.#check();
  }

  /** Flushes and disconnects. @throws whatever made a message fail, if nobody was told so far */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    try {
      if (this.#failure === undefined) await this.flush();
      else if (!this.#failure.told) this.#check();
    } finally {
      clearTimeout(this.#linger);
      this.#failure ??= { error: new StreambookError("USAGE", "the producer is closed; open another one"), told: true };
      await this.#producer.disconnect().catch(() => undefined);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(): void {
    if (this.#failure === undefined) return;
    this.#failure.told = true;
    throw this.#failure.error;
  }

  async #room(): Promise<void> {
    while (this.#pendingBytes > 3 * this.#maximumBytes && this.#failure === undefined) await this.#woken();
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
      const idle: PartitionQueue[] = [];
      let bytes = 0;
      let due = this.#flushing > 0;
      for (const { queues } of this.#ready.values()) {
        for (const queue of queues) {
          if (queue.inFlight || queue.messages.length === 0) continue;
          idle.push(queue);
          bytes += queue.bytes;
          due ||= queue.due;
        }
      }
      if (idle.length === 0 || !(due || bytes >= this.#maximumBytes)) break;
      void this.#deliver(takeBatch(idle, this.#maximumBytes));
    }
    if (this.#pendingBytes > 0) this.#armLinger();
  }

  #armLinger(): void {
    this.#linger ??= setTimeout(() => {
      this.#linger = undefined;
      for (const { queues } of this.#ready.values()) for (const queue of queues) queue.due = queue.messages.length > 0;
      this.#pump();
    }, this.#options.lingerMilliseconds ?? 20);
  }

  async #deliver(batch: Batch): Promise<void> {
    this.#inFlight++;
    for (const { queue } of batch.parts) queue.inFlight = true;
    try {
      await this.#sendWithRetry(batch);
      this.#stats.batches++;
      this.#stats.bytes += batch.bytes;
      for (const { messages } of batch.parts) this.#stats.messages += messages.length;
    } catch (error) {
      const cause = this.#options.cluster.causeOf(error);
      this.#failure ??= { error: kafkaError(cause, this.broker, `send messages to ${namesOf(batch)}`), told: false };
    }
    for (const { queue } of batch.parts) queue.inFlight = false;
    this.#inFlight--;
    this.#pendingBytes -= batch.bytes;
    this.#wake();
    this.#pump();
  }

  /** The same batch is sent again and again: its sequence numbers stay the same, so the broker knows it. */
  async #sendWithRetry(batch: Batch): Promise<void> {
    const start = performance.now();
    const { signal, cluster, deliveryTimeout = 120_000, compression = "none" } = this.#options;
    let patience = deliveryTimeout;
    await retry(
      () =>
        this.#producer.sendBatch({
          acks: -1,
          compression: compressionType[compression],
          topicMessages: batch.parts.map(({ queue, messages }) => ({ topic: queue.topic, messages: [...messages] })),
        }),
      {
        attempts: Number.POSITIVE_INFINITY,
        minimumDelay: 200,
        maximumDelay: 3000,
        isRetriable: (error) => {
          if (cluster.refused.aborted) return false;
          if (signal?.aborted === true) patience = Math.min(patience, AFTER_ABORT);
          const worthIt = isConnectionFailure(error) || rootOf(error).retriable === true || isWrapped(error);
          return worthIt && performance.now() - start < patience;
        },
        onRetry: (error, attempt, wait) => {
          this.#stats.retries++;
          this.#logger.warn(
            `Kafka at ${this.broker} did not take messages for ${namesOf(batch)} (${messageOf(rootOf(error))}); trying again in ${Math.round(wait)} ms (attempt ${attempt + 1})`,
          );
        },
      },
    );
  }
}

/** After Ctrl-C a broker that is away is waited for this long, in milliseconds. */
const AFTER_ABORT = 10_000;

/** Whether kafkajs gave up after tries of its own, which it marks as not worth another try. */
function isWrapped(error: unknown): boolean {
  return (error as Error)?.name === "KafkaJSNumberOfRetriesExceeded";
}

function namesOf({ parts }: Batch): string {
  return [...new Set(parts.map(({ queue }) => `"${queue.topic}"`))].join(", ");
}

function headerBytes(headers: OutgoingMessage["headers"]): number {
  if (headers === undefined) return 0;
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + 8 + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
}

/** Takes messages off the queues, up to some bytes but at least one message; the fullest queue first. */
function takeBatch(queues: readonly PartitionQueue[], maximumBytes: number): Batch {
  const parts: { queue: PartitionQueue; messages: Message[] }[] = [];
  let bytes = 0;
  for (const queue of [...queues].sort((a, b) => b.bytes - a.bytes)) {
    let count = 0;
    let taken = 0;
    for (; count < queue.sizes.length; count++) {
      const size = queue.sizes[count] as number;
      if (bytes + taken + size > maximumBytes && bytes + taken > 0) break;
      taken += size;
    }
    if (count === 0) break;
    parts.push({ queue, messages: queue.messages.splice(0, count) });
    queue.sizes.splice(0, count);
    queue.bytes -= taken;
    queue.due &&= queue.messages.length > 0;
    bytes += taken;
  }
  return { parts, bytes };
}
