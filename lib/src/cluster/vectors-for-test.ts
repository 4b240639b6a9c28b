/** Vectors of length 1 for tests: several groups, each with dimensions that it prefers. */
import { Random } from "../random/index.ts";
import { type SparseVector } from "./index.ts";

/** A vector of length 1. */
export function unit(indices: readonly number[], values: readonly number[]): SparseVector {
  const length = Math.hypot(...values);
  return { indices, values: values.map((value) => value / length) };
}

/** Vectors of `groups` groups in turn; of each one's 30 values, `own` are in its own 40 dimensions and the others anywhere. */
export function grouped(
  count: number,
  groups: number,
  { own = 12, features = 600, seed = 1 } = {},
): { vectors: SparseVector[]; truth: number[] } {
  const random = new Random(seed);
  const truth = Array.from({ length: count }, (_, i) => i % groups);
  const vectors = truth.map((group) => {
    const values = new Map<number, number>();
    for (let i = 0; i < 30; i++)
      values.set(i < own ? group * 40 + random.below(40) : random.below(features), 0.2 + random.next());
    return unit([...values.keys()], [...values.values()]);
  });
  return { vectors, truth };
}
