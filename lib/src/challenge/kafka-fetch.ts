/** How many messages the answer to a Fetch brings: only a program that holds some can lose them. */
import { FETCH, Reader, type RequestHead } from "./kafka-wire.ts";

/** Where a record batch says how many records it has, in bytes from its beginning. */
const COUNT_AT = 57;
/** A record batch says its length after its first offset (8 bytes), and counts from there. */
const LENGTH_AT = 8;

/** @returns 0 for the answer to any other request, and for versions that are not read here */
export function messagesIn(answer: Buffer, { key, version }: RequestHead): number {
  if (key !== FETCH || version < 4 || version > 11) return 0;
  const reader = new Reader(answer, 4);
  reader.int32(); // throttle time
  if (version >= 7) reader.skip(2 + 4); // error, session
  let messages = 0;
  for (let topics = reader.int32(); topics > 0; topics--) {
    reader.string();
    for (let partitions = reader.int32(); partitions > 0; partitions--) {
      reader.skip(4 + 2 + 8 + 8); // partition, error, high watermark, last stable offset
      if (version >= 5) reader.skip(8); // first offset of the log
      reader.skip(16 * Math.max(0, reader.int32())); // aborted transactions
      if (version >= 11) reader.skip(4); // replica to prefer
      const length = Math.max(0, reader.int32());
      messages += recordsIn(answer.subarray(reader.at, reader.at + length));
      reader.skip(length);
    }
  }
  return messages;
}

/** Records in one batch after the other; the last may be cut off by the size that was asked for. */
function recordsIn(batches: Buffer): number {
  let records = 0;
  for (let at = 0; at + COUNT_AT + 4 <= batches.length; at += LENGTH_AT + 4 + batches.readInt32BE(at + LENGTH_AT))
    records += batches.readInt32BE(at + COUNT_AT);
  return records;
}
