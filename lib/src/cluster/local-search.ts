/** Makes small clusters better than Lloyd's iterations can. */
import { Centroids } from "./centroids.ts";
import { type SparseVector } from "./sparse-vector.ts";

/** Clusters after {@link refine}. */
export interface Refined {
  readonly centroids: Centroids;
  /** How many vectors each cluster has. */
  readonly sizes: Int32Array;
  /** The sum of the distances 1 − cos of the vectors from their centroids. */
  readonly inertia: number;
}

/** A move must gain more than rounding could. */
const LEAST_GAIN = 1e-9;

/**
 * Moves single vectors between clusters, as long as that makes the clusters tighter.
 *
 * Lloyd's iterations compare a vector with centroids of which it is itself a part. In many dimensions and small clusters
 * that part is most of the likeness, so every vector stays where chance has put it: with 200 texts, 6 topics and 10
 * starts they end at an NMI of 0.65, and this at 0.98. Here a vector is moved from cluster a to b when the sum of all
 * cosines grows by it, which is, with the sums s of the clusters' vectors,
 *
 *     ‖s_a − x‖ + ‖s_b + x‖ > ‖s_a‖ + ‖s_b‖
 *
 * The lengths are kept up to date, so that trying one vector costs one pass over its values.
 *
 * Source: I. S. Dhillon, Y. Guan, J. Kogan, Iterative clustering of high dimensional text data augmented by local search,
 * ICDM 2002 (the "first variation", without chains of moves)
 *
 * @param vectors of length 1, none of zeros
 * @param labels the cluster of each vector, changed in place
 * @param maximumPasses ends after so many passes over all vectors
 */
export function refine(
  vectors: readonly SparseVector[],
  labels: Int32Array,
  k: number,
  features: number,
  maximumPasses: number,
): Refined {
  const clusters = new Sums(k, features);
  vectors.forEach((vector, i) => clusters.add(vector, labels[i] as number));
  for (let pass = 0; pass < maximumPasses; pass++) {
    let moves = 0;
    vectors.forEach((vector, i) => {
      const from = labels[i] as number;
      const to = clusters.bestMove(vector, from);
      if (to === from) return;
      clusters.remove(vector, from);
      clusters.add(vector, to);
      labels[i] = to;
      moves++;
    });
    if (moves === 0) break;
  }
  const centroids = new Centroids(k, features, Float32Array.from(clusters.table));
  centroids.normalize();
  return { centroids, sizes: clusters.sizes, inertia: vectors.length - clusters.cohesion() };
}

/** The sum of each cluster's vectors, laid out as {@link Centroids} are, with its squared length and its number of vectors. */
class Sums {
  readonly k: number;
  readonly table: Float64Array;
  readonly sizes: Int32Array;
  readonly #squares: Float64Array;
  readonly #products: Float64Array;

  constructor(k: number, features: number) {
    this.k = k;
    this.table = new Float64Array(k * features);
    this.sizes = new Int32Array(k);
    this.#squares = new Float64Array(k);
    this.#products = new Float64Array(k);
  }

  add(vector: SparseVector, c: number): void {
    this.#shift(vector, c, 1);
  }

  remove(vector: SparseVector, c: number): void {
    this.#shift(vector, c, -1);
  }

  /** Adds or takes away a vector: ‖s ± x‖² = ‖s‖² ± 2 s·x + ‖x‖². */
  #shift({ indices, values }: SparseVector, c: number, sign: 1 | -1): void {
    let product = 0;
    let square = 0;
    for (let i = 0; i < indices.length; i++) {
      const at = (indices[i] as number) * this.k + c;
      const value = values[i] as number;
      product += value * (this.table[at] as number);
      square += value * value;
      this.table[at]! += sign * value;
    }
    this.sizes[c]! += sign;
    this.#squares[c] =
      this.sizes[c] === 0 ? 0 : Math.max(0, (this.#squares[c] as number) + sign * 2 * product + square);
  }

  /** The cluster that a vector should move to; its own when no move gains anything. */
  bestMove(vector: SparseVector, from: number): number {
    if (this.sizes[from] === 1) return from; // a cluster is not emptied
    const products = this.#multiply(vector);
    const squares = this.#squares;
    const own = squares[from] as number;
    const loss = Math.sqrt(own) - Math.sqrt(Math.max(0, own - 2 * (products[from] as number) + 1));
    let best = from;
    let most = loss + LEAST_GAIN;
    for (let c = 0; c < this.k; c++) {
      if (c === from) continue;
      const square = squares[c] as number;
      const gain = Math.sqrt(square + 2 * (products[c] as number) + 1) - Math.sqrt(square);
      if (gain > most) [best, most] = [c, gain];
    }
    return best;
  }

  /** The sum of all vectors' cosines with their centroids: the sum of the lengths of the sums. */
  cohesion(): number {
    return this.#squares.reduce((sum, square) => sum + Math.sqrt(square), 0);
  }

  #multiply({ indices, values }: SparseVector): Float64Array {
    const { k, table } = this;
    const products = this.#products.fill(0);
    for (let i = 0; i < indices.length; i++) {
      const value = values[i] as number;
      const row = (indices[i] as number) * k;
      for (let c = 0; c < k; c++) products[c]! += value * (table[row + c] as number);
    }
    return products;
  }
}
