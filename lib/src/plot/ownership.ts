/** Who has which partition of a topic, over time: what a rebalance of a group looks like. */
import { defaultConfig, fixedAxis, type Figure, type JsonObject, type Trace } from "./figure.ts";
import { formatSeconds } from "../format/index.ts";
import { escapeLabel } from "./markup.ts";

/** A time during which somebody has a partition. */
export interface OwnedTime {
  readonly partition: number;
  readonly member: string;
  /** In seconds. */
  readonly from: number;
  readonly until: number;
}

/** Something that happened, named above the bars. */
export interface TimelineMark {
  readonly name: string;
  /** In seconds. */
  readonly at: number;
}

const ROW_PIXELS = 36;
const BAR_PIXELS = 11;

/**
 * A row for each partition, a bar for each time that a member has it, in the member's colour and with its name. Where there is no bar, nobody has it.
 *
 * @example
 * ```ts
 * import { ownershipTimeline } from "streambook/plot";
 * const times = [{ partition: 0, member: "A", from: 0, until: 4 }, { partition: 0, member: "B", from: 5, until: 9 }];
 * console.assert(ownershipTimeline(times, [{ name: "B joins", at: 4 }]).data.length === 2);
 * ```
 */
export function ownershipTimeline(times: readonly OwnedTime[], marks: readonly TimelineMark[] = []): Figure {
  const members = [...new Set(times.map(({ member }) => member))].sort();
  const partitions = [...new Set(times.map(({ partition }) => partition))].sort((a, b) => a - b);
  const end = Math.max(0, ...times.map(({ until }) => until), ...marks.map(({ at }) => at));
  return {
    data: members.map((member) =>
      traceOf(
        member,
        times.filter((one) => one.member === member),
        partitions,
      ),
    ),
    layout: {
      height: partitions.length * ROW_PIXELS + 150,
      margin: { l: 16, r: 16, t: 72, b: 76 },
      hovermode: "closest",
      dragmode: false,
      legend: { orientation: "h", x: 0, y: -0.2, yanchor: "top", traceorder: "normal" },
      xaxis: { ...fixedAxis, title: { text: "seconds" }, range: [0, end * 1.02 || 1], showgrid: false },
      yaxis: {
        ...fixedAxis,
        title: { text: "partition" },
        automargin: true,
        range: [partitions.length - 0.5, -0.8],
        tickvals: partitions.map((_, index) => index),
        ticktext: partitions.map(String),
        showgrid: false,
      },
      shapes: marks.map(({ at }): JsonObject => ({
        type: "line",
        x0: at,
        x1: at,
        yref: "paper",
        y0: 0,
        y1: 1,
        line: { width: 1, dash: "dot" },
      })),
      annotations: [
        ...times.map((time) => nameOf(time, partitions)),
        ...marks.map(({ name, at }, index): JsonObject => ({
          text: escapeLabel(name),
          x: at,
          xanchor: at > end * 0.75 ? "right" : "left",
          yref: "paper",
          y: 1,
          yshift: index % 2 === 0 ? 2 : 18, // neighbours stand above each other
          yanchor: "bottom",
          showarrow: false,
        })),
      ],
    },
    config: defaultConfig,
  };
}

/** The member's name, at the beginning of its bar: for those who see no colours. */
function nameOf({ member, partition, from }: OwnedTime, partitions: readonly number[]): JsonObject {
  return {
    text: escapeLabel(member),
    font: { size: 11 },
    x: from,
    xanchor: "left",
    y: partitions.indexOf(partition),
    yanchor: "bottom",
    yshift: BAR_PIXELS / 2,
    showarrow: false,
  };
}

function traceOf(member: string, times: readonly OwnedTime[], partitions: readonly number[]): Trace {
  const said = ({ partition, from, until }: OwnedTime): string =>
    escapeLabel(`${member} has partition ${partition} for ${formatSeconds(until - from)}, from ${formatSeconds(from)}`);
  return {
    type: "scatter",
    mode: "lines",
    name: escapeLabel(member),
    // lines, as the theme has a colour for each series of them; nothing between one time and the next
    x: times.flatMap(({ from, until }) => [from, until, null]),
    y: times.flatMap(({ partition }) => [partitions.indexOf(partition), partitions.indexOf(partition), null]),
    line: { width: BAR_PIXELS },
    text: times.flatMap((time) => [said(time), said(time), ""]),
    hovertemplate: "%{text}<extra></extra>",
  };
}
