/**
 * A consumer that is pulled, and that owns its offsets: where to read on, its user says at every assignment, from what is
 * stored already. kafkajs fetches and keeps the membership; here are the queue between its pushing and the reader's
 * pulling, the generations of assignments, and the end of a run that reads only what is there.
 */
import kafkajs, {
  type Consumer,
  type ConsumerCrashEvent,
  type EachBatchPayload,
  type KafkaMessage,
  type PartitionAssigner,
} from "kafkajs";
import { retry } from "../async/index.ts";
import { isStreambookError, messageOf, StreambookError } from "../errors/index.ts";
import { silentLogger, type Logger } from "../log/index.ts";
import { BatchQueue } from "./batch-queue.ts";
import { createKafka, type KafkaOptions } from "./client.ts";
import { isConnectionFailure, kafkaError, rootOf } from "./failures.ts";
import { KafkaCluster } from "./identity.ts";
import { brokerAddress, checkTopic } from "./names.ts";
import { lost, Ownership, type OwnedPartition } from "./ownership.ts";
import type { ConsumedMessage, PartitionBatch } from "./messages.ts";
import { topicOffsets, type OffsetRange } from "./topics.ts";

/** Options of {@link openConsumer}. */
export interface ConsumerOptions extends KafkaOptions {
  readonly topic: string;
  /** Consumers of one group share the partitions. */
  readonly group: string;
  /**
   * Says the next offset to read of each partition, at every assignment; a partition that is absent is read from its
   * earliest message. Its signal aborts when the assignment is over before it has answered.
   */
  readonly positions: (partitions: readonly number[], signal: AbortSignal) => Promise<ReadonlyMap<number, bigint>>;
  /**
   * Called before the partitions of a generation may go to another consumer, which waits for it (for part of the session
   * timeout). Not called when they are gone already, after a lost connection or a long sleep.
   */
  readonly onRevoked?: (partitions: readonly number[], generation: number) => Promise<void> | void;
  /** `"once"`: ends at the offsets at which the partitions ended when the consumer was opened. @default "never" */
  readonly endOffsets?: "once" | "never";
  /** Bytes of a fetch, and of what waits for the reader. @default 2097152 */
  readonly maximumBytes?: number;
  /** How long the group waits for a member that is silent, in milliseconds; the broker allows 6000 to 1800000. @default 10000 */
  readonly sessionTimeout?: number;
  /** How often the consumer looks whether the topic has more partitions, in milliseconds. @default 30000 */
  readonly partitionRefresh?: number;
}

/** How far a partition is read. */
export interface PartitionLag {
  readonly partition: number;
  /** Next offset to fetch. */
  readonly position: bigint;
  readonly highWatermark: bigint;
  /** Offsets between them. */
  readonly lag: bigint;
}

