/** MurmurHash3, and the bucket of a term. */

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;
const SEED = 42;

/**
 * MurmurHash3, the x86 variant of 32 bits.
 *
 * Source: Austin Appleby, https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
 *
 * @param bytes what is hashed
 * @param seed 32 bits; other seeds give unrelated hashes
 * @returns a signed number of 32 bits, as in Java
 *
 * @example
 * ```ts
 * import { murmurHash3 } from "streambook/text";
 * console.assert(murmurHash3(new TextEncoder().encode("hello"), 0) === 0x248bfa47);
 * ```
 */
export function murmurHash3(bytes: Uint8Array, seed: number): number {
  let hash = seed | 0;
  const end = bytes.length & ~3;
  for (let i = 0; i < end; i += 4) {
    const block = byte(bytes, i) | (byte(bytes, i + 1) << 8) | (byte(bytes, i + 2) << 16) | (byte(bytes, i + 3) << 24);
    hash ^= scramble(block);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= end; i--) tail = (tail << 8) | byte(bytes, i);
  hash ^= scramble(tail) ^ bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function byte(bytes: Uint8Array, position: number): number {
  return bytes[position] as number;
}

function scramble(block: number): number {
  const product = Math.imul(block, C1);
  return Math.imul((product << 15) | (product >>> 17), C2);
}

const encoder = new TextEncoder();
/** Room for the bytes of any ordinary word, so that hashing one takes no memory. */
const room = new Uint8Array(256);

function utf8(term: string): Uint8Array {
  if (term.length * 3 > room.length) return encoder.encode(term);
  return room.subarray(0, encoder.encodeInto(term, room).written);
}

/** How many buckets terms are hashed to where nobody asks for another number. */
export const DEFAULT_FEATURES = 2 ** 14;

/**
 * The bucket of a term, the same one as Spark's HashingTF gives it (Spark 3 and later): MurmurHash3 with seed 42 of the
 * UTF-8 bytes, modulo the number of buckets, never negative. Two terms can share a bucket; with 2¹⁴ of them it is rare
 * enough not to matter.
 *
 * Source: https://spark.apache.org/docs/latest/ml-features.html#tf-idf
 *
 * @param features how many buckets there are
 *
 * @example
 * ```ts
 * import { hashTerm } from "streambook/text";
 * console.assert(hashTerm("a", 100) === 67); // Spark's HashingTF(numFeatures=100).indexOf("a")
 * ```
 */
export function hashTerm(term: string, features = DEFAULT_FEATURES): number {
  const remainder = murmurHash3(utf8(term), SEED) % features;
  return remainder < 0 ? remainder + features : remainder;
}
