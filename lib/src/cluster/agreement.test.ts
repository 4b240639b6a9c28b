import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isStreambookError } from "../errors/index.ts";
import { adjustedRandIndex, normalizedMutualInformation, purity, type Labels } from "./index.ts";

type Known = readonly [what: string, labels: Labels, truth: Labels, nmi: number, ari: number, purity: number];

// Values of scikit-learn 1.7 (normalized_mutual_info_score, adjusted_rand_score) and of the book named.
const manning = "aaaaaabbbbbbccccc".split("");
const known: readonly Known[] = [
  ["the same", [0, 0, 1, 1], [0, 0, 1, 1], 1, 1, 1],
  ["the same under other names", [0, 0, 1, 1], ["x", "x", "q", "q"], 1, 1, 1],
  ["one cluster, four classes", [0, 0, 0, 0], [0, 1, 2, 3], 0, 0, 0.25],
  ["four clusters, one class", [0, 1, 2, 3], [0, 0, 0, 0], 0, 0, 1],
  ["one and one", [5, 5, 5], ["a", "a", "a"], 1, 1, 1],
  ["crosswise", [0, 0, 1, 1], [0, 1, 0, 1], 0, -0.5, 0.5],
  ["scikit-learn's user guide", [0, 0, 1, 1, 2, 2], [0, 0, 0, 1, 1, 1], 0.5158037429793889, 0.24242424242424243, 5 / 6],
  ["worse than chance", [0, 1, 0, 1, 2, 2, 1], [1, 1, 0, 0, 2, 1, 2], 0.19654846916551041, -0.3125, 3 / 7],
  [
    "Manning, Raghavan, Schütze, figure 16.4",
    manning,
    "xxxxxoxoooodxxddd".split(""),
    0.3645617718571899,
    0.242914979757085,
    12 / 17,
  ],
];

for (const [what, labels, truth, nmi, ari, pure] of known) {
  test(`known values: ${what}`, () => {
    assert.ok(Math.abs(normalizedMutualInformation(labels, truth) - nmi) < 1e-12);
    assert.ok(Math.abs(adjustedRandIndex(labels, truth) - ari) < 1e-12);
    assert.ok(Math.abs(purity(labels, truth) - pure) < 1e-12);
  });
}

const pairs = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 60 });
const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-9, `${a} and ${b}`);
const measures = { normalizedMutualInformation, adjustedRandIndex, purity };

for (const [name, measure] of Object.entries(measures)) {
  test(`${name} does not depend on the names of clusters, nor on the order of items`, () => {
    fc.assert(
      fc.property(pairs, fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (pairs, names) => {
        const [a, b] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        near(
          measure(a, b),
          measure(
            a.map((label) => names[label] as number),
            b,
          ),
        );
        near(
          measure(a, b),
          measure(
            a,
            b.map((label) => `t${names[label]}`),
          ),
        );
        near(measure(a, b), measure(a.toReversed(), b.toReversed()));
      }),
    );
  });

  test(`${name} stays within its bounds, and agreement is 1`, () => {
    fc.assert(
      fc.property(pairs, (pairs) => {
        const [a, b] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        const value = measure(a, b);
        assert.ok(value <= 1 + 1e-12 && value >= (name === "adjustedRandIndex" ? -0.5 - 1e-12 : 0), String(value));
        near(measure(a, a), 1);
      }),
    );
  });

  test(`${name} refuses lists of different lengths`, () => {
    assert.throws(
      () => measure([0, 1], [0]),
      (error) => isStreambookError(error, "USAGE"),
    );
  });
}

test("NMI and ARI are symmetric", () => {
  fc.assert(
    fc.property(pairs, (pairs) => {
      const [a, b] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
      near(normalizedMutualInformation(a, b), normalizedMutualInformation(b, a));
      near(adjustedRandIndex(a, b), adjustedRandIndex(b, a));
    }),
  );
});
