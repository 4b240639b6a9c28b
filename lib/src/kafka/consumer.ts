/**
 * A consumer that is pulled, and that owns its offsets: where to read on, its user says at every assignment, from what is
 * stored already. kafkajs fetches, and keeps the membership (`membership.ts`); here are the generations of assignments, the
 * queue between its pushing and the reader's pulling, and the end of a run that reads only what is there.
 */
import type { EachBatchPayload, KafkaMessage } from "kafkajs";
import { retry } from "../async/index.ts";
import { isStreambookError, StreambookError } from "../errors/index.ts";
import { BatchQueue } from "./batch-queue.ts";
import type { KafkaOptions } from "./client.ts";
import { KafkaCluster } from "./identity.ts";
import { Membership, type MembershipOptions } from "./membership.ts";
import { convertMessages, type PartitionBatch } from "./messages.ts";
import { checkTopic } from "./names.ts";
import { lost, Ownership } from "./ownership.ts";
import { Positions } from "./positions.ts";
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
  /** How often the consumer checks for new partitions of the topic, in milliseconds. @default 30000 */
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
 *   broker: "127.0.0.1:9092", topic: "chunks", group: "example", endOffsets: "once", positions: async () => new Map(),
 * });
 * for await (const { partition, messages } of consumer) console.log(partition, messages.length);
 * await consumer.close();
 * ```
 */
export async function openConsumer({
  cluster = new KafkaCluster(),
  maximumBytes = DEFAULT_BYTES,
  sessionTimeout = 10_000,
  partitionRefresh = 30_000,
  ...rest
}: ConsumerOptions): Promise<PartitionConsumer> {
  const options = { ...rest, cluster, maximumBytes, sessionTimeout, partitionRefresh };
  checkTopic(options.topic);
  if (options.group === "") throw new StreambookError("USAGE", "the name of a consumer group must not be empty");
  const offsets = await topicOffsets(options);
  const consumer = new GroupConsumer(options, offsets);
  try {
    await consumer.join();
  } catch (error) {
    await consumer.close();
    throw error;
  }
  return consumer;
}

/** More is not quicker, and costs memory: a fetch and what waits of the one before are there at once. */
const DEFAULT_BYTES = 2 << 20;

class GroupConsumer implements PartitionConsumer {
  readonly #options: ConsumerOptions & MembershipOptions;
  readonly #membership: Membership;
  readonly #positions: Positions;
  readonly #queue: BatchQueue;
  #ownership: Ownership | undefined;
  #generation = 0;
  #failure: { readonly error: unknown } | undefined;
  #closing = new AbortController();
  #closed: Promise<void> | undefined;

  /** @param offsets where the partitions begin and end now */
  constructor(options: ConsumerOptions & MembershipOptions, offsets: ReadonlyMap<number, OffsetRange>) {
    this.#options = options;
    this.#queue = new BatchQueue(options.maximumBytes);
    this.#positions = new Positions(options, options.endOffsets === "once" ? offsets : undefined);
    const member = {
      onAssigned: (partitions: readonly number[]) => this.#onAssigned(partitions),
      onConfirmed: () => this.#onConfirmed(),
      onRejoin: () => this.#revoke(),
      onLost: () => this.#onLost(),
      onBatch: (payload: EachBatchPayload) => this.#onBatch(payload),
      onHole: (partition: number, next: bigint, highWatermark: bigint) =>
        this.#deliver(this.#ownership, partition, next, highWatermark, []),
      onFailure: (error: unknown) => this.#fail(error),
    };
    this.#membership = new Membership(options, member, this.#closing.signal);
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
    options.cluster.refused.addEventListener("abort", this.#onRefused, { once: true });
  }

  readonly #onAbort = (): void => this.#queue.wake();
  readonly #onRefused = (): void => this.#fail(this.#options.cluster.refused.reason);

  /** Joins the group. */
  join(): Promise<void> {
    return this.#membership.join();
  }

  get assignment(): readonly number[] {
    return this.#ownership?.isHeld === true ? this.#ownership.partitions : [];
  }

  get generation(): number {
    return this.#ownership?.isHeld === true ? this.#generation : 0;
  }

  // ── what the group gives and takes ───────────────────────────────────────────────────────────────────────────────

  #onAssigned(partitions: readonly number[]): void {
    this.#ownership?.lose();
    // Confirmed a moment ago; a little less than the session, because the coordinator's clock began earlier.
    const ownership = new Ownership(
      ++this.#generation,
      [...partitions].sort((a, b) => a - b),
      this.#options.sessionTimeout * 0.9,
    );
    this.#ownership = ownership;
    this.#queue.clear();
    this.#membership.pause(); // nothing is fetched until the positions are known
    this.#position(ownership).catch((error: unknown) => {
      if (!ownership.signal.aborted) this.#fail(error);
    });
  }

  async #position(ownership: Ownership): Promise<void> {
    const { partitions, signal } = ownership;
    const owned = await this.#positions.find(partitions, signal);
    if (signal.aborted || this.#ownership !== ownership) return;
    ownership.owned = owned;
    this.#membership.resume();
    for (const { partition, position, end } of owned.values()) {
      if (end !== undefined && position >= end) this.#membership.pause([partition]);
      else this.#membership.seek(partition, position);
    }
    this.#queue.wake(); // a reader of "once" may have come to the end without a single batch
  }

  /** The membership is valid. If its lease was over for a while, what was read under it was given up: it is read again. */
  #onConfirmed(): void {
    const ownership = this.#ownership;
    if (ownership === undefined) return;
    ownership.expire();
    if (!ownership.isLost) ownership.renew();
    else if (!this.#closing.signal.aborted) this.#onAssigned(ownership.partitions);
  }

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
    }, this.#options.sessionTimeout * 0.6);
  }

  #onLost(): void {
    this.#queue.clear();
    this.#ownership?.lose();
  }

  // ── what kafkajs pushes ──────────────────────────────────────────────────────────────────────────────────────────

  async #onBatch(payload: EachBatchPayload): Promise<void> {
    const ownership = this.#ownership;
    while (this.#queue.isFull && ownership?.isDelivering === true && !this.#closing.signal.aborted) {
      await this.#queue.changed(this.#options.sessionTimeout / 10);
      await payload.heartbeat(); // sends one only when it is time, and throws when the group rebalances
    }
    if (payload.isStale() || this.#ownership !== ownership) return;
    const { batch } = payload;
    const owned = ownership?.owned?.get(batch.partition);
    if (ownership === undefined || owned === undefined) return;
    try {
      await this.#positions.checkJump(owned, batch, ownership.signal);
    } catch (error) {
      if (!ownership.signal.aborted) this.#fail(error);
      return;
    }
    const last = batch.lastOffset();
    this.#deliver(ownership, batch.partition, BigInt(last) + 1n, BigInt(batch.highWatermark), batch.messages);
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
    if (nextOffset === end) this.#membership.pause([partition]);
    const { messages, bytes } = convertMessages(fetched, position, nextOffset);
    this.#queue.push(
      {
        topic: this.#options.topic,
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
      else if (this.#positions.areFinite && this.#ownership?.isComplete === true) return;
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
    await retry(
      async () => {
        const ownership = this.#owner(partition);
        await this.#membership.commit(partition, next);
        ownership.renew();
      },
      {
        attempts: this.#options.signal?.aborted === true ? 2 : 8,
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

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#queue.wake();
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
    await this.#membership.leave();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
