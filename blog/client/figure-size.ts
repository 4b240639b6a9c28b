/** How large a figure is drawn: laid out for the room there is, and nothing in it so small that it cannot be seen. */
import { wrapLines } from "../../lib/src/plot/markup.ts";
import type { JsonObject } from "../../lib/src/plot/figure.ts";
import type { KeptFigure } from "./figure-theme.ts";

/** Width below which a figure is laid out for a phone, and the least width of one with many parts. */
const NARROW = 560;
const CROWDED = 600;
/** The least height of what is drawn between the margins: a single bar, with the labels of its axis. */
const LEAST_HEIGHT = 90;
/** What a title of one line takes. */
const TITLE_HEIGHT = 52;
/** A bar shorter than this, in pixels, is lost in its own outline. */
const VISIBLE = 3;

/**
 * A figure laid out for the room there is: its title in lines that fit, its legend below on a phone.
 *
 * @param room pixels across
 * @param coarse whether a finger points: moved over a figure, it scrolls the page and does not zoom
 */
export function fitted(
  figure: KeptFigure & { readonly layout: JsonObject },
  room: number,
  coarse: boolean,
): KeptFigure & { readonly layout: JsonObject } {
  const { layout } = figure;
  const width = crowded(layout) ? Math.max(room, CROWDED) : room;
  const narrow = width < NARROW;
  const title = titleText(layout["title"]);
  const lines = wrapLines(title, Math.max(18, Math.floor((width - 32) / 8.4)));
  const sides = fittedMargin(layout, { narrow, titleLines: title === "" ? 0 : lines.length });
  const legend = narrow ? legendBelow(figure, width - sides.l - sides.r) : { rows: 0 };
  const margin = { ...sides, b: sides.b + legend.rows };
  const kept = keptMargin(layout);
  const asked = typeof layout["height"] === "number" ? layout["height"] : 380;
  const inside = Math.max(LEAST_HEIGHT, asked - kept.t - kept.b);
  const across = width - margin.l - margin.r - (narrow ? labelPixels(figure) : 0);
  return {
    data: figure.data.map((trace) => withVisibleBars(trace, layout, { across, down: inside })),
    config: { ...figure.config, responsive: false },
    layout: {
      ...layout,
      ...{ width, autosize: false, height: inside + margin.t + margin.b, margin },
      ...(narrow && shortAxisTitles(layout, across)),
      ...(title !== "" && { title: { ...(layout["title"] as JsonObject), text: lines.join("<br>") } }),
      ...("layout" in legend && { legend: legend.layout }),
      dragmode: coarse ? false : (layout["dragmode"] ?? "zoom"),
    },
  };
}

type Margin = Readonly<Record<"l" | "r" | "t" | "b", number>>;

/** The margins that a figure asks for. */
function keptMargin(layout: JsonObject): Margin {
  return { ...templateMargin(layout), ...(layout["margin"] as JsonObject | undefined) } as unknown as Margin;
}

/** The margins around what is drawn, without a legend below. */
function fittedMargin(layout: JsonObject, { narrow, titleLines }: { narrow: boolean; titleLines: number }): Margin {
  const kept = keptMargin(layout);
  const top = titleLines === 0 ? kept.t : Math.max(kept.t, TITLE_HEIGHT) + (titleLines - 1) * 21;
  return {
    ...kept,
    ...(narrow && { l: Math.min(kept.l, 52), r: Math.min(kept.r, 14) }),
    t: top,
  };
}

/**
 * A legend below the figure, and the pixels that it takes there; none when there is nothing to tell apart. The traces of a slider's
 * other steps are not in it.
 *
 * @param width pixels between the margins, which is what Plotly gives to a legend
 */
function legendBelow({ data, layout }: KeptFigure & { readonly layout: JsonObject }, width: number) {
  const traces = data as readonly { name?: unknown; showlegend?: unknown; visible?: unknown }[];
  const names = traces.flatMap(({ name, showlegend, visible }) =>
    typeof name === "string" && showlegend !== false && visible !== false ? [name] : [],
  );
  if (layout["showlegend"] === false || names.length < 2) return { rows: 0 };
  const legend = (layout["legend"] ?? {}) as JsonObject;
  const title = titleText(legend["title"]);
  return {
    rows: (legendRows(names, width) + (title === "" ? 0 : 1)) * 20 + 24,
    layout: {
      ...legend,
      ...{ orientation: "h", x: 0, xanchor: "left", yref: "container", y: 0.01, yanchor: "bottom" },
      ...(title !== "" && { title: { ...(legend["title"] as JsonObject), text: title, side: "top" } }),
    },
  };
}

