/** Principal components of sparse vectors: the directions in which they differ most, and their picture in the plane. */
import { Random } from "../random/index.ts";
import { eigen, orthonormalize, type Block } from "./dense.ts";
import { dimensions, type SparseVector } from "./sparse-vector.ts";

/** Options of {@link pca}. */
export interface PcaOptions {
  /** How many components. @default 2 */
  readonly components?: number | undefined;
  /** How many positions vectors have. @default one more than the largest that is used */
  readonly features?: number | undefined;
  /** Rounds of the power iteration; more for components of almost equal variance. @default 12 */
  readonly iterations?: number | undefined;
  /** Seed of the first directions. @default 42 */
  readonly seed?: number | undefined;
}

/** Principal components. */
export interface Pca {
  /** The directions, of length 1 and at right angles, that of the largest variance first; the largest entry of each is positive. */
  readonly components: readonly Float64Array[];
  readonly mean: Float64Array;
  /** The variance along each direction. */
  readonly explainedVariance: readonly number[];
  /** The part of the whole variance that lies along each direction, 0 to 1. */
  readonly explainedVarianceRatio: readonly number[];
  /** A vector's coordinates along the directions, seen from the mean. */
  readonly project: (vector: SparseVector) => number[];
}

/** A vector's place in the plane. */
export interface PlanePoint {
  readonly x: number;
  readonly y: number;
}

/** Directions beyond those wanted, which make the power iteration settle sooner. */
const OVERSAMPLING = 6;

/**
 * Principal component analysis without making the vectors dense: a block of random directions is multiplied with the
 * covariance again and again (the mean is subtracted in the formula, not in the data), which turns it to where the
 * variance is largest; the small problem that remains is solved by Jacobi rotations.
 *
 * Source: N. Halko, P. G. Martinsson, J. A. Tropp, Finding structure with randomness, SIAM Review 53, 2011, algorithm 4.4;
 * signs as in scikit-learn's PCA
 *
 * @example
 * ```ts
 * import { pca } from "streambook/cluster";
 * const line = [1, 2, 3].map((t) => ({ indices: [0, 1], values: [t, 2 * t] }));
 * console.assert(pca(line).explainedVarianceRatio[0]!.toFixed(6) === "1.000000");
 * ```
 */
export function pca(vectors: readonly SparseVector[], options: PcaOptions = {}): Pca {
  const { components: wanted = 2, features = dimensions(vectors), iterations = 12, seed = 42 } = options;
  const data: Data = { vectors, features, mean: meanOf(vectors, features) };
  const width = Math.min(features, wanted + OVERSAMPLING);
  const random = new Random(seed);
  let block: Block = { width, table: Float64Array.from({ length: features * width }, () => random.normal()) };
  orthonormalize(block, features);
  for (let i = 0; i < iterations; i++) {
    block = backwards(data, forwards(data, block), block.width);
    orthonormalize(block, features);
  }
  const { directions, energies } = rotate(data, block);
  const freedom = Math.max(1, vectors.length - 1);
  const whole = variance(data) / freedom;
  const components = Array.from({ length: wanted }, (_, j) =>
    withPositiveLargest(directions[j] ?? new Float64Array(features)),
  );
  const explainedVariance = components.map((_, j) => Math.max(0, (energies[j] ?? 0) / freedom));
  return {
    components,
    mean: data.mean,
    explainedVariance,
    explainedVarianceRatio: explainedVariance.map((part) => (whole === 0 ? 0 : part / whole)),
    project: projection(components, data.mean),
  };
}

/**
 * Places vectors in the plane so that as much of their differences as possible can be seen: their first two principal
 * components.
 *
 * @example
 * ```ts
 * import { projectToPlane } from "streambook/cluster";
 * const [a, b] = projectToPlane([{ indices: [7], values: [1] }, { indices: [9], values: [1] }]);
 * console.assert(Math.abs(a!.x + b!.x) < 1e-9);
 * ```
 */
export function projectToPlane(vectors: readonly SparseVector[], options: PcaOptions = {}): PlanePoint[] {
  const { project } = pca(vectors, { ...options, components: 2 });
  return vectors.map((vector) => {
    const [x = 0, y = 0] = project(vector);
    return { x, y };
  });
}