/** A consumer, open until it is closed. Iterate it with `for await`; it ends when its signal aborts, or `"once"` is done. */
export interface PartitionConsumer extends AsyncIterable<PartitionBatch> {
  /** The partitions that are owned now. */
  readonly assignment: readonly number[];
  /** The number of the assignment that is valid now; 0 while there is none. */
  readonly generation: number;
  /** @throws PARTITION_LOST unless the partition is owned, by the assignment of that number */
  ensureOwned(partition: number, generation: number): void;
  /**
   * Does something that only the owner may do: the partition goes to another consumer only after it (if it ends within
   * part of the session timeout).
   *
   * @throws PARTITION_LOST; whatever the operation throws
   */
  whileOwned<T>(partition: number, generation: number, operation: () => Promise<T>): Promise<T>;
  /**
   * Tells the group how far a partition is done, for those who watch it; reading goes by `positions`.
   *
   * @throws PARTITION_LOST; UNREACHABLE; KAFKA_FAILED
   */
  commit(partition: number, next: bigint): Promise<void>;
  /** How far each owned partition is read. */
  lag(): PartitionLag[];
  /** Leaves the group, after what runs in `whileOwned`. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a consumer of a topic.
 *
 * @throws NOT_FOUND without the topic; UNREACHABLE within a few seconds without a broker; WRONG_CLUSTER; USAGE
 *
 * @example
 * ```ts no-run
 * import { openConsumer } from "streambook/kafka";
 * const consumer = await openConsumer({
 *   broker: "127.0.0.1:9092", topic: "chunks", group: "lesson", endOffsets: "once", positions: async () => new Map(),
 * });
 * for await (const { partition, messages } of consumer) console.log(partition, messages.length);
 * await consumer.close();
 * ```
 */
export async function openConsumer({
  cluster = new KafkaCluster(),
  ...rest
}: ConsumerOptions): Promise<PartitionConsumer> {
  const options = { ...rest, cluster };
  checkTopic(options.topic);
  if (options.group === "") throw new StreambookError("USAGE", "the name of a consumer group must not be empty");
  const offsets = await topicOffsets(options);
  const consumer = new GroupConsumer(options, offsets);
  try {
    await consumer.start();
  } catch (error) {
    await consumer.close();
    throw error;
  }
  return consumer;
}

/** What kafkajs' batches have, and their type does not say: the offset that was asked for. */
type FetchedBatch = EachBatchPayload["batch"] & { readonly fetchedOffset: string };

/** More is not quicker, and costs memory: a fetch and what waits of the one before are there at once. */
const DEFAULT_BYTES = 2 << 20;

/** Options whose cluster is one for all clients of the consumer. */
type GroupConsumerOptions = ConsumerOptions & { readonly cluster: KafkaCluster };

class GroupConsumer implements PartitionConsumer {
  readonly #options: GroupConsumerOptions;
  readonly #logger: Logger;
  readonly #broker: string;
  readonly #sessionTimeout: number;
  readonly #queue: BatchQueue;
  /** Where the partitions ended when the consumer was opened; only with `"once"`. */
  readonly #ends: ReadonlyMap<number, OffsetRange> | undefined;
  #kafka: Consumer | undefined;
  #ownership: Ownership | undefined;
  #generation = 0;
  #joining = false;
  #failure: { readonly error: unknown } | undefined;
  #closing = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(options: GroupConsumerOptions, offsets: ReadonlyMap<number, OffsetRange>) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#broker = brokerAddress(options.broker);
    this.#sessionTimeout = options.sessionTimeout ?? 10_000;
    this.#queue = new BatchQueue(options.maximumBytes ?? DEFAULT_BYTES);
    this.#ends = options.endOffsets === "once" ? offsets : undefined;
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
    options.cluster.refused.addEventListener("abort", this.#onRefused, { once: true });
  }

  readonly #onAbort = (): void => this.#queue.wake();
  readonly #onRefused = (): void => this.#fail(this.#options.cluster.refused.reason);

  get assignment(): readonly number[] {
    return this.#ownership?.isHeld === true ? this.#ownership.partitions : [];
  }

  get generation(): number {
    return this.#ownership?.isHeld === true ? this.#generation : 0;
  }

  // ── membership, kept by kafkajs ──────────────────────────────────────────────────────────────────────────────────

  async start(): Promise<void> {
    const { topic, group, maximumBytes = DEFAULT_BYTES, partitionRefresh = 30_000 } = this.#options;
    const consumer = createKafka(this.#options, 4).consumer({
      groupId: group,
      allowAutoTopicCreation: false,
      partitionAssigners: [this.#assigner],
      sessionTimeout: this.#sessionTimeout,
      heartbeatInterval: Math.min(1000, this.#sessionTimeout / 6),
      rebalanceTimeout: 60_000,
      metadataMaxAge: partitionRefresh,
      maxBytes: maximumBytes,
      maxBytesPerPartition: Math.min(1 << 20, maximumBytes),
      maxWaitTimeInMs: 200,
      retry: { restartOnFailure: () => Promise.resolve(false) },
    });
    this.#kafka = consumer;
    const { GROUP_JOIN, HEARTBEAT, START_BATCH_PROCESS, CRASH } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => this.#onAssigned(consumer, payload.memberAssignment[topic] ?? []));
    consumer.on(HEARTBEAT, () => this.#onHeartbeat(consumer));
    consumer.on(START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0)
        this.#onHole(payload.partition, BigInt(payload.lastOffset) + 1n, BigInt(payload.highWatermark));
    });
    consumer.on(CRASH, (event) => this.#onCrash(consumer, event));
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch: (payload) => this.#onBatch(payload) });
    } catch (error) {
      await consumer.disconnect().catch(() => undefined);
      throw this.#explain(error, `read the topic "${topic}"`);
    }
  }

