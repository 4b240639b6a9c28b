/** What a consumer has read, as ours. */
import type { IHeaders, KafkaMessage } from "kafkajs";

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

/** What a message costs in memory beside its key and value, roughly. */
const MESSAGE_OVERHEAD = 256;

/** kafkajs' messages of a range as ours; those before it (fetched before a seek) and after it are left out. */
export function convertMessages(
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
