import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Random } from "../random/index.ts";
import { pca, projectToPlane, type SparseVector } from "./index.ts";

const sparse = (values: readonly number[]): SparseVector => ({ indices: values.map((_, i) => i), values });
const near = (a: ArrayLike<number>, b: ArrayLike<number>, within = 1e-6): void => {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i++)
    assert.ok(Math.abs((a[i] as number) - (b[i] as number)) < within, `${a[i]} and ${b[i]}`);
};

// Values of scikit-learn 1.7, PCA(2).
test("known values: the example of scikit-learn's documentation", () => {
  const found = pca(
    [
      [-1, -1],
      [-2, -1],
      [-3, -2],
      [1, 1],
      [2, 1],
      [3, 2],
    ].map(sparse),
  );
  near(found.components[0]!, [0.83849224, 0.54491354]);
  near(found.components[1]!, [-0.54491354, 0.83849224]);
  near(found.explainedVariance, [7.93954312, 0.06045688]);
  near(found.explainedVarianceRatio, [0.99244289, 0.00755711]);
});

test("known values: five points in four dimensions", () => {
  const points = [
    [1, 0, 2, 0],
    [0, 3, 0, 1],
    [2, 1, 0, 0],
    [0, 0, 1, 4],
    [1, 1, 1, 1],
  ].map(sparse);
  const found = pca(points);
  near(found.components[0]!, [-0.31995023, -0.26641149, 0.1048112, 0.90314527]);
  near(found.components[1]!, [-0.29368463, 0.80647082, -0.47702501, 0.1892123]);
  near(found.explainedVarianceRatio, [0.56961475, 0.34238463]);
  near(found.project(points[0]!), [-0.75557944, -1.66469252]);
  const [first] = projectToPlane(points);
  near([first!.x, first!.y], [-0.75557944, -1.66469252]);
});

test("components have length 1, are at right angles, and explain ever less", () => {
  const coordinate = fc.double({ min: -5, max: 5, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.array(coordinate, { minLength: 6, maxLength: 6 }), { minLength: 8, maxLength: 20 }),
      (rows) => {
        const { components, explainedVariance, explainedVarianceRatio } = pca(rows.map(sparse), { components: 3 });
        const dot = (a: Float64Array, b: Float64Array): number =>
          a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
        fc.pre(explainedVariance.every((variance) => variance > 1e-3));
        components.forEach((a, i) => components.forEach((b, j) => near([dot(a, b)], [i === j ? 1 : 0], 1e-8)));
        assert.ok(
          explainedVariance[0]! >= explainedVariance[1]! - 1e-9 &&
            explainedVariance[1]! >= explainedVariance[2]! - 1e-9,
        );
        assert.ok(explainedVarianceRatio.reduce((sum, part) => sum + part, 0) <= 1 + 1e-9);
      },
    ),
  );
});

test("groups of texts stand apart in the plane", () => {
  const random = new Random(1);
  const vectors = Array.from({ length: 90 }, (_, i): SparseVector => {
    const indices = Array.from({ length: 20 }, (_, j) => (i % 3) * 1000 + j * 40 + random.below(40));
    return { indices, values: indices.map(() => Math.sqrt(1 / 20)) };
  });
  const places = projectToPlane(vectors, { features: 16_384 });
  const center = (group: number): { x: number; y: number } => {
    const members = places.filter((_, i) => i % 3 === group);
    return {
      x: members.reduce((sum, { x }) => sum + x, 0) / members.length,
      y: members.reduce((sum, { y }) => sum + y, 0) / members.length,
    };
  };
  const centers = [0, 1, 2].map(center);
  const apart = (a: number, b: number): number =>
    Math.hypot(centers[a]!.x - centers[b]!.x, centers[a]!.y - centers[b]!.y);
  assert.ok(Math.min(apart(0, 1), apart(1, 2), apart(0, 2)) > 0.1);
});

test("the picture is the same every time", () => {
  const vectors = Array.from({ length: 10 }, (_, i) => sparse([Math.sin(i), Math.cos(3 * i), i % 4]));
  assert.deepEqual(projectToPlane(vectors), projectToPlane(vectors));
});

test("nothing, one vector, equal vectors: all at the middle", () => {
  assert.deepEqual(projectToPlane([]), []);
  assert.deepEqual(projectToPlane([sparse([1, 2])]), [{ x: 0, y: 0 }]);
  for (const { x, y } of projectToPlane([sparse([1, 2]), sparse([1, 2])])) near([x, y], [0, 0]);
  assert.deepEqual(projectToPlane([{ indices: [], values: [] }]), [{ x: 0, y: 0 }]);
});