  /** The membership is valid. If its lease was over for a while, what was read under it was given up: it is read again. */
  #onHeartbeat(consumer: Consumer): void {
    const ownership = this.#ownership;
    if (ownership === undefined || this.#joining) return;
    ownership.expire();
    if (ownership.isLost) this.#onAssigned(consumer, ownership.partitions);
    else ownership.renew();
  }

  /**
   * kafkajs asks for the coordinator exactly once before it joins the group, and joining is what lets the partitions go to
   * another consumer. So this is where what holds them is waited for; kafkajs itself has no such moment.
   */
  readonly #assigner: PartitionAssigner = (config) => {
    const { cluster } = config;
    const findGroupCoordinator = cluster.findGroupCoordinator.bind(cluster);
    cluster.findGroupCoordinator = async (group) => {
      this.#joining = true;
      await this.#revoke();
      return findGroupCoordinator(group);
    };
    return kafkajs.PartitionAssigners.roundRobin(config);
  };

  async #revoke(): Promise<void> {
    const ownership = this.#ownership;
    if (ownership === undefined) return;
    this.#queue.clear();
    await ownership.revoke(async () => {
      try {
        if (ownership.partitions.length > 0)
          await this.#options.onRevoked?.(ownership.partitions, ownership.generation);
      } catch (error) {
        this.#fail(error);
      }
    }, this.#sessionTimeout * 0.6);
  }

