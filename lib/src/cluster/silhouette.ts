/** How well clusters are apart, judged without knowing the truth. */
import { StreambookError } from "../errors/index.ts";
import { Random } from "../random/index.ts";
import { type Labels } from "./agreement.ts";
import { clear, dimensions, dot, scatter, type SparseVector } from "./sparse-vector.ts";

/** A point: sparse, or the list of its coordinates. */
export type Point = SparseVector | readonly number[];

/** Options of {@link silhouette}. */
export interface SilhouetteOptions {
  /** How far apart two points are: 1 − cos of their angle, or the straight line between them. @default "cosine" */
  readonly distance?: "cosine" | "euclidean" | undefined;
  /** Judges so many points, chosen at random; all, when there are no more. @default all for cosine, 1000 for euclidean */
  readonly sample?: number | undefined;
  /** Seed of the choice. @default 42 */
  readonly seed?: number | undefined;
}

/**
 * The mean silhouette of points: (b − a) / max(a, b), where a is a point's mean distance from its own cluster and b from the
 * nearest other one. From −1 (everyone in the wrong cluster) over 0 (clusters overlap) to 1 (clusters far apart). Alone
 * in a cluster, a point counts 0.
 *
 * The Euclidean one looks at every pair of points, so it takes a sample of many. The cosine one needs only the sum of each
 * cluster's vectors, and is exact for millions.
 *
 * Source: P. J. Rousseeuw, Silhouettes, Journal of Computational and Applied Mathematics 20, 1987; as scikit-learn's
 * silhouette_score; the sums as in Spark's ClusteringEvaluator
 *
 * @throws USAGE when there are fewer than two clusters, or not one label for each point
 *
 * @example
 * ```ts
 * import { silhouette } from "streambook/cluster";
 * const score = silhouette([[0], [1], [10], [11]], [0, 0, 1, 1], { distance: "euclidean" });
 * console.assert(score.toFixed(3) === "0.900");
 * ```
 */
export function silhouette(points: readonly Point[], labels: Labels, options: SilhouetteOptions = {}): number {
  const { distance = "cosine", seed = 42, sample = distance === "cosine" ? Infinity : 1000 } = options;
  if (points.length !== labels.length) {
    throw new StreambookError(
      "USAGE",
      `silhouette: there are ${points.length} points and ${labels.length} labels; give one label for each point`,
    );
  }
  const chosen = choose(points.length, sample, new Random(seed));
  const vectors = chosen.map((i) => sparse(points[i] as Point));
  const names = [...new Set(chosen.map((i) => labels[i]))];
  if (names.length < 2)
    throw new StreambookError("USAGE", `silhouette: needs two clusters or more, and there is ${names.length}`);
  const clusters = Int32Array.from(chosen, (i) => names.indexOf(labels[i]));
  const sizes = new Int32Array(names.length);
  for (const cluster of clusters) sizes[cluster]!++;
  const totals =
    distance === "cosine" ? cosineTotals(vectors, clusters, sizes) : euclideanTotals(vectors, clusters, sizes.length);
  let sum = 0;
  clusters.forEach((own, i) => (sum += score(totals(i), own, sizes)));
  return sum / clusters.length;
}

/** The silhouette of one point, from the sums of its distances to each cluster's points. */
function score(totals: Float64Array, own: number, sizes: Int32Array): number {
  if (sizes[own] === 1) return 0;
  const inside = (totals[own] as number) / ((sizes[own] as number) - 1);
  let outside = Infinity;
  for (let c = 0; c < sizes.length; c++)
    if (c !== own) outside = Math.min(outside, (totals[c] as number) / (sizes[c] as number));
  const larger = Math.max(inside, outside);
  return larger === 0 ? 0 : (outside - inside) / larger;
}

/** The sum of (1 − cos) over a cluster is its size less the dot product with the sum of its vectors of length 1. */
function cosineTotals(
  vectors: readonly SparseVector[],
  clusters: Int32Array,
  sizes: Int32Array,
): (i: number) => Float64Array {
  const units = vectors.map(toUnit);
  const features = dimensions(vectors);
  const sums = Array.from(sizes, () => new Float64Array(features));
  units.forEach(({ indices, values }, i) => {
    const sum = sums[clusters[i] as number] as Float64Array;
    for (let j = 0; j < indices.length; j++) sum[indices[j] as number]! += values[j] as number;
  });
  return (i) => {
    const unit = units[i] as SparseVector;
    const totals = Float64Array.from(sums, (sum, c) => Math.max(0, (sizes[c] as number) - dot(unit, sum)));
    // A vector of zeros is at distance 1 from all but itself.
    if (unit.indices.length === 0) totals[clusters[i] as number]!--;
    return totals;
  };
}

function euclideanTotals(
  vectors: readonly SparseVector[],
  clusters: Int32Array,
  k: number,
): (i: number) => Float64Array {
  const dense = new Float64Array(dimensions(vectors));
  const squares = vectors.map(({ values }) => squaredLength(values));
  return (i) => {
    const totals = new Float64Array(k);
    const vector = vectors[i] as SparseVector;
    scatter(vector, dense);
    vectors.forEach((other, j) => {
      const squared = (squares[i] as number) + (squares[j] as number) - 2 * dot(other, dense);
      if (j !== i) totals[clusters[j] as number]! += Math.sqrt(Math.max(0, squared));
    });
    clear(vector, dense);
    return totals;
  };
}

function toUnit({ indices, values }: SparseVector): SparseVector {
  const length = Math.sqrt(squaredLength(values));
  if (length === 0) return { indices: [], values: [] };
  return { indices, values: Float64Array.from(values, (value) => value / length) };
}

function squaredLength(values: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] as number) ** 2;
  return squares;
}

function sparse(point: Point): SparseVector {
  return "indices" in point ? point : { indices: point.map((_, i) => i), values: point };
}

function choose(count: number, sample: number, random: Random): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  return sample >= count ? all : random.shuffle(all).slice(0, sample);
}
