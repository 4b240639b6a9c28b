import assert from "node:assert/strict";
import { test } from "node:test";
import { figurePng, figureSvg } from "./index.ts";

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

test("lines, heat maps and points become pictures twice their size", async () => {
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
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [800, 600]);
  }
});
