import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { Random } from "../random/index.ts";
import { adjustedRandIndex, kmeans } from "./index.ts";

const random = new Random(5);
const truth = Array.from({ length: 90 }, (_, i) => i % 3);
const points = truth.map((group) => [group * 10 + random.normal(), (group % 2) * 10 + random.normal()]);

test("groups in the plane are found, whatever the seed", () => {
  for (const seed of [1, 2, 3]) {
    const { labels, centroids, converged } = kmeans(points, 3, { seed });
    assert.equal(adjustedRandIndex(labels, truth), 1);
    assert.ok(converged);
    assert.equal(centroids.length, 3);
  }
});

test("one seed gives one result", () => {
  assert.deepEqual(kmeans(points, 5, { seed: 9 }), kmeans(points, 5, { seed: 9 }));
});

test("the points are not changed", () => {
  const before = structuredClone(points);
  kmeans(points, 4);
  assert.deepEqual(points, before);
});

test("equal points are one cluster", () => {
  assert.deepEqual(
    [
      ...kmeans(
        [
          [1, 1],
          [1, 1],
        ],
        2,
      ).labels,
    ],
    [0, 0],
  );
});

test("more clusters than points are refused", () => {
  for (const k of [0, 91, 1.5])
    assert.throws(
      () => kmeans(points, k),
      (error) => isStreambookError(error, "USAGE"),
    );
});
