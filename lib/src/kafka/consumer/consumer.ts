/**
 * What a consumer is: it is pulled, and it owns its offsets: where to read on, its user says at every assignment, from what is
 * stored already. One member of a group may read several topics, each through a consumer of its own.
 */
import type { KafkaOptions } from "../client.ts";
import type { PartitionBatch } from "./messages.ts";

/** A topic that is read, and by what its reading goes on. */
export interface ConsumedTopic {
  readonly topic: string;
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
}

/** What a consumer of one topic and those of several have in common. */
export interface GroupOptions extends KafkaOptions {
  /** Consumers of one group share the partitions of each topic among those that read it. */
  readonly group: string;
  /** `"once"`: ends at the offsets at which the partitions ended when the consumer was opened. @default "never" */
  readonly endOffsets?: "once" | "never";
  /** Bytes of a fetch, and of what waits for the reader of each topic. @default 2097152 */
  readonly maximumBytes?: number;
  /** How long the group waits for a member that is silent, in milliseconds; the broker allows 6000 to 1800000. @default 10000 */
  readonly sessionTimeout?: number;
  /**
   * A name that no other member of the group has: with it, the member keeps its partitions while it is away, for as long as its session
   * lasts, and nobody else reads them meanwhile. @default none: the group gives them to others when it leaves
   */
  readonly instance?: string;
  /** How often the consumer checks for new partitions of the topics, in milliseconds. @default 30000 */
  readonly partitionRefresh?: number;
}

/** How long a group waits for a member that is silent, in milliseconds, unless it is said. */
export const SESSION_TIMEOUT = 10_000;

/** Options of `openConsumer`. */
export interface ConsumerOptions extends GroupOptions, ConsumedTopic {}

/** Options of `openConsumers`. */
export interface ConsumersOptions extends GroupOptions {
  /** One or more, each once. */
  readonly topics: readonly ConsumedTopic[];
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
  /** With `"once"`, the ends of the partitions that have messages and are not owned now, by partition: other members read them. */
  readonly elsewhere: ReadonlyMap<number, bigint>;
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
   * Reports to the group how far a partition is done, for those who watch it; reading goes by `positions`.
   *
   * @throws PARTITION_LOST; UNREACHABLE; KAFKA_FAILED
   */
  commit(partition: number, next: bigint): Promise<void>;
  /** How far each owned partition is read. */
  lag(): PartitionLag[];
  /** Leaves the group, after what runs in `whileOwned`; consumers that were opened together leave together. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
