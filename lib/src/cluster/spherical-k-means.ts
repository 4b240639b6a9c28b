/** K-means by angle, step by step. */
import { Random } from "../random/index.ts";
import { argmax, type Centroids } from "./centroids.ts";
import { bestStart, chooseSeeds } from "./seeding.ts";
import { dimensions, isZero, type SparseVector } from "./sparse-vector.ts";

/** Options of {@link sphericalKMeans}. */
export interface SphericalKMeansOptions {
  /** How many clusters. */
  readonly k: number;
  /** Seed of the choice of the first centroids. @default 42 */
  readonly seed?: number | undefined;
  /** How many positions vectors have. @default one more than the largest that is used */
  readonly features?: number | undefined;
  /**
   * How many choices of first centroids are tried; with more than one, each is improved by moving single vectors, and the
   * best goes on. @default 1
   */
  readonly starts?: number | undefined;
  /** Stops after so many iterations, even if vectors still change their cluster. @default 50 */
  readonly maximumIterations?: number | undefined;
}

/** The state after one iteration. */
export interface Iteration {
  /** 1, 2, 3 … */
  readonly iteration: number;
  /** The cluster of each vector, nearest to the centroids of the iteration before. */
  readonly labels: Int32Array;
  /** The centroids of these clusters, each of length 1. */
  readonly centroids: readonly Float32Array[];
  /** How many vectors each cluster has. */
  readonly sizes: Int32Array;
  /** The sum of the distances 1 − cos of the vectors from the centroids they were compared with. */
  readonly inertia: number;
  /** How many vectors changed their cluster; with none, the clusters are final. */
  readonly moved: number;
}

/**
 * Clusters vectors of length 1 by their angle. Yields the state after each iteration, until no vector changes its cluster.
 *
 * Each iteration assigns every vector to the centroid of the greatest cosine, then makes each centroid the mean of its
 * vectors, brought to length 1. A cluster that lost all its vectors begins anew at the vector that fits its own worst.
 *
 * Source: I. S. Dhillon, D. S. Modha, Concept decompositions for large sparse text data using clustering, Machine
 * Learning 42, 2001
 *
 * @example
 * ```ts
 * import { sphericalKMeans } from "streambook/cluster";
 * const at = (degrees: number) => ({ indices: [0, 1], values: [Math.cos(degrees / 57.3), Math.sin(degrees / 57.3)] });
 * const iterations = [...sphericalKMeans([at(1), at(80), at(3), at(85)], { k: 2 })];
 * const [a, b, c, d] = iterations.at(-1)!.labels;
 * console.assert(a === c && b === d && a !== b);
 * ```
 */
export function* sphericalKMeans(
  vectors: readonly SparseVector[],
  options: SphericalKMeansOptions,
): Generator<Iteration, void, undefined> {
  const { k, seed = 42, features = dimensions(vectors), starts = 1 } = options;
  const random = new Random(seed);
  const telling = vectors.filter((vector) => !isZero(vector));
  const centroids =
    starts === 1
      ? chooseSeeds(telling, k, features, random)
      : bestStart(telling, { k, features, starts, random }).centroids;
  for (const step of lloyd(vectors, centroids, options.maximumIterations ?? 50)) {
    const { iteration, inertia, moved } = step;
    yield {
      iteration,
      labels: step.labels.slice(),
      centroids: centroids.rows(),
      sizes: step.sizes.slice(),
      inertia,
      moved,
    };
  }
}

/** The state inside {@link lloyd}: the same arrays at every step. */
export interface Step {
  readonly iteration: number;
  readonly labels: Int32Array;
  readonly sizes: Int32Array;
  readonly inertia: number;
  readonly moved: number;
}

/** Lloyd's iterations on the sphere; improves the centroids in place. */
export function* lloyd(
  vectors: readonly SparseVector[],
  centroids: Centroids,
  maximumIterations: number,
): Generator<Step, void, undefined> {
  const labels = new Int32Array(vectors.length).fill(-1);
  const distances = new Float64Array(vectors.length);
  const sizes = new Int32Array(centroids.k);
  for (let iteration = 1; iteration <= maximumIterations; iteration++) {
    const { inertia, moved } = assign(vectors, centroids, labels, distances);
    relocateEmpty(vectors, labels, distances, centroids.k, sizes);
    average(vectors, labels, centroids);
    yield { iteration, labels, sizes, inertia, moved };
    if (moved === 0) return;
  }
}

/** Gives each vector the label of its nearest centroid. */
function assign(
  vectors: readonly SparseVector[],
  centroids: Centroids,
  labels: Int32Array,
  distances: Float64Array,
): { inertia: number; moved: number } {
  let inertia = 0;
  let moved = 0;
  vectors.forEach((vector, i) => {
    const cosines = centroids.cosines(vector);
    const label = argmax(cosines);
    if (label !== labels[i]) moved++;
    labels[i] = label;
    distances[i] = isZero(vector) ? 0 : 1 - (cosines[label] as number);
    inertia += distances[i];
  });
  return { inertia, moved };
}

/** Counts the clusters' vectors; one that has none gets the vector that is farthest from its own centroid. */
function relocateEmpty(
  vectors: readonly SparseVector[],
  labels: Int32Array,
  distances: Float64Array,
  k: number,
  sizes: Int32Array,
): void {
  sizes.fill(0);
  for (const label of labels) sizes[label]!++;
  for (let c = 0; c < k; c++) {
    if (sizes[c] !== 0) continue;
    let worst = -1;
    for (let i = 0; i < vectors.length; i++) {
      const movable = (distances[i] as number) > 1e-6 && (sizes[labels[i] as number] as number) > 1;
      if (movable && (worst < 0 || (distances[i] as number) > (distances[worst] as number))) worst = i;
    }
    if (worst < 0) return; // fewer different vectors than clusters
    sizes[labels[worst] as number]!--;
    labels[worst] = c;
    sizes[c] = 1;
    distances[worst] = 0;
  }
}

/** Makes each centroid the mean direction of its vectors. */
function average(vectors: readonly SparseVector[], labels: Int32Array, centroids: Centroids): void {
  const { k, table } = centroids;
  table.fill(0);
  vectors.forEach(({ indices, values }, i) => {
    const label = labels[i] as number;
    for (let j = 0; j < indices.length; j++) table[(indices[j] as number) * k + label]! += values[j] as number;
  });
  centroids.normalize();
}
