/** How large figures are drawn, on a phone above all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted } from "./client/figure-size.ts";

const PHONE = 340;
const DESK = 1000;

interface Drawn {
  readonly height: number;
  readonly margin: { readonly l: number; readonly r: number; readonly t: number; readonly b: number };
}

/** Pixels between the margins from top to bottom. */
function inside({ height, margin }: Drawn): number {
  return height - margin.t - margin.b;
}

function layoutOf(layout: object, data: readonly unknown[] = [], room = PHONE): Drawn & Record<string, unknown> {
  return fitted({ data, layout: { ...layout } }, room, false).layout as unknown as Drawn & Record<string, unknown>;
}

test("a figure of one row keeps the height of a bar, whatever stands around it", () => {
  const two = [
    { type: "bar", name: "before" },
    { type: "bar", name: "after" },
  ];
  for (const [name, layout, data] of [
    ["low", { height: 110 }, []],
    ["with a title", { height: 110, title: { text: "One row" }, margin: { t: 4, b: 48 } }, []],
    [
      "with a title in lines",
      { height: 110, title: { text: "Where the time of a whole long run of the pipeline went" } },
      [],
    ],
    ["with a legend below", { height: 110 }, two],
  ] as const)
    for (const room of [PHONE, DESK]) assert.ok(inside(layoutOf(layout, data, room)) >= 90, `${name}, ${room} pixels`);
  assert.equal(inside(layoutOf({ height: 420, margin: { t: 60, b: 60 } })), 300, "a high one stays as high");
});

test("a title has room above what is drawn", () => {
  assert.ok(layoutOf({ title: { text: "Messages" }, margin: { t: 4, b: 48 } }).margin.t > 40);
  assert.equal(layoutOf({ margin: { t: 4, b: 48 } }).margin.t, 4);
});

test("a bar of one row among hundreds is drawn in its own colour, not hidden by its outline", () => {
  const bar = {
    type: "bar",
    orientation: "h",
    y: [0, 1, 2],
    base: [0, 0, 200],
    x: [200, 1, 1],
    marker: { color: "#1b6a92", line: { color: "#ffffff", width: 1.5 } },
  };
  const lineOf = (room: number): unknown =>
    (fitted({ data: [bar], layout: {} }, room, false).data[0] as { marker: { line: unknown } }).marker.line;
  const own = { color: ["#ffffff", "#1b6a92", "#1b6a92"], width: [1.5, 2, 2] };
  assert.deepEqual(lineOf(PHONE), own);
  assert.deepEqual(lineOf(2000), bar.marker.line, "where it is wide enough, nothing changes");
});

test("on a phone the title of an axis fits beside the names of the rows", () => {
  const text = "seconds since the first agent began";
  const data = [{ type: "bar", orientation: "h", y: ["/letter-in-many-languages.md"], x: [1] }];
  const { xaxis } = layoutOf({ xaxis: { title: { text } } }, data) as unknown as { xaxis: { title: { text: string } } };
  const longest = Math.max(...xaxis.title.text.split("<br>").map((line) => line.length));
  assert.ok(longest * 7 < 150, xaxis.title.text);
});

test("on a phone a legend stands below, its title above its entries", () => {
  const data = [{ name: "0: word" }, { name: "1: signal" }];
  const { legend } = layoutOf({ legend: { title: { text: "cluster" } } }, data) as unknown as {
    legend: { orientation: string; title: { side: string } };
  };
  assert.deepEqual([legend.orientation, legend.title.side], ["h", "top"]);
});

test("a legend below has room for the step of a slider that is shown, and for no other", () => {
  const names = ["watermark", "closed windows", "dropped"];
  const step = (visible: boolean) => names.map((name) => ({ type: "scatter", name, visible }));
  const shown = step(true);
  const others = Array.from({ length: 12 }, () => step(false)).flat();
  assert.equal(layoutOf({}, [...others, ...shown]).margin.b, layoutOf({}, shown).margin.b);
});

test("a legend below is as wide as what is drawn: an entry that does not fit beside another has a line of its own", () => {
  const named = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `closed window ${at}` }));
  const below = (count: number) => layoutOf({}, named(count)).margin.b;
  assert.equal(below(7) - below(5), 40);
});
