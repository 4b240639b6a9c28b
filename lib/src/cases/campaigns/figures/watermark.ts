/** The watermark as a line that moves through the views as they come, and what waiting for late ones costs. */
import { clusterColour, defaultConfig, type Figure, type Trace } from "../../../plot/index.ts";
import { type Arrival, LAG_STEP, type WatermarkBatch } from "../replay.ts";

/** What {@link watermarkFigure} draws. */
export interface WatermarkFigureOptions {
  /** Some of the views. */
  readonly sample: readonly Arrival[];
  /** Of the stream, in their order. */
  readonly batches: readonly WatermarkBatch[];
}

/** Views by when they came and when they ended; those that fell below the line were left out. */
export function watermarkFigure({ sample, batches }: WatermarkFigureOptions): Figure {
  const dots = (name: string, arrivals: readonly Arrival[], marker: Trace): Trace => ({
    type: "scatter",
    mode: "markers",
    name,
    x: arrivals.map(({ index }) => index),
    y: arrivals.map(({ end }) => timeOf(end)),
    marker,
    hovertemplate: "after %{x:,} messages<br>ended %{y|%H:%M:%S}<extra></extra>",
  });
  return {
    data: [
      dots(
        "on time",
        sample.filter(({ isLate }) => !isLate),
        { type: "scatter", size: 3, opacity: 0.6, color: clusterColour(0) },
      ),
      dots(
        "late: left out",
        sample.filter(({ isLate }) => isLate),
        { type: "scatter", size: 5, symbol: "x", color: clusterColour(1) },
      ),
      lineOf(batches),
    ],
    layout: {
      height: 460,
      margin: { l: 8, r: 16, t: 8, b: 48 },
      dragmode: false,
      hovermode: "closest",
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      xaxis: { fixedrange: true, title: { text: "messages that came before" }, tickformat: ",~s", rangemode: "tozero" },
      yaxis: { fixedrange: true, title: { text: "when the view ended (event time)" }, tickformat: "%H:%M" },
    },
    config: defaultConfig,
  };
}

/** A batch is held against the watermark that the one before it has brought: the line moves in steps, between batches. */
function lineOf(batches: readonly WatermarkBatch[]): Trace {
  const steps = batches.flatMap(({ ends }, index) => {
    const watermark = batches[index - 1]?.watermark ?? -Infinity;
    const from = batches[index - 1]?.ends ?? [];
    return Number.isFinite(watermark) ? [{ x: sum(from), until: sum(ends), y: timeOf(watermark) }] : [];
  });
  const last = steps.at(-1);
  return {
    type: "scatter",
    mode: "lines",
    name: "watermark",
    line: { shape: "hv", width: 2.5, color: clusterColour(3) },
    x: [...steps.map(({ x }) => x), ...(last === undefined ? [] : [last.until])],
    y: [...steps.map(({ y }) => y), ...(last === undefined ? [] : [last.y])],
    hovertemplate: "watermark %{y|%H:%M:%S}<extra></extra>",
  };
}

/** Watermarks that are compared, in seconds. */
const LENGTHS = [0, 15, 30, 60, 120, 180, 300, 600, 900];

/**
 * The share of views that a watermark of a length leaves out, and how long after its end a minute is known.
 *
 * @param lags how many views were so many steps of {@link LAG_STEP} seconds behind the newest
 */
export function waitingFigure(lags: readonly number[]): Figure {
  const all = sum(lags);
  const lost = LENGTHS.map((seconds) => (all === 0 ? 0 : (100 * sum(lags.slice(seconds / LAG_STEP))) / all));
  return {
    data: [
      {
        type: "scatter",
        mode: "lines+markers+text",
        x: LENGTHS.map((seconds) => seconds / 60),
        y: lost,
        text: lost.map((share) => (share === 0 ? "none" : `${share.toFixed(share < 1 ? 2 : 0)} %`)),
        textposition: "top right",
        line: { width: 2.5, color: clusterColour(3) },
        marker: { size: 8, color: clusterColour(3) },
        hovertemplate: "a watermark of %{x:.2~f} min leaves out %{y:.2f} %<extra></extra>",
      },
    ],
    layout: {
      height: 340,
      margin: { l: 8, r: 40, t: 24, b: 48 },
      dragmode: false,
      xaxis: {
        fixedrange: true,
        title: { text: "minutes that the stream waits: every answer comes so much later" },
        ticksuffix: " min",
        rangemode: "tozero",
      },
      yaxis: {
        fixedrange: true,
        title: { text: "views left out" },
        ticksuffix: " %",
        type: "log",
        range: [-2.3, 2.2],
        tickvals: [0.01, 0.1, 1, 10, 100],
      },
    },
    config: defaultConfig,
  };
}

/** As Plotly reads a time. */
function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, -1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
