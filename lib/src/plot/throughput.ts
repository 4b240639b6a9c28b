/** How many messages a second: by stage, and over time. */
import { labelledBars } from "./bars.ts";
import { defaultConfig, fixedAxis, type Figure } from "./figure.ts";
import { formatCount } from "../format/index.ts";
import { escapeLabel } from "./markup.ts";

/** The rate of one stage. */
export interface StageRate {
  readonly name: string;
  readonly messagesPerSecond: number;
}

/**
 * Bars of messages a second, one a stage.
 *
 * @example
 * ```ts
 * import { stageRates } from "streambook/plot";
 * const figure = stageRates([{ name: "produce", messagesPerSecond: 90000 }, { name: "consume", messagesPerSecond: 25000 }]);
 * console.assert(figure.data[0]?.type === "bar");
 * ```
 */
export function stageRates(stages: readonly StageRate[]): Figure {
  const bars = stages.map(({ name, messagesPerSecond }) => ({
    name,
    label: `${formatCount(messagesPerSecond)} messages/s`,
    length: messagesPerSecond,
  }));
  return labelledBars(bars, "messages a second", { tickformat: ",~s" });
}

/** The rate of one stage as it went on. */
export interface RateSeries {
  readonly name: string;
  /** Seconds since the run began, ascending. */
  readonly seconds: readonly number[];
  /** Messages a second at each of these moments. */
  readonly messagesPerSecond: readonly number[];
}

/**
 * Lines of messages a second over the time of the run.
 *
 * @example
 * ```ts
 * import { ratesOverTime } from "streambook/plot";
 * const figure = ratesOverTime([{ name: "produced", seconds: [1, 2, 3], messagesPerSecond: [0, 900, 1000] }]);
 * console.assert(figure.data[0]?.type === "scatter");
 * ```
 */
export function ratesOverTime(series: readonly RateSeries[]): Figure {
  return {
    data: series.map(({ name, seconds, messagesPerSecond }) => ({
      type: "scatter",
      mode: seconds.length === 1 ? "markers" : "lines",
      name: escapeLabel(name),
      x: seconds,
      y: messagesPerSecond,
      line: { width: 2.5 },
      hovertemplate: "%{x:.1f} s: %{y:,.0f} messages/s",
    })),
    layout: {
      height: 300,
      margin: { l: 8, r: 16, t: 8, b: 48 },
      hovermode: "x unified",
      dragmode: false,
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      xaxis: { ...fixedAxis, title: { text: "seconds since the run began" }, ticksuffix: " s" },
      yaxis: { ...fixedAxis, title: { text: "messages a second" }, rangemode: "tozero", tickformat: ",~s" },
    },
    config: defaultConfig,
  };
}
