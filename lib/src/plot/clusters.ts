/** Clusters in the plane, and the words that distinguish them. */
import { defaultConfig, fixedAxis, type Figure, type JsonObject, type Trace } from "./figure.ts";
import { formatCount } from "../format/index.ts";
import { escapeLabel, excerpt, wrapLines } from "./markup.ts";
import { clusterSymbol } from "./palette.ts";

/** One chunk of text as a point of the plane. */
export interface ClusterPoint {
  readonly x: number;
  readonly y: number;
  /** Id of its cluster, 0 or more. */
  readonly cluster: number;
  /** Name of the text that it is from. */
  readonly file: string;
  /** What it says, or the start of it. */
  readonly excerpt: string;
}

/** A cluster and its top terms. */
export interface ClusterTerms {
  readonly id: number;
  /** How many chunks it holds. */
  readonly size: number;
  /** Of the largest weight first. */
  readonly terms: readonly string[];
  /** The weight of each term, in any unit; equal steps are drawn without it. */
  readonly weights?: readonly number[];
}

/**
 * A scatter plot of chunks, one series a cluster in the order of ids, so that colours and marks belong to ids; pointing at a mark
 * shows the text of the chunk.
 *
 * @param points chunks, projected to the plane
 * @param clusters which there are, with the words for the legend
 *
 * @example
 * ```ts
 * import { clusterPlane } from "streambook/plot";
 * const points = [{ x: 0.1, y: 0.3, cluster: 0, file: "sea.txt", excerpt: "The <sea> is calm." }];
 * const figure = clusterPlane(points, [{ id: 0, size: 1, terms: ["sea"] }]);
 * console.assert(JSON.stringify(figure).includes("The &lt;sea&gt; is calm."));
 * ```
 */
export function clusterPlane(points: readonly ClusterPoint[], clusters: readonly ClusterTerms[]): Figure {
  const size = points.length > 1500 ? 5 : 8;
  return {
    data: clusterIds(points, clusters).map((id): Trace => {
      const own = points.filter(({ cluster }) => cluster === id);
      return {
        type: "scatter",
        mode: "markers",
        name: clusterName(clusters.find((cluster) => cluster.id === id) ?? { id, terms: [] }),
        x: own.map(({ x }) => round(x)),
        y: own.map(({ y }) => round(y)),
        text: own.map(hoverText),
        marker: { symbol: clusterSymbol(id), size, opacity: 0.85 },
        hovertemplate: `%{text}<extra>cluster ${id}</extra>`,
      };
    }),
    layout: {
      height: 560,
      margin: { l: 8, r: 8, t: 8, b: 8 },
      hovermode: "closest",
      legend: { orientation: "h", x: 0, y: -0.02, yanchor: "top" },
      xaxis: { visible: false },
      yaxis: { visible: false },
    },
    config: defaultConfig,
  };
}

/** Every id from 0 to the largest, so that the number of a series is the id of its cluster. */
function clusterIds(points: readonly ClusterPoint[], clusters: readonly ClusterTerms[]): number[] {
  let largest = -1;
  for (const { id } of clusters) largest = Math.max(largest, id);
  for (const { cluster } of points) largest = Math.max(largest, cluster);
  return Array.from({ length: largest + 1 }, (_, id) => id);
}

/** `3 · honey, swarm, comb`, escaped for a label of a figure. */
export function clusterName({ id, terms }: Pick<ClusterTerms, "id" | "terms">, count = 3): string {
  return escapeLabel([String(id), terms.slice(0, count).join(", ")].filter((part) => part !== "").join(" · "));
}

function hoverText({ file, excerpt: text }: ClusterPoint): string {
  const lines = wrapLines(excerpt(text, 160), 48).map(escapeLabel);
  return [`<b>${escapeLabel(excerpt(file, 48))}</b>`, ...lines].join("<br>");
}

function round(value: number): number {
  return Number(value.toPrecision(5));
}

/**
 * Small multiples of bars, one for each cluster: its top terms, the heaviest on top.
 *
 * @example
 * ```ts
 * import { topTermsBars } from "streambook/plot";
 * const figure = topTermsBars([{ id: 0, size: 40, terms: ["honey", "swarm"], weights: [0.9, 0.5] }]);
 * console.assert(figure.data.length === 1);
 * ```
 */
export function topTermsBars(clusters: readonly ClusterTerms[], options: TopTermsOptions = {}): Figure {
  const { count = 8, columns = 3 } = options;
  const rows = Math.ceil(clusters.length / columns);
  return {
    data: clusters.map(({ id, terms, weights }, index): Trace => {
      const shown = terms.slice(0, count);
      return {
        type: "bar",
        orientation: "h",
        name: String(id),
        x: shown.map((_, rank) => weights?.[rank] ?? count - rank),
        y: shown.map((_, rank) => -rank),
        text: shown.map(escapeLabel),
        textposition: "auto",
        insidetextanchor: "start",
        hovertemplate: "%{text}<extra></extra>",
        ...axesOf(index),
      };
    }),
    layout: {
      height: rows * (count * 24 + 56),
      grid: { rows, columns, pattern: "independent", ygap: 0.22, xgap: 0.08 },
      margin: { l: 8, r: 8, t: 32, b: 8 },
      showlegend: false,
      ...Object.fromEntries<JsonObject>(
        clusters.flatMap(({ id, size, terms }, index) => {
          const suffix = index === 0 ? "" : String(index + 1);
          const title = { text: `<b>${id}</b> · ${formatCount(size)}`, standoff: 4 };
          const x = { ...fixedAxis, side: "top", showticklabels: false, showgrid: false, title };
          const y = { ...fixedAxis, visible: false, range: [0.6 - Math.min(count, terms.length || 1), 0.6] };
          return [
            [`xaxis${suffix}`, x],
            [`yaxis${suffix}`, y],
          ];
        }),
      ),
    },
    config: defaultConfig,
  };
}

/** Options of {@link topTermsBars}. */
export interface TopTermsOptions {
  /** Terms shown of each cluster. @default 8 */
  readonly count?: number;
  /** Charts side by side. @default 3 */
  readonly columns?: number;
}

function axesOf(index: number): { xaxis: string; yaxis: string } {
  const suffix = index === 0 ? "" : String(index + 1);
  return { xaxis: `x${suffix}`, yaxis: `y${suffix}` };
}
