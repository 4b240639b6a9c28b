import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseClusters, mostClustersByDefault } from "./run.ts";

const sources = (filled: number, empty: number): { bytes: number }[] =>
  Array.from({ length: filled + empty }, (_, index) => ({ bytes: index < filled ? 20 : 0 }));

const cases: readonly (readonly [filled: number, empty: number, clusters: number, why: string])[] = [
  [9, 1, 9, "one for each text that is not empty"],
  [12, 5, 12, "one for each text that is not empty"],
  [13, 0, mostClustersByDefault, "the most by default, for 13 texts"],
  [20_000, 0, mostClustersByDefault, "the most by default, for 20,000 texts"],
  [0, 3, 1, "one for each text that is not empty"],
];
for (const [filled, empty, clusters, why] of cases) {
  test(`of ${filled} texts with words and ${empty} without, ${clusters} clusters are looked for, unless others are asked for`, () => {
    assert.deepEqual(chooseClusters(undefined, sources(filled, empty)), { clusters, why });
    assert.deepEqual(chooseClusters(7, sources(filled, empty)), { clusters: 7, why: "as asked for" });
  });
}
