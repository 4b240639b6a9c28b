/** Where k-means begins: vectors far from each other. */
import { type Random } from "../random/index.ts";
import { Centroids } from "./centroids.ts";
import { refine, type Refined } from "./local-search.ts";
import { clear, dot, scatter, type SparseVector } from "./sparse-vector.ts";

/**
 * Chooses k of the vectors as first centroids, by k-means++ with the cosine distance 1 − cos (half the squared Euclidean
 * distance of vectors of length 1): each next one with a chance in proportion to its distance from the nearest chosen
 * one. Greedy: of a few candidates the one is taken that leaves the least distance.
 *
 * With fewer different vectors than k the last centroids stay zeros: they are nearest to nothing.
 *
 * Source: D. Arthur, S. Vassilvitskii, k-means++: the advantages of careful seeding, SODA 2007; the number of candidates,
 * 2 + ln k, as in scikit-learn's KMeans
 *
 * @param vectors of length 1, none of zeros
 */
export function chooseSeeds(vectors: readonly SparseVector[], k: number, features: number, random: Random): Centroids {
  const centroids = new Centroids(k, features);
  const dense = new Float64Array(features);
  const distancesTo = (center: SparseVector, nearest: Float64Array): Float64Array => {
    scatter(center, dense);
    const distances = nearest.map((distance, i) =>
      Math.min(distance, Math.max(0, 1 - dot(vectors[i] as SparseVector, dense))),
    );
    clear(center, dense);
    return distances;
  };
  const trials = 2 + Math.floor(Math.log(k));
  let nearest: Float64Array = new Float64Array(vectors.length).fill(1);
  for (let c = 0; c < k; c++) {
    if (sum(nearest) <= 1e-6 * nearest.length) break; // every vector is one of those chosen
    let best: { center: SparseVector; distances: Float64Array; rest: number } | undefined;
    for (let trial = 0; trial < (c === 0 ? 1 : trials); trial++) {
      const center = vectors[random.weighted(nearest)] as SparseVector;
      const distances = distancesTo(center, nearest);
      const rest = sum(distances);
      if (best === undefined || rest < best.rest) best = { center, distances, rest };
    }
    if (best === undefined) break;
    centroids.set(c, best.center);
    nearest = best.distances;
  }
  return centroids;
}

/** Passes of the local search that improves each start. */
const PASSES = 10;

/**
 * The best of several starts: each is chosen by k-means++, every vector goes to the nearest centroid, and a local search
 * improves that.
 *
 * @param vectors of length 1, none of zeros
 */
export function bestStart(
  vectors: readonly SparseVector[],
  { k, features, starts, random }: { k: number; features: number; starts: number; random: Random },
): Refined {
  let best: Refined | undefined;
  for (let start = 0; start < starts; start++) {
    const seeds = chooseSeeds(vectors, k, features, random.fork(start));
    const labels = Int32Array.from(vectors, (vector) => seeds.nearest(vector));
    const refined = refine(vectors, labels, k, features, PASSES);
    if (best === undefined || refined.inertia < best.inertia) best = refined;
  }
  return best ?? { centroids: new Centroids(k, features), sizes: new Int32Array(k), inertia: 0 };
}

function sum(numbers: Float64Array): number {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += numbers[i] as number;
  return total;
}
