import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isStreambookError } from "../errors/index.ts";
import { silhouette } from "./index.ts";

const points = [
  [1, 2],
  [2, 1],
  [1.5, 1.8],
  [8, 8],
  [9, 7.5],
  [8.5, 9],
  [0.5, 6],
  [4, 4],
];
const labels = [0, 0, 0, 1, 1, 1, 2, 2];
const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-9, `${a} and ${b}`);

test("known values of scikit-learn 1.7 (silhouette_score)", () => {
  near(silhouette(points, labels, { distance: "euclidean" }), 0.5921499080389601);
  near(silhouette(points, labels, { distance: "cosine" }), -0.03511086791171604);
});

test("a point alone in its cluster counts 0", () => {
  near(silhouette(points, [0, 0, 0, 1, 1, 1, 2, 1], { distance: "euclidean" }), 0.48548988225641376);
});

test("by hand: two pairs on a line", () => {
  near(
    silhouette([[0], [1], [10], [11]], [0, 0, 1, 1], { distance: "euclidean" }),
    (2 * (1 - 1 / 10.5) + 2 * (1 - 1 / 9.5)) / 4,
  );
});

/** The definition, pair by pair. */
function byDefinition(points: readonly (readonly number[])[], labels: readonly number[]): number {
  const distance = (a: readonly number[], b: readonly number[]): number => {
    const dot = a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
    return 1 - dot / (Math.hypot(...a) * Math.hypot(...b));
  };
  const scores = points.map((point, i) => {
    const mean = (label: number): number => {
      const others = points.filter((_, j) => j !== i && labels[j] === label);
      return others.reduce((sum, other) => sum + distance(point, other), 0) / others.length;
    };
    const own = labels[i] as number;
    const inside = mean(own);
    if (Number.isNaN(inside)) return 0;
    const outside = Math.min(...[...new Set(labels)].filter((label) => label !== own).map(mean));
    return (outside - inside) / Math.max(inside, outside);
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

test("sums of clusters give the cosine silhouette of the definition", () => {
  const coordinate = fc.double({ min: 0.1, max: 9, noNaN: true });
  const labelled = fc.array(fc.tuple(fc.tuple(coordinate, coordinate, coordinate), fc.nat(3)), {
    minLength: 3,
    maxLength: 20,
  });
  fc.assert(
    fc.property(labelled, (items) => {
      const labels = items.map(([, label]) => label);
      fc.pre(new Set(labels).size > 1);
      const points = items.map(([point], i) => point.map((x, j) => x + (i === j ? 1 : 0)));
      const expected = byDefinition(points, labels);
      fc.pre(Number.isFinite(expected));
      assert.ok(Math.abs(silhouette(points, labels) - expected) < 1e-6);
    }),
  );
});

test("sparse and dense points give the same", () => {
  const sparse = points.map((values) => ({ indices: [7, 3], values }));
  for (const distance of ["cosine", "euclidean"] as const)
    near(silhouette(sparse, labels, { distance }), silhouette(points, labels, { distance }));
});

test("a sample of many points comes near the whole", () => {
  const many = Array.from({ length: 3000 }, (_, i) => [(i % 3) * 4 + Math.sin(i), Math.cos(i * 1.7)]);
  const truth = many.map((_, i) => i % 3);
  const whole = silhouette(many, truth, { distance: "euclidean", sample: 3000 });
  assert.ok(Math.abs(silhouette(many, truth, { distance: "euclidean", sample: 500 }) - whole) < 0.05);
});

test("one cluster has no silhouette, and labels must fit the points", () => {
  const usage = (error: unknown): boolean => isStreambookError(error, "USAGE");
  assert.throws(
    () =>
      silhouette(
        points,
        points.map(() => 0),
      ),
    usage,
  );
  assert.throws(() => silhouette(points, [0, 1]), usage);
});
