/**
 * The consumer of one topic of a member: the generations of its assignments, the queue between kafkajs' pushing and the
 * reader's pulling, and the end of a run that reads only what is there.
 */
import type { EachBatchPayload, KafkaMessage } from "kafkajs";
import { retry } from "../../async/index.ts";
import { isStreambookError, type StreambookError } from "../../errors/index.ts";
import type { KafkaOptions } from "../client.ts";
import type { OffsetRange } from "../topics.ts";
import { BatchQueue } from "./batch-queue.ts";
import type { ConsumedTopic, PartitionConsumer, PartitionLag } from "./consumer.ts";
import type { Membership } from "./membership.ts";
import { convertMessages, type PartitionBatch } from "./messages.ts";
import { lost, Ownership } from "./ownership.ts";
import { Positions } from "./positions.ts";

/** Options of a {@link TopicConsumer}, all of them said. */
export interface TopicConsumerOptions extends KafkaOptions, ConsumedTopic {
  /** Bytes that wait for the reader. */
  readonly maximumBytes: number;
  /** How long the group waits for a member that is silent, in milliseconds. */
  readonly sessionTimeout: number;
}

/** What a {@link TopicConsumer} has of the member that it belongs to. */
export interface TopicConsumerParts {
  readonly membership: Pick<Membership, "pause" | "resume" | "seek" | "commit">;
  /** The ranges at whose upper end the reading ends; without them, it goes on. */
  readonly ends: ReadonlyMap<number, OffsetRange> | undefined;
  /** Aborts when the member leaves its group. */
  readonly closing: AbortSignal;
  /** Makes the member leave its group. */
  readonly close: () => Promise<void>;
}

