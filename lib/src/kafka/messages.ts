/** What a consumer has read. */
import type { IHeaders } from "kafkajs";

/** A message that was read. */
export interface ConsumedMessage {
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders | undefined;
  /** When it was made, in milliseconds since 1970. */
  readonly timestamp: number;
}

/** Messages of one partition, in order. The ranges of a generation's batches of a partition join without a gap. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  /** Which assignment the batch belongs to; grows with each one. */
  readonly generation: number;
  /** First offset of the batch's range; no message need be there (compaction and transactions leave holes). */
  readonly firstOffset: bigint;
  /** Offset after the batch's range. */
  readonly nextOffset: bigint;
  /** The messages of the range; none when all of it is a hole. */
  readonly messages: readonly ConsumedMessage[];
  /** Offset after the last message that the partition had when this was fetched. */
  readonly highWatermark: bigint;
}
