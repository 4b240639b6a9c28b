/** Sparse vectors over hashed terms: only the buckets that are not zero are there. */
import { DEFAULT_FEATURES, hashTerm } from "./hash.ts";

/** A vector most of whose entries are 0. */
export interface SparseVector {
  /** The buckets that are not 0: none twice, in no particular order. */
  readonly indices: Uint16Array | Int32Array;
  /** The value of each of these buckets. */
  readonly values: Float32Array;
}

/** How often each bucket's terms stand in a text. */
export interface TermCounts {
  /** The buckets that occur: none twice, in the order in which the text first has them. */
  readonly indices: Uint16Array | Int32Array;
  /** How often each of them occurs. */
  readonly counts: Float32Array;
  /** How many words were counted: the sum of the counts. */
  readonly words: number;
}

/** Buckets up to this number fit 16 bits, and such vectors take half the memory. */
const SMALL = 2 ** 16;

/**
 * Counts terms, the plain way: a map from bucket to count.
 *
 * @param terms the words that count, already cut to their stems
 * @param features how many buckets there are
 *
 * @example
 * ```ts
 * import { countTerms, terms } from "streambook/text";
 * const { counts, words } = countTerms(terms("a rose is a rose"));
 * console.assert(words === 2 && counts.length === 1 && counts[0] === 2);
 * ```
 */
export function countTerms(terms: Iterable<string>, features = DEFAULT_FEATURES): TermCounts {
  const buckets = new Map<number, number>();
  let words = 0;
  for (const term of terms) {
    const bucket = hashTerm(term, features);
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
    words++;
  }
  return { indices: indexArray(buckets.keys(), features), counts: Float32Array.from(buckets.values()), words };
}

function indexArray(buckets: Iterable<number>, features: number): Uint16Array | Int32Array {
  return features <= SMALL ? Uint16Array.from(buckets) : Int32Array.from(buckets);
}

/**
 * The counts of many texts, one after the other in one piece of memory that serves again for the next texts. Small arrays by
 * the million cost more memory than they hold: the allocator cannot give back what lies between them.
 */
export class TermList {
  /** The buckets, each of at most 16 bits. */
  indices = new Uint16Array(SMALL);
  counts = new Float32Array(SMALL);
  /** Numbers in use. */
  size = 0;

  /** Makes room for more numbers. */
  reserve(more: number): this {
    if (this.size + more <= this.indices.length) return this;
    const { indices, counts, size } = this;
    const room = Math.max(size + more, indices.length * 2);
    (this.indices = new Uint16Array(room)).set(indices.subarray(0, size));
    (this.counts = new Float32Array(room)).set(counts.subarray(0, size));
    return this;
  }
}

/**
 * Adds up numbers by bucket without sorting or hashing: a dense row of zeros, and a list of the buckets touched. It is
 * empty again after {@link take}, so one serves for any number of vectors.
 */
export class Accumulator {
  #sums: Float32Array;
  #touched: Int32Array;
  #size = 0;
  #wide: boolean;

  /** @param features how many buckets there are at first; it grows when a larger one is added */
  constructor(features = DEFAULT_FEATURES) {
    this.#sums = new Float32Array(features);
    this.#touched = new Int32Array(features);
    this.#wide = features > SMALL;
  }

  /** Adds a number above 0 to a bucket. */
  add(bucket: number, amount: number): void {
    if (bucket >= this.#sums.length) this.#grow(bucket + 1);
    const sum = this.#sums[bucket] as number;
    if (sum === 0) this.#touched[this.#size++] = bucket;
    this.#sums[bucket] = sum + amount;
  }

  /** The sums of the buckets that were added to, in the order in which they were; begins anew. */
  take(words: number): TermCounts {
    const size = this.#size;
    // One piece of memory for both: getting it is most of the cost of a small typed array.
    const memory = new ArrayBuffer(size * (this.#wide ? 8 : 6));
    const counts = new Float32Array(memory, 0, size);
    const indices = this.#wide ? new Int32Array(memory, size * 4, size) : new Uint16Array(memory, size * 4, size);
    for (let i = 0; i < size; i++) {
      const bucket = this.#touched[i] as number;
      indices[i] = bucket;
      counts[i] = this.#sums[bucket] as number;
      this.#sums[bucket] = 0;
    }
    this.#size = 0;
    return { indices, counts, words };
  }

  /** As {@link take}, to the end of a list: it costs no memory of its own. */
  moveTo(list: TermList): void {
    const size = this.#size;
    const { indices, counts } = list.reserve(size);
    for (let i = 0, at = list.size; i < size; i++, at++) {
      const bucket = this.#touched[i] as number;
      indices[at] = bucket;
      counts[at] = this.#sums[bucket] as number;
      this.#sums[bucket] = 0;
    }
    list.size += size;
    this.#size = 0;
  }

  #grow(features: number): void {
    const size = Math.max(features, this.#sums.length * 2);
    const sums = new Float32Array(size);
    sums.set(this.#sums);
    const touched = new Int32Array(size);
    touched.set(this.#touched);
    this.#sums = sums;
    this.#touched = touched;
    this.#wide = size > SMALL;
  }
}
