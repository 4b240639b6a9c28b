/** The groups of docs/scale.md: ten times as many partitions each, on ten times as many consumers, each with as much to do. */
import { SESSION_TIMEOUT } from "../../lib/src/kafka/index.ts";
import { formatCount, markdownTable } from "../../lib/src/format/index.ts";
import { escapeHtml, themes } from "../../lib/src/plot/index.ts";
import { type Scenario, simulate, type Simulation } from "./simulate.ts";

/** Messages of 1.2 KB that one consumer takes to rows in Hive, a second: the README's figure, with stems. */
export const CONSUMER_RATE = 19_000;
const PARTITIONS_EACH = 10;
/** A consumer has this part of what it can do to do; the rest is for catching up. */
const LOAD = 0.6;
const SESSION = SESSION_TIMEOUT / 1000;
/** Static members are given a session that is longer than a restart. */
const STATIC_SESSION = 60;

const SIZES = [10, 100, 1000, 10_000] as const;
const HOURS = 1;

/** A group of so many partitions. */
function scenario(partitions: number, isStatic: boolean): Scenario {
  return {
    partitions,
    consumers: partitions / PARTITIONS_EACH,
    arrivals: (CONSUMER_RATE * LOAD) / PARTITIONS_EACH,
    rate: CONSUMER_RATE,
    deaths: 4, // a deployment, a node that is taken away, memory: each process ends some times a day
    restart: 20,
    session: isStatic ? STATIC_SESSION : SESSION,
    revoke: { median: 0.3, spread: 0.9 },
    position: 0.02,
    isStatic,
    seconds: HOURS * 3600,
    seed: 19,
  };
}

/** Both kinds of group, in each size. */
export interface Sizes {
  readonly partitions: number;
  readonly consumers: number;
  readonly dynamic: Simulation;
  readonly fixed: Simulation;
}

export function simulateAll(sizes: readonly number[] = SIZES): Sizes[] {
  return sizes.map((partitions) => ({
    partitions,
    consumers: partitions / PARTITIONS_EACH,
    dynamic: simulate(scenario(partitions, false)),
    fixed: simulate(scenario(partitions, true)),
  }));
}

/** The table of docs/scale.md. */
export function scaleTable(all: readonly Sizes[]): string {
  const cells = ({ rebalances, standing, median, worst }: Simulation): string[] => [
    formatCount(rebalances),
    `${(standing * 100).toFixed(1)} %`,
    `${median.toFixed(1)} s`,
    `${worst.toFixed(0)} s`,
  ];
  const head = [
    "partitions",
    "consumers",
    "members",
    "deaths",
    "rebalances",
    "stands",
    "behind, median",
    "worst partition",
  ];
  const rows = all.flatMap(({ partitions, consumers, dynamic, fixed }) =>
    (
      [
        ["dynamic", dynamic],
        ["static", fixed],
      ] as const
    ).map(([name, simulation]) => [
      formatCount(partitions),
      formatCount(consumers),
      name,
      formatCount(simulation.deaths),
      ...cells(simulation),
    ]),
  );
  return markdownTable(head, rows);
}

const [WIDTH, HEIGHT, LEFT, TOP, GAP] = [420, 170, 48, 44, 26] as const;

/** How far behind the fullest partition of each group is, over the hour, as one picture. */
export function scalePicture(all: readonly Sizes[]): string {
  const columns = 2;
  const rows = Math.ceil(all.length / columns);
  const [width, height] = [columns * WIDTH, rows * (HEIGHT + GAP) + TOP];
  const panels = all.map((one, index) => {
    const [x, y] = [(index % columns) * WIDTH, TOP + Math.floor(index / columns) * (HEIGHT + GAP)];
    return `<g transform="translate(${x} ${y})">${panel(one)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Seconds that the fullest partition is behind, over an hour, for groups of ${all.map(({ partitions }) => formatCount(partitions)).join(", ")} partitions">
<style>${STYLE}</style>
<rect class="ground" width="${width}" height="${height}"/>
<text class="head" x="${LEFT}" y="18">How far behind the fullest partition is, over an hour</text>
<path class="dynamic" d="M${LEFT} 30h18"/><text x="${LEFT + 24}" y="34">dynamic members</text>
<path class="fixed" d="M${LEFT + 150} 30h18"/><text x="${LEFT + 174}" y="34">static members</text>
${panels.join("\n")}
</svg>
`;
}

/** Shows few seconds and many: the axis goes by square roots. */
function panel({ partitions, consumers, dynamic, fixed }: Sizes): string {
  const [inner, high] = [WIDTH - LEFT - 16, HEIGHT - 40];
  const most = Math.max(16, dynamic.worst, fixed.worst);
  const y = (behind: number): number => 20 + high - (Math.sqrt(behind) / Math.sqrt(most)) * high;
  const marks = (most < 64 ? [0, 4, 16, 36] : [0, 16, 60, 300, 1200]).filter((value) => value <= most);
  const lines = marks.map(
    (value) =>
      `<path class="grid" d="M${LEFT} ${y(value).toFixed(1)}h${inner}"/><text class="mark" x="${LEFT - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value} s</text>`,
  );
  const minutes = [0, 15, 30, 45, 60].map(
    (minute) =>
      `<text class="mark" x="${(LEFT + (minute / 60) * inner).toFixed(1)}" y="${high + 36}" text-anchor="${minute === 60 ? "end" : "middle"}">${minute} min</text>`,
  );
  const title = `${formatCount(partitions)} partitions, ${formatCount(consumers)} ${consumers === 1 ? "consumer" : "consumers"}`;
  const path = (simulation: Simulation): string => pathOf(simulation, partitions, inner, y);
  return `<text x="${LEFT}" y="12">${escapeHtml(title)}</text>${lines.join("")}${minutes.join("")}
<path class="dynamic" d="${path(dynamic)}"/>
<path class="fixed" d="${path(fixed)}"/>`;
}

/** A point for each pixel: the worst moment that falls on it. */
function pathOf({ moments }: Simulation, partitions: number, inner: number, y: (behind: number) => number): string {
  const { arrivals } = scenario(partitions, false);
  const worst = new Float64Array(inner);
  for (const [index, { fullest }] of moments.entries()) {
    const pixel = Math.floor((index / moments.length) * inner);
    worst[pixel] = Math.max(worst[pixel]!, fullest / arrivals);
  }
  return `M${[...worst].map((behind, pixel) => `${LEFT + pixel} ${y(behind).toFixed(1)}`).join("L")}`;
}

const { light, dark } = themes;
const STYLE = `
.ground { fill: #fff } text { font: 12px system-ui, sans-serif; fill: ${light.ink} } .head { font-weight: 600 } .mark { font-size: 11px; fill: ${light.muted} }
.grid { stroke: ${light.line} } path { fill: none; stroke-width: 1.4; stroke-linejoin: round } .dynamic { stroke: ${light.bad} } .fixed { stroke: ${light.accent} }
@media (prefers-color-scheme: dark) { .ground { fill: #16181d } text { fill: ${dark.ink} } .mark { fill: ${dark.muted} } .grid { stroke: ${dark.line} } .dynamic { stroke: ${dark.bad} } .fixed { stroke: ${dark.accent} } }
`;
