/** What a figure is: plain JSON that Plotly draws in a page, a notebook or a picture. Nothing here knows who draws it. */

/** A value that survives JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object of {@link Json} values; a member that is undefined is left out when it is written. */
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** One series of a figure: a Plotly trace (https://plotly.com/javascript/reference/). */
export interface Trace extends JsonObject {
  readonly type: "scatter" | "bar" | "heatmap";
}

/** A figure as Plotly reads it: the series, the layout around them, and how it may be used. */
export interface Figure {
  readonly data: readonly Trace[];
  readonly layout: JsonObject;
  readonly config?: JsonObject;
}

/** Settings of every figure: it fills its place and carries no brand. */
export const defaultConfig: JsonObject = {
  responsive: true,
  displaylogo: false,
  displayModeBar: false,
};

/** Layout of a figure that is looked at, not zoomed into. */
export const fixedAxis: JsonObject = { fixedrange: true };
