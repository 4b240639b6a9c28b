import assert from "node:assert/strict";
import { test } from "node:test";
import { stepsFigure } from "./steps.ts";

const steps = ["first", "second", "third"].map((name, index) => ({
  name,
  traces: [{ y: [index] }, { y: [index, index] }],
}));
const slides = (
  layout: ReturnType<typeof stepsFigure>["layout"],
): { label: string; args: [{ visible: boolean[] }] }[] =>
  (layout["sliders"] as unknown as [{ steps: { label: string; args: [{ visible: boolean[] }] }[] }])[0].steps;

test("a figure in steps begins with its last step, so that a static picture shows the result", () => {
  const { data, layout } = stepsFigure(steps);
  assert.deepEqual(
    data.map(({ visible }) => visible),
    [false, false, false, false, true, true],
  );
  assert.equal((layout["sliders"] as unknown as [{ active: number }])[0].active, 2);
});

test("each place of the slider shows the series of its step, and no other", () => {
  const { data, layout } = stepsFigure(steps);
  for (const [step, { label, args }] of slides(layout).entries()) {
    assert.equal(label, steps[step]?.name);
    const shown = data.filter((_, index) => args[0].visible[index]);
    assert.deepEqual(
      shown.map(({ y }) => y),
      steps[step]?.traces.map(({ y }) => y),
    );
  }
});

test("a figure of no steps has nothing to show, and a slider without places", () => {
  const { data, layout } = stepsFigure([]);
  assert.deepEqual(data, []);
  assert.deepEqual(slides(layout), []);
});
