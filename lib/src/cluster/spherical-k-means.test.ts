import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Random } from "../random/index.ts";
import { normalizedMutualInformation, sphericalKMeans, type SparseVector } from "./index.ts";
import { refine } from "./local-search.ts";
import { bestStart, chooseSeeds } from "./seeding.ts";
import { grouped, unit } from "./vectors-for-test.ts";

const anyVectors = fc
  .array(fc.array(fc.tuple(fc.nat(9), fc.double({ min: 0.1, max: 1, noNaN: true })), { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((rows) => rows.map((row) => unit([...new Map(row).keys()], [...new Map(row).values()])));

test("groups are found", () => {
  const { vectors, truth } = grouped(300, 4);
  for (const seed of [1, 2, 3]) {
    const last = [...sphericalKMeans(vectors, { k: 4, seed, starts: 5 })].at(-1)!;
    assert.ok(normalizedMutualInformation(last.labels, truth) > 0.95);
    assert.equal(last.moved, 0);
  }
});

test("every iteration is a picture of its own: labels, sizes, and centroids of length 1", () => {
  const { vectors } = grouped(100, 3);
  const iterations = [...sphericalKMeans(vectors, { k: 3 })];
  iterations.forEach(({ iteration, labels, centroids, sizes }, i) => {
    assert.equal(iteration, i + 1);
    for (const centroid of centroids) assert.ok(Math.abs(Math.hypot(...centroid) - 1) < 1e-5);
    const counted = new Int32Array(3);
    for (const label of labels) counted[label]!++;
    assert.deepEqual(sizes, counted);
  });
  assert.notEqual(iterations[0]!.labels, iterations[1]!.labels);
});

test("inertia never rises, as long as no cluster is empty", () => {
  fc.assert(
    fc.property(anyVectors, fc.integer({ min: 1, max: 4 }), fc.nat(), (vectors, k, seed) => {
      let before = Infinity;
      for (const { inertia, sizes } of sphericalKMeans(vectors, { k, seed })) {
        if (sizes.includes(0)) return;
        assert.ok(inertia <= before + 1e-4, `${inertia} after ${before}`);
        before = inertia;
      }
    }),
  );
});

test("each vector has the label of its nearest centroid when nothing moves any more", () => {
  const { vectors } = grouped(120, 3, { own: 6 });
  const last = [...sphericalKMeans(vectors, { k: 3 })].at(-1)!;
  vectors.forEach(({ indices, values }, i) => {
    const cosines = last.centroids.map((centroid) =>
      (indices as number[]).reduce((sum, f, j) => sum + (values[j] as number) * centroid[f]!, 0),
    );
    assert.ok(cosines[last.labels[i]!]! >= Math.max(...cosines) - 1e-5);
  });
});

test("one seed gives one result", () => {
  const { vectors } = grouped(100, 3);
  assert.deepEqual([...sphericalKMeans(vectors, { k: 3, seed: 4 })], [...sphericalKMeans(vectors, { k: 3, seed: 4 })]);
});

test("fewer different vectors than clusters, vectors of zeros, no vectors: labels all the same", () => {
  const east = unit([0], [1]);
  const nothing: SparseVector = { indices: [], values: [] };
  for (const vectors of [[east, east], [nothing], [], [east, nothing]]) {
    for (const starts of [1, 3]) {
      const last = [...sphericalKMeans(vectors, { k: 3, features: 4, starts })].at(-1)!;
      assert.equal(last.labels.length, vectors.length);
      for (const label of last.labels) assert.ok(label >= 0 && label < 3);
    }
  }
});

test("first centroids are vectors far apart", () => {
  const groups = [unit([0, 1], [1, 0.1]), unit([2, 3], [1, 0.1]), unit([4, 5], [1, 0.1])];
  const vectors = Array.from({ length: 60 }, (_, i) => groups[i % 3]!);
  for (const seed of [1, 2, 3, 4, 5]) {
    const seeds = chooseSeeds(vectors, 3, 6, new Random(seed));
    assert.equal(new Set(groups.map((group) => seeds.nearest(group))).size, 3);
  }
});

test("moving single vectors never makes clusters looser, and knows how tight they are", () => {
  fc.assert(
    fc.property(anyVectors, fc.integer({ min: 1, max: 4 }), fc.nat(), (vectors, k, seed) => {
      const random = new Random(seed);
      const labels = Int32Array.from(vectors, () => random.below(k));
      const before = refine(vectors, labels.slice(), k, 10, 0).inertia;
      const { inertia, centroids, sizes } = refine(vectors, labels, k, 10, 20);
      assert.ok(inertia <= before + 1e-9);
      const measured = vectors.reduce((sum, vector, i) => sum + 1 - centroids.cosines(vector)[labels[i]!]!, 0);
      assert.ok(Math.abs(measured - inertia) < 1e-4);
      assert.equal(
        sizes.reduce((sum, size) => sum + size, 0),
        vectors.length,
      );
    }),
  );
});

test("with few vectors in many dimensions it finds what Lloyd's iterations do not", () => {
  const { vectors, truth } = grouped(60, 5, { own: 8, features: 5000, seed: 3 });
  const labelsOf = (starts: number): Int32Array => [...sphericalKMeans(vectors, { k: 5, starts })].at(-1)!.labels;
  assert.ok(normalizedMutualInformation(labelsOf(10), truth) > normalizedMutualInformation(labelsOf(1), truth) + 0.1);
});

test("of several starts the tightest is taken", () => {
  const { vectors } = grouped(100, 5, { own: 6 });
  const inertia = (starts: number): number =>
    bestStart(vectors, { k: 5, features: 600, starts, random: new Random(1) }).inertia;
  assert.ok(inertia(10) <= inertia(1));
});

test("a number of clusters that is none is refused, and not run with", () => {
  const { vectors } = grouped(10, 2, { own: 6 });
  for (const k of [0, -1, 2.5, NaN])
    for (const starts of [1, 2])
      assert.throws(() => [...sphericalKMeans(vectors, { k, starts })], {
        code: "USAGE",
        message: `k-means: k must be a whole number of 1 or more, and is ${k}`,
      });
});