  #onAssigned(consumer: Consumer, partitions: readonly number[]): void {
    if (this.#kafka !== consumer || this.#closing.signal.aborted) return;
    this.#joining = false;
    this.#ownership?.lose();
    // Confirmed a moment ago; a little less than the session, because the coordinator's clock began earlier.
    const ownership = new Ownership(
      ++this.#generation,
      [...partitions].sort((a, b) => a - b),
      this.#sessionTimeout * 0.9,
    );
    this.#ownership = ownership;
    this.#queue.clear();
    consumer.pause([{ topic: this.#options.topic }]); // nothing is fetched until the positions are known
    this.#position(consumer, ownership).catch((error: unknown) => {
      if (!ownership.signal.aborted) this.#fail(error);
    });
  }

  async #position(consumer: Consumer, ownership: Ownership): Promise<void> {
    const { topic, positions } = this.#options;
    const { partitions, signal } = ownership;
    const known = partitions.length === 0 ? new Map<number, bigint>() : await positions(partitions, signal);
    const offsets = partitions.length === 0 ? new Map<number, OffsetRange>() : await this.#offsets(signal);
    if (signal.aborted || this.#ownership !== ownership) return;
    ownership.owned = new Map(
      partitions.map((partition) => [partition, this.#begin(partition, known.get(partition), offsets.get(partition))]),
    );
    consumer.resume([{ topic }]);
    for (const { partition, position, end } of ownership.owned.values()) {
      if (end !== undefined && position >= end) consumer.pause([{ topic, partitions: [partition] }]);
      else consumer.seek({ topic, partition, offset: String(position) });
    }
    this.#queue.wake(); // a reader of "once" may have come to the end without a single batch
  }

  #offsets(signal: AbortSignal): Promise<Map<number, OffsetRange>> {
    return retry(() => topicOffsets({ ...this.#options, signal }), { attempts: 10, signal });
  }

  /** Where the reading of a partition begins: where its user says, if that is still there. */
  #begin(partition: number, wanted: bigint | undefined, range: OffsetRange = { low: 0n, high: 0n }): OwnedPartition {
    const { topic } = this.#options;
    const position = wanted ?? range.low;
    if (position > range.high) {
      throw new StreambookError(
        "KAFKA_FAILED",
        `partition ${partition} of "${topic}" ends at offset ${range.high}, but it was read up to ${position} before: the topic was deleted and made again; use another table and group, or remove what was read`,
        { retriable: false },
      );
    }
    if (position < range.low) {
      this.#logger.warn(
        `partition ${partition} of "${topic}": the messages from offset ${position} to ${range.low - 1n} have expired; reading goes on at ${range.low}`,
      );
    }
    const end = this.#ends === undefined ? undefined : (this.#ends.get(partition)?.high ?? 0n);
    return { partition, position: position < range.low ? range.low : position, end, highWatermark: range.high };
  }

  // ── what kafkajs pushes ──────────────────────────────────────────────────────────────────────────────────────────

  async #onBatch(payload: EachBatchPayload): Promise<void> {
    const ownership = this.#ownership;
    while (this.#queue.isFull && ownership?.isDelivering === true && !this.#closing.signal.aborted) {
      await this.#queue.changed(this.#sessionTimeout / 10);
      await payload.heartbeat(); // sends one only when it is time, and throws when the group rebalances
    }
    if (payload.isStale() || this.#ownership !== ownership) return;
    const { batch } = payload;
    try {
      await this.#checkJump(ownership, batch as FetchedBatch);
    } catch (error) {
      if (ownership?.signal.aborted !== true) this.#fail(error);
      return;
    }
    const last = batch.lastOffset();
    this.#deliver(ownership, batch.partition, BigInt(last) + 1n, BigInt(batch.highWatermark), batch.messages);
  }

  /**
   * When the offset it asked for is not there (any more), kafkajs goes on at the earliest one, and says nothing. Either
   * the messages between have expired, or this is another topic of that name.
   */
  async #checkJump(ownership: Ownership | undefined, batch: FetchedBatch): Promise<void> {
    const { partition } = batch;
    const { position, end } = ownership?.owned?.get(partition) ?? {};
    if (ownership === undefined || position === undefined || (end !== undefined && position >= end)) return;
    const [low, high] = [BigInt(batch.fetchedOffset), BigInt(batch.highWatermark)];
    if (low > position) this.#begin(partition, position, { low, high });
    else if (high < position) this.#begin(partition, position, (await this.#offsets(ownership.signal)).get(partition));
  }

  /** A range without messages: transaction markers, aborted messages, compaction. kafkajs only notes it in passing. */
  #onHole(partition: number, next: bigint, highWatermark: bigint): void {
    this.#deliver(this.#ownership, partition, next, highWatermark, []);
  }

  #deliver(
    ownership: Ownership | undefined,
    partition: number,
    next: bigint,
    highWatermark: bigint,
    fetched: readonly KafkaMessage[],
  ): void {
    const owned = ownership?.isDelivering === true ? ownership.owned?.get(partition) : undefined;
    if (ownership === undefined || owned === undefined) return;
    const { position, end } = owned;
    const nextOffset = end !== undefined && next > end ? end : next;
    owned.highWatermark = highWatermark;
    if (nextOffset <= position) return; // fetched before a seek
    owned.position = nextOffset;
    const { topic } = this.#options;
    if (nextOffset === end) this.#kafka?.pause([{ topic, partitions: [partition] }]);
    const { messages, bytes } = convert(fetched, position, nextOffset);
    this.#queue.push(
      {
        topic,
        partition,
        generation: ownership.generation,
        firstOffset: position,
        nextOffset,
        messages,
        highWatermark,
      },
      bytes,
    );
  }

  // ── what the reader pulls ────────────────────────────────────────────────────────────────────────────────────────

  async *[Symbol.asyncIterator](): AsyncGenerator<PartitionBatch> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#options.signal?.aborted === true || this.#closing.signal.aborted) return;
      const changed = this.#queue.changed();
      const batch = this.#queue.take();
      if (batch !== undefined) yield batch;
      else if (this.#ends !== undefined && this.#ownership?.isComplete === true) return;
      else await changed;
    }
  }

  ensureOwned(partition: number, generation: number): void {
    this.#owner(partition, generation);
  }

  async whileOwned<T>(partition: number, generation: number, operation: () => Promise<T>): Promise<T> {
    return this.#owner(partition, generation).hold(partition, operation);
  }

  #owner(partition: number, generation = this.#generation): Ownership {
    const ownership = this.#ownership;
    if (ownership?.generation !== generation) throw lost(partition);
    try {
      ownership.check(partition);
    } catch (error) {
      if (ownership.isLost) this.#queue.clear();
      throw error;
    }
    return ownership;
  }

  async commit(partition: number, next: bigint): Promise<void> {
    const { topic, signal } = this.#options;
    await retry(
      async () => {
        const ownership = this.#owner(partition);
        try {
          await this.#kafka?.commitOffsets([{ topic, partition, offset: String(next) }]);
          ownership.renew();
        } catch (error) {
          throw FENCED.has(rootOf(error).type ?? "")
            ? lost(partition)
            : this.#explain(error, `commit an offset of "${topic}"`);
        }
      },
      {
        attempts: signal?.aborted === true ? 2 : 8,
        minimumDelay: 200,
        isRetriable: (error) => (error as StreambookError).retriable && !isStreambookError(error, "PARTITION_LOST"),
      },
    );
  }

  lag(): PartitionLag[] {
    return [...(this.#ownership?.owned?.values() ?? [])].map(({ partition, position, highWatermark }) => ({
      partition,
      position,
      highWatermark,
      lag: highWatermark > position ? highWatermark - position : 0n,
    }));
  }

  // ── failures and the end ─────────────────────────────────────────────────────────────────────────────────────────

  #explain(error: unknown, doing: string): unknown {
    return kafkaError(this.#options.cluster.causeOf(error), this.#broker, doing);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#queue.wake();
  }

  #onCrash(consumer: Consumer, { payload: { error } }: ConsumerCrashEvent): void {
    if (this.#kafka !== consumer || this.#closing.signal.aborted) return;
    this.#queue.clear();
    this.#ownership?.lose();
    if (this.#options.cluster.refused.aborted) return; // has failed already
    const root = rootOf(error);
    const worthIt = isStreambookError(root)
      ? root.retriable
      : isConnectionFailure(error) || root.retriable === true || error.name === "KafkaJSNumberOfRetriesExceeded";
    if (!worthIt) this.#fail(this.#explain(error, `read the topic "${this.#options.topic}"`));
    else this.#restart(error).catch((reason: unknown) => this.#fail(reason));
  }

  /** Joins again when the broker is back. */
  async #restart(cause: Error): Promise<void> {
    const signal = this.#closing.signal;
    let error: unknown = cause;
    await retry(
      async (attempt) => {
        if (attempt === 1) throw error;
        await topicOffsets(this.#options); // a topic that is gone is not waited for
        await this.start();
      },
      {
        attempts: Number.POSITIVE_INFINITY,
        minimumDelay: 500,
        signal,
        isRetriable: (reason) => reason === cause || (reason as StreambookError).retriable,
        onRetry: (reason, _attempt, wait) => {
          error = reason;
          this.#logger.warn(
            `Kafka at ${this.#broker} went away (${messageOf(rootOf(error))}); trying again in ${Math.round(wait)} ms`,
          );
        },
      },
    ).catch((reason: unknown) => {
      if (!signal.aborted) throw reason;
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#options.cluster.refused.removeEventListener("abort", this.#onRefused);
    this.#closing.abort();
    await this.#revoke();
    this.#queue.wake();
    await this.#kafka?.disconnect().catch(() => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What the coordinator answers to a member whose partitions are, or are about to be, another's. */
const FENCED = new Set(["ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS", "FENCED_INSTANCE_ID"]);

/** What a message costs in memory beside its key and value, roughly. */
const MESSAGE_OVERHEAD = 256;

/** kafkajs' messages of a range as ours; those before it (fetched before a seek) and after it are left out. */
function convert(
  fetched: readonly KafkaMessage[],
  from: bigint,
  to: bigint,
): { messages: ConsumedMessage[]; bytes: number } {
  const messages: ConsumedMessage[] = [];
  let bytes = MESSAGE_OVERHEAD;
  const first = BigInt(fetched[0]?.offset ?? 0);
  const hasHoles = BigInt(fetched.at(-1)?.offset ?? 0) - first !== BigInt(Math.max(0, fetched.length - 1));
  for (const [index, { offset: text, key, value, headers, timestamp }] of fetched.entries()) {
    const offset = hasHoles ? BigInt(text) : first + BigInt(index); // to count is quicker than to parse
    if (offset < from || offset >= to) continue;
    messages.push({ offset, key, value, headers, timestamp: Number(timestamp) });
    bytes += MESSAGE_OVERHEAD + (key?.length ?? 0) + (value?.length ?? 0);
  }
  return { messages, bytes };
}
