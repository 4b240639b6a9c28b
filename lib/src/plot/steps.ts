/** A figure in steps: one is shown at a time, and a slider under the figure chooses which. */
import type { Json, JsonObject } from "./figure.ts";

/** One step of a {@link stepsFigure}. */
export interface FigureStep<T> {
  /** What the slider says of it. */
  readonly name: string;
  /** Its series, as Plotly traces; each step has its own. */
  readonly traces: readonly T[];
}

/** What {@link stepsFigure} gives: the series of all steps, and the slider for the layout. */
export interface StepsFigure<T> {
  readonly data: readonly (T & { readonly visible: boolean })[];
  readonly layout: JsonObject;
}

/** Height of the slider with its labels, in pixels. */
const SLIDER = 96;

/**
 * Makes a figure whose steps are looked at one by one, such as the iterations of an algorithm. It needs no animation: the slider
 * only shows the series of one step and hides the others, so it works wherever Plotly draws, and a static picture has the last
 * step.
 *
 * @param steps in their order
 * @param options.title what a step is, before its name on the slider @default "step"
 *
 * @example
 * ```ts
 * import { stepsFigure } from "streambook/plot";
 * const steps = [1, 2, 3].map((n) => ({ name: String(n), traces: [{ type: "scatter", y: [n, n * n] }] }));
 * const { data, layout } = stepsFigure(steps, { title: "power" });
 * console.assert(data.filter(({ visible }) => visible).length === 1 && Array.isArray(layout["sliders"]));
 * ```
 */
export function stepsFigure<T extends object>(
  steps: readonly FigureStep<T>[],
  options: { readonly title?: string } = {},
): StepsFigure<T> {
  const { title = "step" } = options;
  const last = steps.length - 1;
  const owner = steps.flatMap(({ traces }, step) => traces.map(() => step));
  const slide = (step: number): Json => ({
    method: "restyle",
    label: steps[step]?.name ?? "",
    args: [{ visible: owner.map((other) => other === step) }],
  });
  const slider: JsonObject = {
    active: last,
    x: 0,
    len: 1,
    xanchor: "left",
    y: 0,
    yanchor: "top",
    pad: { t: 24, b: 8 },
    currentvalue: { prefix: `${title} `, xanchor: "left" },
    steps: steps.map((_, step) => slide(step)),
  };
  return {
    data: steps.flatMap(({ traces }, step) => traces.map((trace) => ({ ...trace, visible: step === last }))),
    layout: { sliders: [slider], margin: { l: 16, r: 16, t: 64, b: SLIDER } },
  };
}
