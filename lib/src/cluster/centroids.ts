/** The centroids of spherical k-means, laid out so that one pass over a vector compares it with all of them. */
import { StreambookError } from "../errors/index.ts";
import { isZero, type SparseVector } from "./sparse-vector.ts";

/** A column is brought back to length 1 when its length is not between this and its inverse: far from what 32 bits can hold. */
const LONGEST = 2 ** 30;
/** What of a squared length may be lost by subtraction, before it is computed afresh. */
const CANCELLED = 1e-6;

/**
 * k vectors of length 1, in one table: position f of centroid c stands at `f · k + c`. The k numbers that a vector's
 * position f meets are neighbours in memory, so all k cosines come from one pass over the vector's few values.
 *
 * What stands in the table may be longer than 1: the lengths are kept beside it, so that {@link pull} need not touch every number of
 * the table to change a few.
 */
export class Centroids {
  readonly k: number;
  readonly features: number;
  /** The numbers: position f of centroid c at `f · k + c`. */
  readonly table: Float32Array;
  /** How long each centroid is in the table; 1 for one of zeros. */
  readonly lengths: Float64Array;
  readonly #scores: Float64Array;

  /** @throws USAGE when k or the number of features is not a whole number, k of 1 or more */
  constructor(k: number, features: number, table?: Float32Array, lengths?: Float64Array) {
    const check = (ok: boolean, what: string, value: number): void => {
      if (!ok) throw new StreambookError("USAGE", `k-means: ${what}, and is ${value}`);
    };
    check(Number.isInteger(k) && k >= 1, "k must be a whole number of 1 or more", k);
    check(Number.isInteger(features) && features >= 0, "the number of features must be a whole number", features);
    this.k = k;
    this.features = features;
    this.table = table ?? new Float32Array(k * features);
    this.lengths = lengths ?? new Float64Array(k).fill(1);
    this.#scores = new Float64Array(k);
  }

  /** The cosine of a vector with each centroid. The array is the same one at every call: use it before the next. */
  cosines({ indices, values }: SparseVector): Float64Array {
    const { k, table, lengths } = this;
    const scores = this.#scores.fill(0);
    const size = indices.length;
    for (let i = 0; i < size; i++) {
      const value = values[i] as number;
      const row = (indices[i] as number) * k;
      for (let c = 0; c < k; c++) scores[c]! += value * (table[row + c] as number);
    }
    for (let c = 0; c < k; c++) scores[c]! /= lengths[c] as number;
    return scores;
  }

  /** The centroid nearest to a vector; of equally near ones the first. */
  nearest(vector: SparseVector): number {
    return argmax(this.cosines(vector));
  }

  /** One centroid, as a vector of its own. */
  row(c: number): Float32Array {
    const row = new Float32Array(this.features);
    const length = this.lengths[c] as number;
    for (let f = 0; f < this.features; f++) row[f] = (this.table[f * this.k + c] as number) / length;
    return row;
  }

  /** All centroids, as vectors of their own. */
  rows(): Float32Array[] {
    return Array.from({ length: this.k }, (_, c) => this.row(c));
  }

  /** Makes a vector of length 1 a centroid. */
  set(c: number, { indices, values }: SparseVector): void {
    this.#clear(c);
    for (let i = 0; i < indices.length; i++) this.table[(indices[i] as number) * this.k + c] = values[i] as number;
  }

  /**
   * Moves centroids to their vectors: c ← w·c + the sum of its vectors, and that brought to length 1. One without vectors stays.
   *
   * A centroid is only its direction, so instead of w·c + x the table gets c + x/w: only the numbers at which vectors have
   * values change, and with each of them the squared length, ‖c + d‖² = ‖c‖² + Σ d·(2c + d).
   *
   * @param labels the centroid of each vector
   * @param weights w of each centroid, 0 or more
   */
  pull(vectors: readonly SparseVector[], labels: ArrayLike<number>, weights: ArrayLike<number>): void {
    const { k, table, lengths } = this;
    const squares = lengths.map((length) => length ** 2);
    const shares = new Float64Array(k);
    for (let i = 0; i < vectors.length; i++) {
      const vector = vectors[i] as SparseVector;
      if (isZero(vector)) continue;
      const label = labels[i] as number;
      if (shares[label] === 0) shares[label] = this.#begin(label, weights[label] as number, squares);
      const share = shares[label] as number;
      const { indices, values } = vector;
      let square = squares[label] as number;
      for (let j = 0; j < indices.length; j++) {
        const at = (indices[j] as number) * k + label;
        const old = table[at] as number;
        const moved = Math.fround(old + share * (values[j] as number));
        table[at] = moved;
        square += (moved - old) * (moved + old);
      }
      squares[label] = square;
    }
    for (let c = 0; c < k; c++) {
      if (shares[c] === 0) continue;
      const square = squares[c] as number;
      if (square > CANCELLED * (lengths[c] as number) ** 2) lengths[c] = Math.sqrt(square);
      else this.#measure(c);
      const length = lengths[c] as number;
      if (length > LONGEST || length < 1 / LONGEST) this.#settle(c);
    }
  }

  /** Readies a centroid for its vectors, and says what of each is added to it. */
  #begin(c: number, weight: number, squares: Float64Array): number {
    const share = (this.lengths[c] as number) / weight;
    if (weight > 0 && Number.isFinite(share) && !this.#isZero(c)) return share;
    this.#clear(c);
    squares[c] = 0;
    return 1;
  }

  #isZero(c: number): boolean {
    for (let at = c; at < this.table.length; at += this.k) if (this.table[at] !== 0) return false;
    return true;
  }

  #clear(c: number): void {
    for (let at = c; at < this.table.length; at += this.k) this.table[at] = 0;
    this.lengths[c] = 1;
  }

  /** Computes the length of a centroid in the table. */
  #measure(c: number): void {
    let square = 0;
    for (let at = c; at < this.table.length; at += this.k) square += (this.table[at] as number) ** 2;
    this.lengths[c] = square === 0 ? 1 : Math.sqrt(square);
  }

  /** Brings a centroid to length 1 in the table; one of zeros stays so. */
  #settle(c: number): void {
    this.#measure(c);
    const length = this.lengths[c] as number;
    for (let at = c; at < this.table.length; at += this.k) this.table[at]! /= length;
    this.lengths[c] = 1;
  }

  /** Brings each centroid to length 1 in the table, so that a dot product is a cosine; one of zeros stays so. */
  normalize(): void {
    const { k, table, lengths } = this;
    lengths.fill(0);
    for (let at = 0; at < table.length; at += k)
      for (let c = 0; c < k; c++) lengths[c]! += (table[at + c] as number) ** 2;
    for (let c = 0; c < k; c++) lengths[c] = lengths[c] === 0 ? 1 : Math.sqrt(lengths[c] as number);
    for (let at = 0; at < table.length; at += k) for (let c = 0; c < k; c++) table[at + c]! /= lengths[c] as number;
    lengths.fill(1);
  }
}

/** The position of the largest number; of equal ones the first. */
export function argmax(numbers: Float64Array): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if ((numbers[i] as number) > (numbers[best] as number)) best = i;
  return best;
}
