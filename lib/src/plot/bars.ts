/** Horizontal bars whose names stand above them, so that a long name costs no width: readable on a phone and on a wall. */
import { defaultConfig, fixedAxis, type Figure, type JsonObject } from "./figure.ts";
import { escapeLabel } from "./markup.ts";

const ROW_PIXELS = 46;
const BAR_PART = 0.26;

/** One bar of a {@link labelledBars} figure. */
export interface LabelledBar {
  /** What it is. */
  readonly name: string;
  /** Its value, said in words and units. */
  readonly label: string;
  /** Where it begins on the axis. @default 0 */
  readonly from?: number;
  /** How long it is, in units of the axis. */
  readonly length: number;
  /** More, for who points at it. */
  readonly hover?: string;
  /** Another colour than the theme's own. */
  readonly colour?: string;
}

/**
 * Bars from top to bottom, in the order given.
 *
 * @param axisTitle what the lengths are, with their unit
 * @param axis more settings of the axis, as Plotly's `layout.xaxis`
 *
 * @example
 * ```ts
 * import { labelledBars } from "streambook/plot";
 * const figure = labelledBars([{ name: "gzip", label: "0.4 MB", length: 0.4 }, { name: "none", label: "1 MB", length: 1 }], "MB");
 * console.assert(figure.data.length === 1);
 * ```
 */
export function labelledBars(bars: readonly LabelledBar[], axisTitle: string, axis: JsonObject = {}): Figure {
  const row = (index: number): number => bars.length - 1 - index;
  const end = Math.max(0, ...bars.map(({ from = 0, length }) => from + length));
  return {
    data: [
      {
        type: "bar",
        orientation: "h",
        y: bars.map((_, index) => row(index)),
        x: bars.map(({ length }) => length),
        base: bars.map(({ from = 0 }) => from),
        width: BAR_PART,
        text: bars.map(({ name, label, hover }) => escapeLabel(`${name}: ${hover ?? label}`)),
        textposition: "none",
        hovertemplate: "%{text}<extra></extra>",
        marker: bars.some(({ colour }) => colour !== undefined)
          ? { color: bars.map(({ colour }) => colour ?? null) }
          : undefined,
      },
    ],
    layout: {
      height: bars.length * ROW_PIXELS + 64,
      margin: { l: 8, r: 16, t: 4, b: 48 },
      showlegend: false,
      hovermode: "closest",
      dragmode: false,
      xaxis: {
        ...fixedAxis,
        title: { text: escapeLabel(axisTitle) },
        showgrid: false,
        range: [0, end * 1.02 || 1],
        ...axis,
      },
      yaxis: { ...fixedAxis, visible: false, range: [-0.5, bars.length - 0.3] },
      shapes: bars.map((_, index) => ({
        type: "rect",
        layer: "below",
        xref: "paper",
        x0: 0,
        x1: 1,
        y0: row(index) - BAR_PART / 2,
        y1: row(index) + BAR_PART / 2,
        opacity: 0.45,
      })),
      annotations: bars.map(({ name, label }, index) => ({
        text: `<b>${escapeLabel(name)}</b>  ${escapeLabel(label)}`,
        xref: "paper",
        x: 0,
        xanchor: "left",
        y: row(index) + BAR_PART / 2,
        yanchor: "bottom",
        showarrow: false,
      })),
    },
    config: defaultConfig,
  };
}
