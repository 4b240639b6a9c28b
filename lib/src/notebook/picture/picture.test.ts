import assert from "node:assert/strict";
import { test } from "node:test";
import { JSDOM } from "jsdom";
import { flowDiagram, plotlySource, undrawnTypes } from "../../plot/index.ts";
import { figurePng, figureSvg } from "./index.ts";
import { pathLength, placeAt } from "./paths.ts";
import { textWidth } from "./text-boxes.ts";

const bars = {
  data: [{ type: "bar", x: ["alpha", "beta"], y: [3, 1] }],
  layout: { title: { text: "Bars" }, height: 320 },
};

test("a figure becomes the same SVG every time, with its labels", async () => {
  const svg = await figureSvg(bars);
  assert.match(svg, /^<svg[^>]* width="760" height="320"/);
  for (const text of ["Bars", "alpha", "beta"]) assert.match(svg, new RegExp(`>${text}<`));
  assert.equal(await figureSvg(bars), svg);
});

test("lines, heat maps and points become pictures of their size", async () => {
  const kinds = [
    {
      type: "heatmap",
      z: [
        [1, 2],
        [3, 4],
      ],
    },
    { type: "scatter", mode: "lines+markers", y: [1, 3, 2] },
  ];
  for (const trace of kinds) {
    const png = await figurePng({ data: [trace], layout: { width: 400, height: 300 } });
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [400, 300]);
  }
});

test("what this plotly.js does not draw gets no picture, and is not drawn as something else", async () => {
  const cloud = { data: [{ type: "scatter3d", x: [1], y: [1], z: [1] }] };
  await assert.rejects(figureSvg(cloud), { code: "USAGE", message: /no picture of a figure with scatter3d/ });
});

test("the types that are said to be drawn are those of the bundle", async () => {
  const { window } = new JSDOM("<body></body>", { runScripts: "outside-only", pretendToBeVisual: true });
  const nothing = (): void => undefined;
  Object.assign(window, { matchMedia: () => ({ matches: false, addListener: nothing, addEventListener: nothing }) });
  Object.assign(window.URL, { createObjectURL: () => "blob:none" });
  Object.assign(window.HTMLCanvasElement.prototype, { getContext: () => null });
  window.eval(await plotlySource());
  const bundle = window as unknown as { Plotly: { PlotSchema: { get(): { traces: Record<string, object> } } } };
  const types = Object.keys(bundle.Plotly.PlotSchema.get().traces);
  assert.ok(types.includes("heatmap"));
  assert.deepEqual(undrawnTypes(types.map((type) => ({ type }))), []);
  const others = ["scatter3d", "surface", "scattergl", "scattergeo", "sankey", "indicator", "scatterpolar", "nonsense"];
  assert.deepEqual(
    undrawnTypes(others.map((type) => ({ type }))),
    others.filter((type) => !types.includes(type)),
  );
  assert.deepEqual(undrawnTypes([{}]), [], "a trace without a type is a scatter");
});

test("arrows are drawn", async () => {
  const boxes = [
    { name: "a", column: 0, row: 0 },
    { name: "b", column: 1, row: 0 },
  ];
  const svg = await figureSvg(flowDiagram(boxes, [{ from: "a", to: "b" }]));
  assert.match(svg, /class="annotation-arrow-g"/);
});

test("a path has a length, and a place after each part of it", () => {
  assert.equal(pathLength("M0,0L3,4L3,14"), 15);
  assert.deepEqual(placeAt("M0,0L3,4L3,14", 10), { x: 3, y: 9 });
  assert.deepEqual(placeAt("M0,0L3,4", 99), { x: 3, y: 4 });
});

test("text is as wide as the font of the pictures makes it, within a twentieth", () => {
  // Sums of the advance widths of DejaVu Sans 2.37, in parts of the font size.
  const cases: [text: string, width: number][] = [
    ["the library's server", 9.456],
    ["write() and go on", 8.623],
    ["0123456789", 6.362],
    ["MB", 1.549],
  ];
  for (const [text, width] of cases) {
    const estimated = textWidth(text, 1);
    assert.ok(Math.abs(estimated - width) < width / 20, `${text}: ${estimated} instead of ${width}`);
  }
});
