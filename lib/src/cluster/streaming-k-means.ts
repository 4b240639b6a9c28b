/** K-means over an endless stream: clusters that follow what flows by, and keep their identity. */
import { seal, unseal } from "../binary/index.ts";
import { StreambookError } from "../errors/index.ts";
import { Random } from "../random/index.ts";
import { Centroids } from "./centroids.ts";
import { bestStart } from "./seeding.ts";
import { dimensions, isZero, type SparseVector } from "./sparse-vector.ts";

/** Options of {@link StreamingKMeans.seed}. */
export interface StreamingKMeansOptions {
  /** How many clusters. */
  readonly k: number;
  /** Seed of the choice of the first centroids. @default 42 */
  readonly seed?: number | undefined;
  /** How many positions vectors have. @default 16384 */
  readonly features?: number | undefined;
  /** The part of a cluster's weight that is left after each batch, 0 to 1: 1 never forgets, 0 knows only the last batch. @default 0.98 */
  readonly decay?: number | undefined;
  /** How many choices of first centroids are tried; the best is kept. @default 10 */
  readonly starts?: number | undefined;
}

const KIND = "streaming-k-means";
/** As many as `streambook/text` hashes terms to, a room that this one does not know. */
const DEFAULT_FEATURES = 2 ** 14;
/** A cluster whose weight falls below this part of the largest one's is dead. Spark's constant. */
const DEAD = 1e-8;
/** How far the halves of a split cluster are moved apart, as a part of each value. */
const SPLIT = 0.01;

interface State {
  readonly centroids: Centroids;
  readonly counts: Float64Array;
  readonly decay: number;
  readonly updates: number;
}

/**
 * Spherical mini-batch k-means with Spark's forgetful update. For a cluster with centroid c and weight n, and a batch that
 * brings it m vectors with the mean x:
 *
 *     c ← (c·n·α + x·m) / (n·α + m),   n ← n·α + m,   and c is brought back to length 1
 *
 * A cluster's number means the same for the whole stream. The one exception is Spark's treatment of the dead: a cluster
 * that has had no vectors for so long that its weight is below 10⁻⁸ of the largest one's gets half of the largest.
 * Its old subject has gone from the stream by then; {@link revivals} counts how often that happened.
 *
 * Source: Spark, Streaming k-means, https://spark.apache.org/docs/latest/mllib-clustering.html#streaming-k-means
 *
 * @example
 * ```ts
 * import { StreamingKMeans } from "streambook/cluster";
 * const [east, north] = [{ indices: [0], values: [1] }, { indices: [1], values: [1] }];
 * const model = StreamingKMeans.seed([east, north], { k: 2, features: 2 });
 * const before = model.predict(north);
 * model.learn([north, north, east]);
 * console.assert(model.predict(north) === before && model.updates === 1);
 * ```
 */
export class StreamingKMeans {
  readonly #centroids: Centroids;
  readonly #counts: Float64Array;
  readonly #decay: number;
  #updates: number;
  #revivals = 0;

  private constructor({ centroids, counts, decay, updates }: State) {
    this.#centroids = centroids;
    this.#counts = counts;
    this.#decay = decay;
    this.#updates = updates;
  }

  /**
   * Begins with some vectors: of several choices by k-means++, each improved by moving single vectors, the one with the
   * least inertia. The clusters' sizes become their weights.
   *
   * @param vectors of length 1; with fewer different ones than k, the last clusters stay empty until the stream fills them
   * @throws USAGE when k, the decay, the number of starts or of features is out of range
   */
  static seed(vectors: readonly SparseVector[], options: StreamingKMeansOptions): StreamingKMeans {
    const {
      k,
      seed = 42,
      features = Math.max(DEFAULT_FEATURES, dimensions(vectors)),
      decay = 0.98,
      starts = 10,
    } = options;
    const check = (ok: boolean, what: string): void => {
      if (!ok) throw new StreambookError("USAGE", `streaming k-means: ${what}`);
    };
    check(Number.isInteger(k) && k >= 1, `k must be a whole number of 1 or more, and is ${k}`);
    check(decay >= 0 && decay <= 1, `decay must be from 0 to 1, and is ${decay}`);
    check(Number.isInteger(starts) && starts >= 1, `starts must be a whole number of 1 or more, and is ${starts}`);
    check(
      dimensions(vectors) <= features,
      `the vectors have more than ${features} features; give the number they were hashed to`,
    );
    const random = new Random(seed);
    const nonZero = vectors.filter((vector) => !isZero(vector));
    const { centroids, sizes } = bestStart(nonZero, { k, features, starts, random });
    const counts = Float64Array.from(sizes);
    return new StreamingKMeans({ centroids, counts, decay, updates: 0 });
  }

