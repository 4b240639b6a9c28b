/** The centroids of spherical k-means, laid out so that one pass over a vector compares it with all of them. */
import { StreambookError } from "../errors/index.ts";
import { type SparseVector } from "./sparse-vector.ts";

/**
 * k vectors of length 1, in one table: position f of centroid c stands at `f · k + c`. The k numbers that a vector's
 * position f meets are neighbours in memory, so all k cosines come from one pass over the vector's few values.
 */
export class Centroids {
  readonly k: number;
  readonly features: number;
  /** The numbers: position f of centroid c at `f · k + c`. */
  readonly table: Float32Array;
  readonly #scores: Float64Array;

  /** @throws USAGE when k or the number of features is not a whole number, k of 1 or more */
  constructor(k: number, features: number, table?: Float32Array) {
    const check = (ok: boolean, what: string, value: number): void => {
      if (!ok) throw new StreambookError("USAGE", `k-means: ${what}, and is ${value}`);
    };
    check(Number.isInteger(k) && k >= 1, "k must be a whole number of 1 or more", k);
    check(Number.isInteger(features) && features >= 0, "the number of features must be a whole number", features);
    this.k = k;
    this.features = features;
    this.table = table ?? new Float32Array(k * features);
    this.#scores = new Float64Array(k);
  }

  /** The cosine of a vector with each centroid. The array is the same one at every call: use it before the next. */
  cosines({ indices, values }: SparseVector): Float64Array {
    const { k, table } = this;
    const scores = this.#scores.fill(0);
    const size = indices.length;
    for (let i = 0; i < size; i++) {
      const value = values[i] as number;
      const row = (indices[i] as number) * k;
      for (let c = 0; c < k; c++) scores[c]! += value * (table[row + c] as number);
    }
    return scores;
  }

  /** The centroid nearest to a vector; of equally near ones the first. */
  nearest(vector: SparseVector): number {
    return argmax(this.cosines(vector));
  }

  /** One centroid, as a vector of its own. */
  row(c: number): Float32Array {
    const row = new Float32Array(this.features);
    for (let f = 0; f < this.features; f++) row[f] = this.table[f * this.k + c] as number;
    return row;
  }

  /** All centroids, as vectors of their own. */
  rows(): Float32Array[] {
    return Array.from({ length: this.k }, (_, c) => this.row(c));
  }

  /** Makes a vector a centroid. */
  set(c: number, { indices, values }: SparseVector): void {
    for (let f = 0; f < this.features; f++) this.table[f * this.k + c] = 0;
    for (let i = 0; i < indices.length; i++) this.table[(indices[i] as number) * this.k + c] = values[i] as number;
  }

  /** Brings each centroid to length 1, so that a dot product is a cosine; one of zeros stays so. */
  normalize(): void {
    const { k, table } = this;
    const scales = new Float64Array(k);
    for (let at = 0; at < table.length; at += k)
      for (let c = 0; c < k; c++) scales[c]! += (table[at + c] as number) ** 2;
    for (let c = 0; c < k; c++) scales[c] = scales[c] === 0 ? 0 : 1 / Math.sqrt(scales[c] as number);
    for (let at = 0; at < table.length; at += k) for (let c = 0; c < k; c++) table[at + c]! *= scales[c] as number;
  }
}

/** The position of the largest number; of equal ones the first. */
export function argmax(numbers: Float64Array): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if ((numbers[i] as number) > (numbers[best] as number)) best = i;
  return best;
}
