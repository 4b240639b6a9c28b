/** Views per minute by network: what the report says, and what is still open. */
import { clusterColour, defaultConfig, type Figure } from "../../../plot/index.ts";
import { minuteOf, timeOfMinute } from "../expected.ts";
import type { OpenCount } from "../open-minutes.ts";

/** Views of a network in a minute. */
export interface MinuteCount {
  readonly network: string;
  /** `2026-09-13T06-49-00Z` */
  readonly minute: string;
  readonly views: number;
  /** Whether the stream has not closed the minute yet. */
  readonly isOpen: boolean;
}

/** What {@link minutesFigure} marks. */
export interface MinutesFigureOptions {
  /** The watermark, milliseconds since 1970. @default none */
  readonly watermark?: number | undefined;
  /** The newest event time that was seen, likewise. @default none */
  readonly newest?: number | undefined;
}

/** Counts with those of one network and minute added up, in the order in which they first came. */
export function sumByMinute(counts: Iterable<MinuteCount>): MinuteCount[] {
  const sums = new Map<string, MinuteCount>();
  for (const count of counts) {
    const key = `${count.minute} ${count.network}`;
    sums.set(key, { ...count, views: count.views + (sums.get(key)?.views ?? 0) });
  }
  return [...sums.values()];
}

/** What is open, as it is drawn. */
export function openCounts(open: readonly OpenCount[]): MinuteCount[] {
  return open.map(({ network_id: network, start, views }) => ({
    ...{ network, views, isOpen: true },
    minute: minuteOf(Date.parse(start)),
  }));
}

/** Stacked bars, a minute each; minutes that are open are paler, and the watermark stands as a line between. */
export function minutesFigure(all: readonly MinuteCount[], { watermark, newest }: MinutesFigureOptions = {}): Figure {
  const counts = fromFirstFull(all);
  const networks = [...new Set(counts.map(({ network }) => network))].sort();
  return {
    data: networks.map((network, index) => {
      const own = counts.filter((count) => count.network === network);
      return {
        type: "bar",
        name: network,
        x: own.map(({ minute }) => new Date(timeOfMinute(minute) + HALF).toISOString().slice(0, -1)),
        y: own.map(({ views }) => views),
        width: own.map(() => 2 * HALF * 0.86),
        marker: { color: clusterColour(index), opacity: own.map(({ isOpen }) => (isOpen ? 0.4 : 1)) },
        customdata: own.map(
          ({ minute, isOpen }) => `${minute.slice(11, 16).replace("-", ":")}${isOpen ? ", still open" : ""}`,
        ),
        hovertemplate: "%{customdata}: %{y:,} views<extra>%{fullData.name}</extra>",
      };
    }),
    layout: {
      height: 380,
      barmode: "stack",
      margin: { l: 8, r: 16, t: 24, b: 48 },
      dragmode: false,
      legend: { orientation: "h", x: 0, y: 1.08, yanchor: "bottom", traceorder: "normal" },
      xaxis: {
        fixedrange: true,
        type: "date",
        tickformat: "%H:%M",
        title: { text: "minute in which views ended, UTC" },
      },
      yaxis: { fixedrange: true, title: { text: "views a minute" }, tickformat: ",~s", rangemode: "tozero" },
      ...marks([
        ["watermark", watermark, clusterColour(3), "dash"],
        ["newest view", newest, clusterColour(5), "dot"],
      ]),
    },
    config: defaultConfig,
  };
}

/** Without the minutes before the first that most views are of: only late ones came of those. */
function fromFirstFull(counts: readonly MinuteCount[]): readonly MinuteCount[] {
  const sums = new Map<string, number>();
  for (const { minute, views } of counts) sums.set(minute, (sums.get(minute) ?? 0) + views);
  const enough = Math.max(0, ...sums.values()) / 20;
  const first = [...sums.keys()].sort().find((minute) => (sums.get(minute) ?? 0) >= enough) ?? "";
  return counts.filter(({ minute }) => minute >= first);
}

/** Half a minute, in milliseconds. */
const HALF = 30_000;

type Mark = readonly [name: string, time: number | undefined, colour: string, dash: string];

/** Upright lines with their names above. */
function marks(all: readonly Mark[]) {
  const shown = all.flatMap(([name, time, colour, dash]) =>
    time === undefined ? [] : [{ name, x: new Date(time).toISOString().slice(0, -1), colour, dash }],
  );
  return {
    shapes: shown.map(({ x, colour, dash }) => ({
      ...{ type: "line", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1 },
      line: { color: colour, width: 2, dash },
    })),
    annotations: shown.map(({ name, x, colour }, index) => ({
      ...{ text: name, x, xref: "x", y: 1, yref: "paper", yanchor: "bottom", showarrow: false },
      xanchor: index === 0 ? "right" : "left",
      font: { color: colour, size: 12 },
    })),
  };
}