  /** How many clusters there are. */
  get k(): number {
    return this.#centroids.k;
  }

  /** How many positions vectors have. */
  get features(): number {
    return this.#centroids.features;
  }

  /** The part of a cluster's weight that is left after each batch. */
  get decay(): number {
    return this.#decay;
  }

  /** How many batches were learnt from. */
  get updates(): number {
    return this.#updates;
  }

  /** How many dead clusters were given half of the largest one. */
  get revivals(): number {
    return this.#revivals;
  }

  /** The centroids, each of length 1; copies. */
  get centroids(): Float32Array[] {
    return this.#centroids.rows();
  }

  /** The weight of each cluster: how many vectors it has had, the older ones counting less; a copy. */
  get counts(): Float64Array {
    return this.#counts.slice();
  }

  /** The cluster of a vector, 0 to k − 1. A vector of zeros is in cluster 0. */
  predict(vector: SparseVector): number {
    return this.#centroids.nearest(vector);
  }

  /** The cosine of a vector of length 1 with a centroid: 1 in the middle of the cluster, 0 when they share nothing. */
  similarity(vector: SparseVector, label: number): number {
    return this.#centroids.cosines(vector)[label] ?? 0;
  }

  /**
   * Learns from one batch.
   *
   * @param vectors of length 1; vectors of zeros are passed over
   * @param labels the cluster of each, when the caller has predicted them already
   * @returns the cluster of each vector, as it was before the update
   */
  learn(
    vectors: readonly SparseVector[],
    labels: ArrayLike<number> = vectors.map((vector) => this.predict(vector)),
  ): Int32Array {
    const { k } = this.#centroids;
    const counts = this.#counts;
    // The mean times m is the sum, and a centroid is brought back to length 1: so c ← c·n·α + the sum.
    for (let c = 0; c < k; c++) counts[c]! *= this.#decay;
    this.#centroids.pull(vectors, labels, counts);
    vectors.forEach((vector, i) => {
      if (!isZero(vector)) counts[labels[i] as number]!++;
    });
    this.#updates++;
    this.#revive();
    return Int32Array.from(labels);
  }

  /** Splits the largest cluster in two when the smallest is dead. */
  #revive(): void {
    const counts = this.#counts;
    let [smallest, largest] = [0, 0];
    for (let c = 1; c < counts.length; c++) {
      if ((counts[c] as number) < (counts[smallest] as number)) smallest = c;
      if ((counts[c] as number) > (counts[largest] as number)) largest = c;
    }
    if ((counts[smallest] as number) >= DEAD * (counts[largest] as number)) return;
    counts[smallest] = counts[largest] = ((counts[smallest] as number) + (counts[largest] as number)) / 2;
    this.#centroids.normalize();
    const { k, table } = this.#centroids;
    const random = new Random(this.#updates);
    for (let at = 0; at < table.length; at += k) {
      const value = table[at + largest] as number;
      const shift = value * (random.next() < 0.5 ? SPLIT : -SPLIT);
      table[at + largest] = value + shift;
      table[at + smallest] = value - shift;
    }
    this.#centroids.normalize();
    this.#revivals++;
  }

  /** The whole model, in a form that {@link decode} reads. */
  encode(): Uint8Array {
    const { k, features, table, lengths } = this.#centroids;
    return seal(KIND, {
      facts: { k, features, decay: this.#decay, updates: this.#updates, revivals: this.#revivals },
      arrays: { centroids: table, lengths, counts: this.#counts },
    });
  }

  /**
   * Restores what {@link encode} saved; the model goes on exactly where it was.
   *
   * @throws MODEL_INVALID when the bytes are damaged, or not of such a model
   */
  static decode(bytes: Uint8Array): StreamingKMeans {
    const { facts, arrays } = unseal(KIND, bytes);
    const { k, features, decay, updates, revivals } = facts as Record<string, number>;
    const { centroids, counts } = arrays;
    const lengths = arrays["lengths"] ?? new Float64Array(k ?? 0).fill(1); // before lengths were saved, all were 1
    const fits =
      centroids instanceof Float32Array &&
      lengths instanceof Float64Array &&
      lengths.length === k &&
      counts instanceof Float64Array &&
      counts.length === k &&
      centroids.length === k * (features ?? NaN);
    if (!fits || typeof decay !== "number" || typeof updates !== "number") {
      throw new StreambookError(
        "MODEL_INVALID",
        "a saved model of streaming k-means contradicts itself; remove it to begin anew",
      );
    }
    const model = new StreamingKMeans({
      centroids: new Centroids(k, features as number, centroids, lengths),
      counts,
      decay,
      updates,
    });
    model.#revivals = revivals ?? 0;
    return model;
  }
}
