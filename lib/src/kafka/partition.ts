/** Which partition a key belongs to: the same one as for Java's producer, so that both can write one topic. */

const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/**
 * MurmurHash2 of bytes, 32 bits, signed, with Kafka's seed.
 * Source: `org.apache.kafka.common.utils.Utils.murmur2`.
 */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const at = (i: number): number => bytes[i] as number;
  let h = SEED ^ length;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    let k = at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24);
    k = Math.imul(k, M);
    k = Math.imul(k ^ (k >>> 24), M);
    h = Math.imul(h, M) ^ k;
  }
  if (length > whole) {
    for (let i = length - 1; i >= whole; i--) h ^= at(i) << (8 * (i - whole));
    h = Math.imul(h, M);
  }
  h = Math.imul(h ^ (h >>> 13), M);
  return h ^ (h >>> 15);
}

/**
 * The partition of a key: its hash without the sign bit, modulo the number of partitions
 * (`org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey`).
 *
 * @param key bytes of the key; text is taken as UTF-8
 * @param partitions how many partitions the topic has
 *
 * @example
 * ```ts
 * import { partitionForKey } from "streambook/kafka";
 * console.assert(partitionForKey("/river.md", 1) === 0);
 * ```
 */
export function partitionForKey(key: string | Uint8Array, partitions: number): number {
  const bytes = typeof key === "string" ? Buffer.from(key) : key;
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}
