/** Figures in the theme of the page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { themes } from "../lib/src/plot/palette.ts";
import { inTheme, type KeptFigure } from "./client/figure-theme.ts";

const { light, dark } = themes;
const kept: KeptFigure = {
  data: [{ marker: { color: [light.clusters[2], "#123456", light.accent] }, text: "#1b6a92 is a colour" }],
  layout: {
    paper_bgcolor: light.surface,
    template: { layout: { margin: { t: 64 }, title: { pad: { t: 20 } }, paper_bgcolor: "#ffffff" } },
  },
};

test("a dark page gets the dark template, and the palette's dark colours in the places of the light ones", () => {
  const { data, layout } = inTheme(kept, "dark");
  const text = "#1b6a92 is a colour";
  assert.deepEqual(data, [{ marker: { color: [dark.clusters[2], "#123456", dark.accent] }, text }]);
  assert.equal(layout["paper_bgcolor"], dark.surface);
  const { layout: template } = layout["template"] as { layout: Record<string, unknown> };
  assert.deepEqual(template["colorway"], dark.clusters);
  assert.deepEqual(template["margin"], { t: 64 }, "where things stand is the notebook's");
  assert.deepEqual((template["title"] as { pad: unknown }).pad, { t: 20 });
});

test("a light page leaves the figure's own colours, and the kept figure is not touched", () => {
  const before = structuredClone(kept);
  assert.deepEqual(inTheme(kept, "light").data, kept.data);
  inTheme(kept, "dark");
  assert.deepEqual(kept, before);
});
