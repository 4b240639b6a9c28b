import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { clusterPlane, topTermsBars } from "./clusters.ts";
import type { Figure } from "./figure.ts";
import { flowDiagram } from "./flow.ts";
import { heatMap } from "./heat-map.ts";
import { ownershipTimeline } from "./ownership.ts";
import { contrast, themes } from "./palette.ts";
import { template } from "./template.ts";
import { ratesOverTime, stageRates } from "./throughput.ts";
import { timeline } from "./timeline.ts";

const hostile = '<img src=x onerror=alert(1)> & "quoted" %{x} </script> 🐝';
const point = { x: 1, y: 2, cluster: 2, file: hostile, excerpt: hostile };

const figures: Readonly<Record<string, Figure>> = {
  timeline: timeline([{ name: hostile, startedAt: 1, seconds: 2 }]),
  ownershipTimeline: ownershipTimeline(
    [{ partition: 0, member: hostile, from: 0, until: 2.5 }],
    [{ name: hostile, at: 1 }],
  ),
  stageRates: stageRates([{ name: hostile, messagesPerSecond: 1234.5 }]),
  ratesOverTime: ratesOverTime([{ name: hostile, seconds: [1, 2], messagesPerSecond: [0, 5] }]),
  clusterPlane: clusterPlane([point], [{ id: 2, size: 1, terms: [hostile] }]),
  topTermsBars: topTermsBars([
    { id: 0, size: 1, terms: [hostile], weights: [1] },
    { id: 1, size: 0, terms: [] },
  ]),
  flowDiagram: flowDiagram(
    [
      { name: hostile, detail: hostile, column: 0, row: 0 },
      { name: "b", column: 0, row: 1 },
    ],
    [{ from: hostile, to: "b", label: hostile }],
  ),
  heatMap: heatMap({ rows: [hostile], columns: [hostile, "1"], counts: [[3, 1]] }),
};

for (const [name, figure] of Object.entries(figures)) {
  test(`${name} is plain JSON`, () => {
    const json = JSON.stringify(figure);
    assert.equal(JSON.stringify(JSON.parse(json)), json);
    assert.doesNotMatch(json, /NaN|Infinity/);
  });

  test(`${name} lets no tag of a text through`, () => {
    const labels = strings(figure)
      .join("\n")
      .replaceAll(/<\/?(b|extra)>|<br>/g, "");
    assert.doesNotMatch(labels, /[<>]/);
  });

  test(`${name} leaves its colours to the template`, () => {
    assert.doesNotMatch(JSON.stringify(figure), /#[0-9a-f]{6}/i);
  });
}

test("the series of the plane are the ids of clusters, even where one is empty", () => {
  const figure = clusterPlane([point, { ...point, cluster: 0 }], [{ id: 3, size: 0, terms: [] }]);
  assert.deepEqual(
    figure.data.map((trace) => (trace["x"] as number[]).length),
    [1, 0, 1, 0],
  );
});

test("a line that is drawn in a figure is seen in both themes", () => {
  for (const name of ["light", "dark"] as const) {
    const { shapedefaults } = template(name)["layout"] as { shapedefaults: { line: { color: string } } };
    assert.ok(contrast(shapedefaults.line.color, themes[name].surface) >= 3, name);
  }
});

test("who has a partition is written beside each bar, for those who see no colours", () => {
  const times = [
    { partition: 0, member: "A", from: 0, until: 4 },
    { partition: 7, member: "B", from: 5, until: 9 },
  ];
  const { annotations } = ownershipTimeline(times, [{ name: "B joins", at: 4 }]).layout as {
    annotations: { text: string; x: number; y: number }[];
  };
  const placed = annotations.map(({ text, x, y }) => [text, x, y]);
  assert.deepEqual(placed.slice(0, 2), [
    ["A", 0, 0],
    ["B", 5, 1],
  ]);
});

test("stages of the same name keep a bar each", () => {
  const figure = timeline([
    { name: "retry", startedAt: 0, seconds: 1 },
    { name: "retry", startedAt: 1, seconds: 1 },
  ]);
  assert.equal(new Set(figure.data[0]?.["y"] as number[]).size, 2);
});

test("figures of nothing are figures all the same", () => {
  for (const figure of [
    timeline([]),
    stageRates([]),
    ratesOverTime([]),
    clusterPlane([], []),
    topTermsBars([]),
    heatMap({ rows: [], columns: [], counts: [] }),
  ]) {
    assert.doesNotMatch(JSON.stringify(figure), /null|NaN/);
  }
});

test("the shares of a row of the heat map add up to one", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 12 }), (counts) => {
      const figure = heatMap({ rows: ["a"], columns: counts.map(String), counts: [counts] });
      const sum = ((figure.data[0]?.["z"] as number[][])[0] ?? []).reduce((total, share) => total + share, 0);
      assert.ok(Math.abs(sum - (counts.some((count) => count > 0) ? 1 : 0)) < 0.001);
    }),
  );
});

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(strings);
}

test("an arrow leaves one box at its edge and ends at the edge of the other", () => {
  const boxes = [
    { name: "a", column: 0, row: 0 },
    { name: "b", column: 2, row: 0 },
    { name: "c", column: 0, row: 1 },
  ];
  const arrows = [
    { from: "a", to: "b" },
    { from: "c", to: "a" },
    { from: "a", to: "nowhere" },
  ];
  const annotations = flowDiagram(boxes, arrows).layout["annotations"] as {
    ax?: number;
    ay?: number;
    x: number;
    y: number;
  }[];
  const drawn = annotations
    .filter(({ ax }) => ax !== undefined)
    .map(({ ax, ay, x, y }) => [ax, ay, x, y].map((value) => Number(value?.toFixed(3))));
  assert.deepEqual(drawn, [
    [0.34, 0, 1.66, 0],
    [0, 0.69, 0, 0.31],
  ]);
});