interface Data {
  readonly vectors: readonly SparseVector[];
  readonly features: number;
  readonly mean: Float64Array;
}

/** The centred data times a block of directions: a row for each vector. */
function forwards({ vectors, features, mean }: Data, { width, table }: Block): Block {
  const shift = new Float64Array(width);
  for (let f = 0; f < features; f++)
    for (let j = 0; j < width; j++) shift[j]! += (mean[f] as number) * (table[f * width + j] as number);
  const rows = new Float64Array(vectors.length * width);
  vectors.forEach(({ indices, values }, i) => {
    for (let n = 0; n < indices.length; n++) {
      const value = values[n] as number;
      const from = (indices[n] as number) * width;
      for (let j = 0; j < width; j++) rows[i * width + j]! += value * (table[from + j] as number);
    }
    for (let j = 0; j < width; j++) rows[i * width + j]! -= shift[j] as number;
  });
  return { width, table: rows };
}

/** The centred data, transposed, times a row for each vector: directions again. */
function backwards({ vectors, features, mean }: Data, { table: rows }: Block, width: number): Block {
  const table = new Float64Array(features * width);
  const sums = new Float64Array(width);
  vectors.forEach(({ indices, values }, i) => {
    for (let j = 0; j < width; j++) sums[j]! += rows[i * width + j] as number;
    for (let n = 0; n < indices.length; n++) {
      const value = values[n] as number;
      const to = (indices[n] as number) * width;
      for (let j = 0; j < width; j++) table[to + j]! += value * (rows[i * width + j] as number);
    }
  });
  for (let f = 0; f < features; f++)
    for (let j = 0; j < width; j++) table[f * width + j]! -= (mean[f] as number) * (sums[j] as number);
  return { width, table };
}

/** Turns the block's directions within their space to the principal ones; energies are sums of squares along them. */
function rotate(data: Data, block: Block): { directions: Float64Array[]; energies: number[] } {
  const { width, table } = block;
  const { table: rows } = forwards(data, block);
  const gram = Array.from({ length: width }, () => new Float64Array(width));
  for (let i = 0; i < data.vectors.length; i++) {
    for (let a = 0; a < width; a++)
      for (let b = 0; b < width; b++) gram[a]![b]! += (rows[i * width + a] as number) * (rows[i * width + b] as number);
  }
  const { values, vectors } = eigen(gram);
  const order = [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number));
  const directions = order.map((column) => {
    const direction = new Float64Array(data.features);
    for (let f = 0; f < data.features; f++)
      for (let j = 0; j < width; j++)
        direction[f]! += (table[f * width + j] as number) * (vectors[j]![column] as number);
    return direction;
  });
  return { directions, energies: order.map((column) => values[column] as number) };
}

function meanOf(vectors: readonly SparseVector[], features: number): Float64Array {
  const mean = new Float64Array(features);
  for (const { indices, values } of vectors) {
    for (let i = 0; i < indices.length; i++) mean[indices[i] as number]! += (values[i] as number) / vectors.length;
  }
  return mean;
}

/** The sum of the squared distances from the mean. */
function variance({ vectors, mean }: Data): number {
  let squares = 0;
  for (const { values } of vectors) for (let i = 0; i < values.length; i++) squares += (values[i] as number) ** 2;
  return squares - vectors.length * mean.reduce((sum, value) => sum + value * value, 0);
}

/** Coordinates along the components, seen from the mean. */
function projection(components: readonly Float64Array[], mean: Float64Array): (vector: SparseVector) => number[] {
  const origin = components.map((component) =>
    component.reduce((sum, value, f) => sum + value * (mean[f] as number), 0),
  );
  return ({ indices, values }) =>
    components.map((component, j) => {
      let sum = 0 - (origin[j] as number);
      for (let i = 0; i < indices.length; i++) sum += (values[i] as number) * (component[indices[i] as number] ?? 0);
      return sum;
    });
}

/** The sign of a direction means nothing; this chooses one, so that results can be compared. */
function withPositiveLargest(direction: Float64Array): Float64Array {
  let largest = 0;
  for (const value of direction) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? direction.map((value) => -value) : direction;
}