/** What the names beside horizontal bars and rows take of the width, about. */
function labelPixels({ data }: KeptFigure): number {
  const names = data.flatMap((trace) => {
    const { y } = trace as { y?: unknown };
    return Array.isArray(y) ? y.filter((value): value is string => typeof value === "string") : [];
  });
  return names.length === 0 ? 0 : Math.max(0, 7 * Math.max(...names.map((name) => name.length)) - 40);
}

/** One row among hundreds is a bar thinner than the line around it: such a bar gets a line of its own colour, and is seen. */
function withVisibleBars(trace: unknown, layout: JsonObject, room: { across: number; down: number }): unknown {
  const bar = trace as { type?: unknown; orientation?: unknown; base?: unknown; marker?: JsonObject } & JsonObject;
  if (bar.type !== "bar") return trace;
  const flat = bar.orientation === "h";
  const lengths = numbers(flat ? bar["x"] : bar["y"]);
  const bases = numbers(bar.base);
  const ends = lengths.map((length, index) => length + (bases[index] ?? 0));
  const pixels = (flat ? room.across : room.down) / Math.max(...ends, 1e-9);
  const lost = lengths.map((length) => length > 0 && length * pixels < VISIBLE);
  if (!lost.includes(true)) return trace;
  const { marker = {} } = bar;
  const line = (marker["line"] ?? {}) as JsonObject;
  const own = marker["color"] ?? barColour(layout);
  const at = (value: unknown, index: number): unknown => (Array.isArray(value) ? (value as unknown[])[index] : value);
  return {
    ...bar,
    marker: {
      ...marker,
      line: {
        ...line,
        color: lost.map((is, index) => at(is ? own : line["color"], index) ?? null),
        width: lost.map((is, index) => (is ? 2 : (at(line["width"], index) ?? 0))),
      },
    },
  };
}

function numbers(values: unknown): number[] {
  return Array.isArray(values) ? values.map((value) => (typeof value === "number" ? value : 0)) : [];
}

/** What the template gives to a bar without a colour. */
function barColour(layout: JsonObject): unknown {
  const template = layout["template"] as { data?: { bar?: readonly { marker?: { color?: unknown } }[] } } | undefined;
  return template?.data?.bar?.[0]?.marker?.color;
}

/** The titles of the horizontal axes in lines that fit what is drawn. */
function shortAxisTitles(layout: JsonObject, across: number): JsonObject {
  const panels = Math.max(1, Object.keys(layout).filter((key) => /^xaxis\d*$/.test(key)).length);
  const axes = Object.entries(layout).flatMap(([key, axis]): [string, JsonObject][] => {
    const { title } = (axis ?? {}) as { title?: JsonObject };
    const text = /^xaxis\d*$/.test(key) ? titleText(title) : "";
    if (text === "") return [];
    const lines = wrapLines(text, Math.max(12, Math.floor(across / panels / 7.2))).join("<br>");
    return [[key, { ...(axis as JsonObject), title: { ...(typeof title === "object" ? title : {}), text: lines } }]];
  });
  return Object.fromEntries(axes);
}

/** Lines that a legend below a figure takes: an entry is as wide as the longest. */
function legendRows(names: readonly string[], width: number): number {
  const entry = 56 + 7 * Math.max(...names.map((name) => name.length));
  return Math.ceil(names.length / Math.max(1, Math.floor(width / entry)));
}

/** Whether a figure has so many panels or labels that a phone's width would press them together. */
function crowded(layout: JsonObject): boolean {
  const panels = Object.keys(layout).filter((key) => /^xaxis\d*$/.test(key)).length;
  const annotations = layout["annotations"];
  return panels > 2 || (Array.isArray(annotations) && annotations.length > 3);
}

function templateMargin(layout: JsonObject): JsonObject {
  const template = layout["template"] as { layout?: { margin?: JsonObject } } | undefined;
  return { l: 72, r: 24, t: 64, b: 64, ...template?.layout?.margin };
}

function titleText(title: unknown): string {
  const text = typeof title === "string" ? title : (title as { text?: unknown } | undefined)?.text;
  return typeof text === "string" ? text.replace(/<br\s*\/?>/g, " ") : "";
}
