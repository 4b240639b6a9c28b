/** What a run's report says of the clusters: read back from Hive, not remembered from the consumer. */
import {
  adjustedRandIndex,
  normalizedMutualInformation,
  projectToPlane,
  purity,
  topTerms,
} from "../../cluster/index.ts";
import { type HiveSession, identifier } from "../../hive/index.ts";
import { excerpt } from "../../plot/index.ts";
import {
  heatMapOf,
  type HeatMapCell,
  type ReportCluster,
  type ReportCounts,
  type ReportHeatMap,
  type ReportPoint,
  type ReportQuality,
} from "../../report/index.ts";
import { DocumentFrequencies, englishStopWords, SlidingWindow, stem, TermCounter, tokenize } from "../../text/index.ts";

/** What is found in the table. */
export interface Analysis {
  readonly counts: Omit<ReportCounts, "sent">;
  readonly clusters: readonly ReportCluster[];
  readonly points: readonly ReportPoint[];
  readonly heatMap: ReportHeatMap;
  readonly quality: ReportQuality;
}

/** Rows that are read for the words and the picture; of more, an even part is taken. */
const SAMPLE = 20_000;
const TERMS = 10;
const LONGEST_TERM = 40;

interface Cell {
  readonly uri: string;
  readonly cluster: number;
  readonly rows: number;
}

interface Row {
  readonly uri: string;
  readonly seq: number;
  readonly cluster: number;
  readonly chunk: string;
}

/**
 * Looks at the rows of some streams.
 *
 * @param table the Hive table
 * @param files name of the text by `destination_uri`; rows of other streams are counted, but not shown
 * @param clusters how many clusters there are
 * @throws as {@link HiveSession.query}
 */
export async function analyse(
  hive: Pick<HiveSession, "query">,
  table: string,
  files: ReadonlyMap<string, string>,
  clusters: number,
): Promise<Analysis> {
  const cells = (
    await hive.query(
      `SELECT destination_uri, cluster, COUNT(*) AS n FROM ${identifier(table)} GROUP BY destination_uri, cluster`,
    )
  ).map((row): Cell => ({
    uri: String(row["destination_uri"]),
    cluster: Number(row["cluster"]),
    rows: Number(row["n"]),
  }));
  // Over the whole table: a message that was written twice may have come into two clusters.
  const [counted] = await hive.query(
    `SELECT COUNT(DISTINCT kafka_partition, kafka_offset) AS offsets FROM ${identifier(table)}`,
  );
  const total = sum(cells.map(({ rows }) => rows));
  const rows = await readRows(hive, table, total);
  const sizes = sizesOf(cells, clusters);
  const ofFiles = cells.flatMap(({ uri, cluster, rows }): HeatMapCell[] => {
    const file = files.get(uri);
    return file === undefined || !(cluster in sizes) ? [] : [{ file, cluster, count: rows }];
  });
  return {
    counts: { rows: total, distinctOffsets: Number(counted?.["offsets"] ?? 0) },
    clusters: describe(sizes, rows),
    points: project(rows, files),
    heatMap: heatMapOf(ofFiles, files.values(), sizes),
    quality: qualityOf(ofFiles),
  };
}

/** Rows of each cluster, by its id. */
function sizesOf(cells: readonly Cell[], clusters: number): number[] {
  const sizes = Array.from({ length: clusters }, () => 0);
  for (const { cluster, rows } of cells) if (cluster in sizes) sizes[cluster]! += rows;
  return sizes;
}

async function readRows(hive: Pick<HiveSession, "query">, table: string, total: number): Promise<Row[]> {
  const every = Math.ceil(total / SAMPLE);
  const sampled = every > 1 ? ` WHERE pmod(hash(destination_uri, seq), ${every}) = 0` : "";
  const rows = await hive.query(`SELECT destination_uri, seq, cluster, chunk FROM ${identifier(table)}${sampled}`);
  return rows
    .map((row): Row => ({
      uri: String(row["destination_uri"]),
      seq: Number(row["seq"]),
      cluster: Number(row["cluster"]),
      chunk: String(row["chunk"]),
    }))
    .sort((a, b) => (a.uri < b.uri ? -1 : a.uri > b.uri ? 1 : a.seq - b.seq));
}

function describe(sizes: readonly number[], rows: readonly Row[]): ReportCluster[] {
  const documents = rows.map(({ cluster, chunk }) => ({
    label: cluster,
    terms: tokenize(chunk).filter((word) => word.length > 1 && !englishStopWords.has(word)),
  }));
  const terms = new Map(
    topTerms(documents, { count: TERMS, merge: stem }).map(({ id, terms }) => [id, terms] as const),
  );
  // A word of a text without blanks is as long as its chunk.
  return sizes.map((size, id) => ({
    id,
    size,
    terms: (terms.get(id) ?? []).map((term) => excerpt(term, LONGEST_TERM)),
  }));
}

/** The chunks in the plane, as the consumer saw them: each with the window of its stream that ends with it. */
function project(rows: readonly Row[], files: ReadonlyMap<string, string>): ReportPoint[] {
  const shown = rows.filter(({ uri }) => files.has(uri));
  const counter = new TermCounter();
  const frequencies = new DocumentFrequencies();
  const windows = new Map<string, SlidingWindow>();
  const counts = shown.map(({ uri, chunk }) => {
    const own = counter.count(chunk);
    frequencies.add(own);
    const window = windows.get(uri) ?? new SlidingWindow();
    windows.set(uri, window);
    const { indices, counts, words } = window.push(own);
    return { indices: indices.slice(), counts: counts.slice(), words };
  });
  const plane = projectToPlane(
    counts.map((one) => frequencies.weigh(one)),
    { features: frequencies.features },
  );
  return shown.map(({ uri, cluster, chunk }, index) => ({
    x: plane[index]?.x ?? 0,
    y: plane[index]?.y ?? 0,
    cluster,
    file: files.get(uri) ?? uri,
    excerpt: chunk.slice(0, 200),
  }));
}

/** Agreement of clusters and texts, from the counts of both: exact, whatever the number of rows. */
function qualityOf(cells: readonly HeatMapCell[]): ReportQuality {
  const labels: number[] = [];
  const truth: string[] = [];
  for (const { file, cluster, count } of cells) {
    for (let i = 0; i < count; i++) {
      labels.push(cluster);
      truth.push(file);
    }
  }
  if (labels.length === 0) return {};
  return {
    purity: purity(labels, truth),
    nmi: normalizedMutualInformation(labels, truth),
    ari: adjustedRandIndex(labels, truth),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
