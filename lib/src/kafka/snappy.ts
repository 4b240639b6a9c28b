/**
 * Snappy as Kafka has it. Java's producers frame it in blocks, as the library of Xerial does; others send one block bare, and
 * brokers take both. The blocks themselves are decoded by hyparquet, which needs the same for Parquet.
 *
 * https://github.com/xerial/snappy-java/blob/master/src/main/java/org/xerial/snappy/SnappyOutputStream.java
 */

const MAGIC = Buffer.from("\x82SNAPPY\0", "latin1");
/** The magic bytes, and two versions of 32 bits. */
const HEADER = MAGIC.length + 8;
/** More than any batch of Kafka holds: a larger length is damage, and no reason to ask for the memory. */
const MOST = 1 << 30;

/**
 * The bytes of a batch that was compressed with snappy.
 *
 * @throws when it is damaged
 */
export async function unpackSnappy(bytes: Buffer): Promise<Buffer> {
  const { snappyUncompress } = await import("hyparquet");
  const parts: Buffer[] = [];
  for (const block of blocksOf(bytes)) {
    const part = Buffer.alloc(lengthOf(block));
    if (part.length > 0) snappyUncompress(block, part);
    parts.push(part);
  }
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}

function* blocksOf(bytes: Buffer): Generator<Buffer> {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    yield bytes;
    return;
  }
  for (let at = HEADER; at < bytes.length;) {
    const begin = at + 4;
    const end = begin > bytes.length ? Infinity : begin + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new Error("a block ends behind the batch");
    yield bytes.subarray(begin, end);
    at = end;
  }
}

/** What a block holds, in bytes: a number of 7 bits in each of its first bytes, the lowest first. */
function lengthOf(block: Buffer): number {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i] ?? 0x80;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80 && length < MOST) return length;
  }
  throw new Error("a block has no length");
}
