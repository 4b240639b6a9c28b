/**
 * Where the reading of each partition begins and ends: where its user says, held against what the broker has. Messages that
 * have expired are passed over with a warning; another topic of the same name is an error.
 */
import type { EachBatchPayload } from "kafkajs";
import { retry } from "../../async/index.ts";
import { StreambookError } from "../../errors/index.ts";
import { silentLogger, type Logger } from "../../log/index.ts";
import type { KafkaOptions } from "../client.ts";
import type { OwnedPartition } from "./ownership.ts";
import { topicOffsets, type OffsetRange } from "../topics.ts";

/** Options of {@link Positions}. */
export interface PositionsOptions extends KafkaOptions {
  readonly topic: string;
  /** Says the next offset to read of each partition; one that is absent is read from its earliest message. */
  readonly positions: (partitions: readonly number[], signal: AbortSignal) => Promise<ReadonlyMap<number, bigint>>;
}

/** What kafkajs' batches have, and their type does not say: the offset that was asked for. */
type FetchedBatch = EachBatchPayload["batch"] & { readonly fetchedOffset: string };

/** The beginnings and ends of a topic's partitions. */
export class Positions {
  readonly #options: PositionsOptions;
  readonly #logger: Logger;
  readonly #ends: ReadonlyMap<number, OffsetRange> | undefined;

  /** @param ends the ranges at whose upper end the reading ends; without them, it goes on */
  constructor(options: PositionsOptions, ends: ReadonlyMap<number, OffsetRange> | undefined) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#ends = ends;
  }

  /** Whether the reading ends. */
  get areFinite(): boolean {
    return this.#ends !== undefined;
  }

  /** The ends of the partitions that have messages and are not among these, by partition. */
  elsewhere(owned: readonly number[]): ReadonlyMap<number, bigint> {
    const others = [...(this.#ends ?? [])].filter(([one, { low, high }]) => high > low && !owned.includes(one));
    return new Map(others.map(([partition, { high }]) => [partition, high]));
  }

  /**
   * Where to begin and end.
   *
   * @param signal aborts when it does not matter any more
   * @throws KAFKA_FAILED for another topic of that name; whatever the user's `positions` throw; the signal's reason
   */
  async find(partitions: readonly number[], signal: AbortSignal): Promise<ReadonlyMap<number, OwnedPartition>> {
    if (partitions.length === 0) return new Map();
    const known = await this.#options.positions(partitions, signal);
    const offsets = await this.#offsets(signal);
    signal.throwIfAborted();
    return new Map(
      partitions.map((partition) => [partition, this.#begin(partition, known.get(partition), offsets.get(partition))]),
    );
  }

  /**
   * When the offset it asked for is not there (any more), kafkajs goes on at the earliest one, and says nothing. Either
   * the messages between have expired, or this is another topic of that name.
   *
   * @throws KAFKA_FAILED for another topic; the signal's reason
   */
  async checkJump(
    { position, end }: OwnedPartition,
    batch: EachBatchPayload["batch"],
    signal: AbortSignal,
  ): Promise<void> {
    if (end !== undefined && position >= end) return;
    const { partition, fetchedOffset, highWatermark } = batch as FetchedBatch;
    const [low, high] = [BigInt(fetchedOffset), BigInt(highWatermark)];
    if (low > position) this.#begin(partition, position, { low, high });
    else if (high < position) this.#begin(partition, position, (await this.#offsets(signal)).get(partition));
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
}
