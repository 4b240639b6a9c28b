/** Vectors most of whose entries are 0, and what is computed with them. */

/** A vector most of whose entries are 0. Those that stand for text have length 1. */
export interface SparseVector {
  /** The positions that are not 0, each once, in any order. */
  readonly indices: ArrayLike<number>;
  /** The value at each of these positions. */
  readonly values: ArrayLike<number>;
}

/** Whether a vector has no value but 0: the text had no words, or none of any weight. */
export function isZero({ values }: SparseVector): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) return false;
  return true;
}

/** The dot product with a dense vector; for two vectors of length 1, the cosine of their angle. */
export function dot({ indices, values }: SparseVector, dense: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < indices.length; i++) sum += (values[i] as number) * (dense[indices[i] as number] as number);
  return sum;
}

/** Writes the values into a dense vector of zeros. */
export function scatter({ indices, values }: SparseVector, dense: Float32Array | Float64Array): void {
  for (let i = 0; i < indices.length; i++) dense[indices[i] as number] = values[i] as number;
}

/** Makes a dense vector zeros again, where a scattered vector has values. */
export function clear({ indices }: SparseVector, dense: Float32Array | Float64Array): void {
  for (let i = 0; i < indices.length; i++) dense[indices[i] as number] = 0;
}

/** How many positions vectors have: one more than the largest that is used. */
export function dimensions(vectors: Iterable<SparseVector>): number {
  let largest = -1;
  for (const { indices } of vectors)
    for (let i = 0; i < indices.length; i++) largest = Math.max(largest, indices[i] as number);
  return largest + 1;
}
