import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterColour, clusterSymbol, contrast, linear, themes } from "./palette.ts";

/** Simulations of the dichromacies, on linear light: Machado, Oliveira and Fernandes, 2009, severity 1. */
const SIGHT: Readonly<Record<string, readonly number[]>> = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

for (const [name, theme] of Object.entries(themes)) {
  for (const sight of Object.keys(SIGHT)) {
    test(`${name}: the cluster colours stay apart with ${sight === "normal" ? "normal sight" : sight}`, () => {
      const places = theme.clusters.map((colour) => oklab(seen(colour, SIGHT[sight] as readonly number[])));
      places.forEach((one, index) => {
        for (const other of places.slice(0, index))
          assert.ok(distance(one, other) > 0.08, `${theme.clusters[index]}: ${distance(one, other)}`);
      });
    });
  }

  test(`${name}: text is at least 4.5:1, marks are at least 3:1`, () => {
    for (const text of [theme.ink, theme.muted, theme.accent, theme.good, theme.notice, theme.bad]) {
      for (const behind of [theme.page, theme.surface])
        assert.ok(contrast(text, behind) >= 4.5, `${text} on ${behind}: ${contrast(text, behind)}`);
    }
    for (const mark of theme.clusters)
      assert.ok(contrast(mark, theme.surface) >= 3, `${mark}: ${contrast(mark, theme.surface)}`);
  });
}

test("a cluster keeps its colour by its id, and 110 clusters differ in colour or symbol", () => {
  assert.equal(clusterColour(3), clusterColour(13));
  assert.notEqual(clusterColour(3), clusterColour(3, "dark"));
  const looks = Array.from({ length: 110 }, (_, id) => `${clusterColour(id)} ${clusterSymbol(id)}`);
  assert.equal(new Set(looks).size, 110);
});

test("the clusters of one figure can be told apart without their colours", () => {
  for (const theme of ["light", "dark"] as const) {
    const marks = themes[theme].clusters.map((_, id) => clusterSymbol(id));
    assert.equal(new Set(marks).size, marks.length);
  }
});

test("contrast is that of WCAG", () => {
  assert.equal(contrast("#000000", "#ffffff"), 21);
  assert.ok(Math.abs(contrast("#767676", "#ffffff") - 4.54) < 0.01);
});

function seen(colour: string, matrix: readonly number[]): number[] {
  const parts = linear(colour);
  return [0, 3, 6].map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        parts.reduce((sum, part, column) => sum + part * (matrix[row + column] ?? 0), 0),
      ),
    ),
  );
}

/** https://bottosson.github.io/posts/oklab/ */
function oklab([red = 0, green = 0, blue = 0]: readonly number[]): number[] {
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
  ];
}

function distance(one: readonly number[], other: readonly number[]): number {
  return Math.hypot(...one.map((value, index) => value - (other[index] ?? 0)));
}