/** Reads one topic. What the group and kafkajs report comes in by its methods; the reader iterates it. */
export class TopicConsumer implements PartitionConsumer {
  readonly topic: string;
  readonly #options: TopicConsumerOptions;
  readonly #parts: TopicConsumerParts;
  readonly #positions: Positions;
  readonly #queue: BatchQueue;
  #ownership: Ownership | undefined;
  #generation = 0;
  /** Whether nothing is fetched because the queue is full. */
  #isAside = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: TopicConsumerOptions, parts: TopicConsumerParts) {
    this.topic = options.topic;
    this.#options = options;
    this.#parts = parts;
    this.#queue = new BatchQueue(options.maximumBytes);
    this.#positions = new Positions(options, parts.ends);
  }

  get assignment(): readonly number[] {
    return this.#ownership?.isHeld === true ? this.#ownership.partitions : [];
  }

  get generation(): number {
    return this.#ownership?.isHeld === true ? this.#generation : 0;
  }

  get elsewhere(): ReadonlyMap<number, bigint> {
    return this.#positions.elsewhere(this.assignment);
  }

  // ── what the group gives and takes ───────────────────────────────────────────────────────────────────────────────

  /** The number of the last assignment, whether it is still valid or not. */
  get assigned(): number {
    return this.#generation;
  }

  /** Begins an assignment of these partitions. */
  assign(partitions: readonly number[]): void {
    this.#ownership?.lose();
    // Confirmed a moment ago; a little less than the session, because the coordinator's clock began earlier.
    const ownership = new Ownership(
      ++this.#generation,
      [...partitions].sort((a, b) => a - b),
      this.#options.sessionTimeout * 0.9,
    );
    this.#ownership = ownership;
    this.#queue.clear();
    this.#isAside = false;
    this.#parts.membership.pause(this.topic); // nothing is fetched until the positions are known
    this.#position(ownership).catch((error: unknown) => {
      if (!ownership.signal.aborted) this.fail(error);
    });
  }

  async #position(ownership: Ownership): Promise<void> {
    const { partitions, signal } = ownership;
    const { membership } = this.#parts;
    const owned = await this.#positions.find(partitions, signal);
    if (signal.aborted || this.#ownership !== ownership) return;
    ownership.owned = owned;
    membership.resume(this.topic);
    for (const { partition, position, end } of owned.values()) {
      if (end !== undefined && position >= end) membership.pause(this.topic, [partition]);
      else membership.seek(this.topic, partition, position);
    }
    this.#queue.wake(); // a reader of "once" may have come to the end without a single batch
  }

  /** The membership is valid. If its lease was over for a while, what was read under it was given up: it is read again. */
  confirm(): void {
    const ownership = this.#ownership;
    if (ownership === undefined) return;
    ownership.expire();
    if (!ownership.isLost) ownership.renew();
    else if (!this.#parts.closing.aborted) this.assign(ownership.partitions);
  }

  /** Gives the partitions up, after what is done while they are owned. */
  async revoke(): Promise<void> {
    const ownership = this.#ownership;
    if (ownership === undefined) return;
    this.#queue.clear();
    await ownership.revoke(async () => {
      try {
        if (ownership.partitions.length > 0)
          await this.#options.onRevoked?.(ownership.partitions, ownership.generation);
      } catch (error) {
        this.fail(error);
      }
    }, this.#options.sessionTimeout * 0.6);
  }

  /** The partitions may be another's already. */
  lose(): void {
    this.#queue.clear();
    this.#ownership?.lose();
  }

  // ── what kafkajs pushes ──────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Waits until there is room for another batch.
   *
   * @param limit longest wait, in milliseconds; not at all when the topic is set aside already
   * @param heartbeat keeps the membership meanwhile
   * @returns whether the reader has made room
   */
  async room(limit: number, heartbeat: () => Promise<void>): Promise<boolean> {
    const ownership = this.#ownership;
    const end = performance.now() + (this.#isAside ? 0 : limit);
    while (this.#queue.isFull && ownership?.isDelivering === true && !this.#parts.closing.aborted) {
      const left = end - performance.now();
      if (left <= 0) return false;
      await this.#queue.changed(Math.min(left, this.#options.sessionTimeout / 10));
      await heartbeat(); // sends one only when it is time, and throws when the group rebalances
    }
    return true;
  }

  /** Fetches nothing more until the reader has made room, or goes on. */
  setAside(isAside: boolean): void {
    const { membership } = this.#parts;
    const unread = this.#ownership?.unread ?? [];
    this.#isAside = isAside;
    if (isAside) membership.pause(this.topic, unread);
    else membership.resume(this.topic, unread);
  }

  /** Takes a batch that was fetched. */
  async accept(batch: EachBatchPayload["batch"]): Promise<void> {
    const ownership = this.#ownership;
    const owned = ownership?.owned?.get(batch.partition);
    if (ownership === undefined || owned === undefined) return;
    try {
      await this.#positions.checkJump(owned, batch, ownership.signal);
    } catch (error) {
      if (!ownership.signal.aborted) this.fail(error);
      return;
    }
    const last = batch.lastOffset();
    this.#deliver(ownership, batch.partition, BigInt(last) + 1n, BigInt(batch.highWatermark), batch.messages);
  }

  /** Takes a range that was fetched and has no messages. */
  skip(partition: number, next: bigint, highWatermark: bigint): void {
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
    if (nextOffset === end) this.#parts.membership.pause(this.topic, [partition]);
    const { messages, bytes } = convertMessages(fetched, position, nextOffset);
    const { generation } = ownership;
    this.#queue.push(
      { topic: this.topic, partition, generation, firstOffset: position, nextOffset, messages, highWatermark },
      bytes,
    );
  }

  // ── what the reader pulls ────────────────────────────────────────────────────────────────────────────────────────

  async *[Symbol.asyncIterator](): AsyncGenerator<PartitionBatch> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#options.signal?.aborted === true || this.#parts.closing.aborted) return;
      const changed = this.#queue.changed();
      const batch = this.#queue.take();
      if (this.#isAside && !this.#queue.isFull) this.setAside(false);
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
        await this.#parts.membership.commit(this.topic, partition, next);
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
    return this.#ownership?.lag ?? [];
  }

  // ── failures and the end ─────────────────────────────────────────────────────────────────────────────────────────

  /** Ends the reading with an error; only the first one counts. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#queue.wake();
  }

  /** Lets the reader see that something has changed. */
  wake(): void {
    this.#queue.wake();
  }

  close(): Promise<void> {
    return this.#parts.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
