/**
 * Which partitions a consumer owns, and for how long. What must not happen twice in a group (a rename that commits) is done
 * while the partition is held; the group may be re-joined, and the partition given to another, only after that.
 */
import { delay } from "../../async/index.ts";
import { StreambookError } from "../../errors/index.ts";
import type { PartitionLag } from "./consumer.ts";

/** A partition that is owned, and how far it has been read. */
export interface OwnedPartition {
  readonly partition: number;
  /** Offset after the last one handed to the queue. */
  position: bigint;
  /** Offset at which reading ends; without it, it goes on. */
  readonly end: bigint | undefined;
  highWatermark: bigint;
}

/** One assignment of partitions, from its beginning to its loss. */
export class Ownership {
  readonly generation: number;
  readonly partitions: readonly number[];
  /** By partition; undefined until the positions are known. */
  owned: ReadonlyMap<number, OwnedPartition> | undefined;
  /** Aborts when the assignment is over. */
  readonly signal: AbortSignal;
  readonly #over = new AbortController();
  readonly #holds = new Set<Promise<unknown>>();
  readonly #lease: number;
  #renewed = performance.now();
  #state: "owned" | "revoking" | "lost" = "owned";
  #revoking: Promise<void> | undefined;

  /** @param lease how long ownership lasts without a heartbeat, in milliseconds */
  constructor(generation: number, partitions: readonly number[], lease: number) {
    this.generation = generation;
    this.partitions = partitions;
    this.#lease = lease;
    this.signal = this.#over.signal;
  }

  /** Whether batches may be handed out. */
  get isDelivering(): boolean {
    return this.#state === "owned" && this.owned !== undefined;
  }

  /** Whether nobody else can have been given the partitions. */
  get isHeld(): boolean {
    return this.#state !== "lost" && performance.now() - this.#renewed < this.#lease;
  }

  /** Notes that the coordinator has just confirmed the membership. */
  renew(): void {
    this.#renewed = performance.now();
  }

  /** Whether everything up to the end offsets has been handed out. */
  get isComplete(): boolean {
    return this.isDelivering && this.unread.length === 0;
  }

  /** The partitions of which there is more to hand out. */
  get unread(): number[] {
    const owned = [...(this.owned?.values() ?? [])];
    return owned.filter(({ position, end }) => end === undefined || position < end).map(({ partition }) => partition);
  }

  /** How far each partition is read. */
  get lag(): PartitionLag[] {
    return [...(this.owned?.values() ?? [])].map(({ partition, position, highWatermark }) => ({
      partition,
      position,
      highWatermark,
      lag: highWatermark > position ? highWatermark - position : 0n,
    }));
  }

  /** Whether the assignment is over. */
  get isLost(): boolean {
    return this.#state === "lost";
  }

  /** An assignment that was not confirmed for too long is over, even if it turns out that nobody else has taken it. */
  expire(): void {
    if (!this.isHeld) this.lose();
  }

  /** @throws PARTITION_LOST */
  check(partition: number): void {
    this.expire();
    if (this.isLost || !this.partitions.includes(partition)) throw lost(partition);
  }

  /** Does something while the partition is owned: a revocation waits for it. */
  async hold<T>(partition: number, operation: () => Promise<T>): Promise<T> {
    this.check(partition);
    const running = operation();
    const settled = running.catch(() => undefined);
    this.#holds.add(settled);
    try {
      return await running;
    } finally {
      this.#holds.delete(settled);
    }
  }

  /**
   * Gives the partitions up: hands out nothing more, waits for what holds them (not for ever), and then they are lost. Who
   * comes second (a consumer that closes while its group rebalances) waits for the same.
   *
   * @param limit longest wait, in milliseconds
   */
  revoke(onRevoked: () => Promise<void>, limit: number): Promise<void> {
    if (this.#state === "owned") this.#revoking = this.#revoke(onRevoked, limit);
    return this.#revoking ?? Promise.resolve();
  }

  async #revoke(onRevoked: () => Promise<void>, limit: number): Promise<void> {
    this.#state = this.isHeld ? "revoking" : "lost";
    const timer = new AbortController();
    const finished = onRevoked().then(async () => {
      while (this.#holds.size > 0) await Promise.all(this.#holds);
    });
    try {
      await Promise.race([finished, delay(limit, timer.signal).catch(() => undefined)]);
    } finally {
      timer.abort();
      this.lose();
    }
  }

  /** The partitions are another's from now on. */
  lose(): void {
    this.#state = "lost";
    this.#over.abort(lost(this.partitions[0] ?? -1));
  }
}

/** The error for a partition that is not owned (any more). */
export function lost(partition: number): StreambookError {
  return new StreambookError(
    "PARTITION_LOST",
    `partition ${partition} is read by another consumer of the group now; what was read of it and not committed is read again there`,
  );
}
