/**
 * How much of a run a report shows. A folder may hold ten texts or a hundred thousand; the report stays a few megabytes and opens
 * at once: of each long list the most informative part, and how many more there are.
 */
import { escapeLabel, excerpt } from "../plot/index.ts";
import type { ReportCluster, ReportFile, ReportHeatMap, ReportPoint, ReportText, RunReport } from "./types.ts";

/** Most points of the plane. */
const MOST_POINTS = 4000;

/** Characters of the excerpt of a point. */
const EXCERPT_LENGTH = 160;

/** Most bytes that the names and excerpts of all points take on the page. */
const MOST_EXCERPT_BYTES = 1_000_000;

/** Most texts in `report.json`; `texts.ndjson` has them all. */
const MOST_TEXTS = 1000;

/** Texts on the page: those that are not identical up to the first number, the others as long as there are fewer than the second. */
const MOST_FAILED_SHOWN = 500;
const TEXTS_SHOWN = 30;

/** Most rows and columns of the heat map, and most clusters that are shown one by one. */
const MOST_ROWS = 40;
const MOST_CLUSTERS = 40;

/** Most moments of a rate over time. */
const MOST_MOMENTS = 500;

/** The run as `report.json` holds it: its long lists cut, with their lengths beside them. */
export function reportFile(run: RunReport): ReportFile {
  const { rates, texts } = run;
  return {
    ...run,
    texts: failuresFirst(texts).slice(0, MOST_TEXTS),
    textsTotal: texts.length,
    textsIdentical: texts.filter(({ identical }) => identical).length,
    points: samplePoints(run.points),
    ...(rates !== undefined && {
      rates: rates.map(({ name, seconds, messagesPerSecond }) => ({
        name,
        seconds: evenly(seconds, MOST_MOMENTS),
        messagesPerSecond: evenly(messagesPerSecond, MOST_MOMENTS),
      })),
    }),
  };
}

/** The texts in their order, those that are not identical before the others. */
export function failuresFirst(texts: readonly ReportText[]): ReportText[] {
  return [...texts.filter(({ identical }) => !identical), ...texts.filter(({ identical }) => identical)];
}

/** The texts that stand on the page: those that are not identical, as many as a page holds, then some of the others. */
export function textsShown(texts: readonly ReportText[]): ReportText[] {
  const failed = texts.filter(({ identical }) => !identical).length;
  return failuresFirst(texts).slice(0, Math.min(MOST_FAILED_SHOWN, Math.max(failed, TEXTS_SHOWN)));
}

/** The clusters that are shown one by one: the largest, in the order of their ids. */
export function clustersShown(clusters: readonly ReportCluster[]): ReportCluster[] {
  return largest(clusters, MOST_CLUSTERS, ({ size }) => size);
}

/** How many chunks of a text fell into a cluster. */
export interface HeatMapCell {
  readonly file: string;
  readonly cluster: number;
  readonly count: number;
}

/**
 * The heat map of texts and clusters: of many texts those with the most chunks, of many clusters the largest.
 *
 * @param files names of the texts; those without a chunk have a row, too
 * @param sizes chunks of each cluster, by its id
 */
export function heatMapOf(
  cells: readonly HeatMapCell[],
  files: Iterable<string>,
  sizes: readonly number[],
): ReportHeatMap {
  const chunks = new Map([...new Set(files)].sort().map((file) => [file, 0]));
  for (const { file, count } of cells) chunks.set(file, (chunks.get(file) ?? 0) + count);
  const rows = largest([...chunks.keys()], MOST_ROWS, (file) => chunks.get(file) ?? 0);
  const columns = largest([...sizes.keys()], MOST_CLUSTERS, (id) => sizes[id] ?? 0);
  const rowOf = new Map(rows.map((file, index) => [file, index]));
  const columnOf = new Map(columns.map((id, index) => [id, index]));
  const counts = rows.map(() => columns.map(() => 0));
  const others = rows.map(() => 0);
  for (const { file, cluster, count } of cells) {
    const row = rowOf.get(file);
    if (row === undefined) continue;
    const column = columnOf.get(cluster);
    if (column === undefined) others[row]! += count;
    else counts[row]![column]! += count;
  }
  return { files: rows, clusters: columns, counts, ...(columns.length < sizes.length && { others }) };
}

/** The items that measure most, in the order they came. */
function largest<T>(items: readonly T[], limit: number, measure: (item: T) => number): T[] {
  if (items.length <= limit) return [...items];
  const kept = new Set(
    [...items.keys()].sort((a, b) => measure(items[b] as T) - measure(items[a] as T) || a - b).slice(0, limit),
  );
  return items.filter((_, index) => kept.has(index));
}

/**
 * A sample of points that is spread evenly over all of them, so that every text and every moment keeps its share, with excerpts cut short.
 *
 * @param limit most points to keep
 *
 * @example
 * ```ts
 * import { samplePoints } from "streambook/report";
 * const points = [0, 1, 2, 3].map((x) => ({ x, y: 0, cluster: 0, file: "a.txt", excerpt: "" }));
 * console.assert(samplePoints(points, 2).map(({ x }) => x).join() === "0,2");
 * ```
 */
export function samplePoints(points: readonly ReportPoint[], limit = MOST_POINTS): ReportPoint[] {
  const kept = evenly(points, limit).map((point) => ({ ...point, excerpt: excerpt(point.excerpt, EXCERPT_LENGTH) }));
  const bytes = kept.reduce((sum, { file, excerpt }) => sum + bytesOnPage(file) + bytesOnPage(excerpt), 0);
  if (bytes <= MOST_EXCERPT_BYTES) return kept;
  return evenly(kept, Math.floor((kept.length * MOST_EXCERPT_BYTES) / bytes));
}

/** A chunk that is all quotes or ampersands is several times as long on the page as in its text. */
function bytesOnPage(text: string): number {
  return Buffer.byteLength(JSON.stringify(escapeLabel(text)));
}

function evenly<T>(values: readonly T[], limit: number): T[] {
  if (values.length <= limit) return [...values];
  return Array.from({ length: limit }, (_, index) => values[Math.floor((index * values.length) / limit)] as T);
}
