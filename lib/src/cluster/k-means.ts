/** Batch k-means of dense points, by ml-kmeans; for lessons with points in the plane, and to compare with. */
import { kmeans as mlKmeans } from "ml-kmeans";
import { StreambookError } from "../errors/index.ts";

/** Options of {@link kmeans}. */
export interface KMeansOptions {
  /** Seed of the choice of the first centroids. @default 42 */
  readonly seed?: number | undefined;
  /** Stops after so many iterations. @default 100 */
  readonly maximumIterations?: number | undefined;
  /** Stops when no centroid moves farther than the root of this. @default 1e-6 */
  readonly tolerance?: number | undefined;
}

/** What {@link kmeans} found. */
export interface KMeansResult {
  /** The cluster of each point. */
  readonly labels: Int32Array;
  /** The mean of each cluster's points. */
  readonly centroids: readonly (readonly number[])[];
  readonly iterations: number;
  /** Whether the centroids came to rest before the iterations were used up. */
  readonly converged: boolean;
}

/**
 * Clusters dense points by Euclidean distance: Lloyd's algorithm, begun by k-means++.
 *
 * @param points each with the same number of coordinates
 * @param k how many clusters, at most the number of points
 * @throws USAGE when k does not fit the points
 *
 * @example
 * ```ts
 * import { kmeans } from "streambook/cluster";
 * const { labels } = kmeans([[0, 0], [9, 9], [0, 1], [9, 8]], 2);
 * console.assert(labels[0] === labels[2] && labels[1] === labels[3] && labels[0] !== labels[1]);
 * ```
 */
export function kmeans(points: readonly (readonly number[])[], k: number, options: KMeansOptions = {}): KMeansResult {
  if (!Number.isInteger(k) || k < 1 || k > points.length) {
    throw new StreambookError(
      "USAGE",
      `k-means: k must be a whole number from 1 to the number of points (${points.length}), and is ${k}`,
    );
  }
  const { seed = 42, maximumIterations = 100, tolerance = 1e-6 } = options;
  const found = mlKmeans(points as number[][], k, { seed, maxIterations: maximumIterations, tolerance });
  return {
    labels: Int32Array.from(found.clusters),
    centroids: found.centroids,
    iterations: found.iterations,
    converged: found.converged,
  };
}
