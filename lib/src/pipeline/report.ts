/** Writes what a run came to: `report.json` for programs, `report.html` for people. */
import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { excerpt, plotlySource } from "../plot/index.ts";
import { reportPage } from "./report-page.ts";
import type { ReportPoint, RunReport } from "./report-types.ts";

/** Most points of the plane that a report holds. */
const MAXIMUM_POINTS = 4000;

/** Most bytes of excerpts that a report holds, so that the page stays quick to open. */
const MAXIMUM_EXCERPT_BYTES = 700_000;

/** Characters of an excerpt. */
const EXCERPT_LENGTH = 160;

/** Where {@link writeReport} wrote. */
export interface WrittenReport {
  readonly json: string;
  readonly html: string;
}

/**
 * Writes `report.json` and `report.html` into a folder, which is made if it is missing. Each file appears whole or not at all. Of more than 4,000
 * points a sample is kept, and the page says so.
 *
 * @param run the run; not changed
 * @param folder path of the folder
 * @throws SETUP_MISSING when plotly.js is not installed; the file system's error when the folder cannot be written
 *
 * @example
 * ```ts
 * import { mkdtemp, readFile } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * import { writeReport, type RunReport } from "streambook/pipeline";
 * const run: RunReport = {
 *   startedAt: "2026-03-04T09:30:00Z", seconds: 60, streams: 1, messages: 1, rows: 1, deadLetters: 0,
 *   counts: { sent: 1, rows: 1, distinctOffsets: 1 }, identical: true,
 *   texts: [{ file: "a.txt", uri: "/maple.md", bytes: 2, sha256: "8f43", rebuiltSha256: "8f43", identical: true }],
 *   stages: [], clusters: [], points: [], pointsTotal: 0, heatMap: { files: [], clusters: [], counts: [] }, quality: {},
 *   settings: {}, versions: {}, links: [],
 *   machine: { cores: 2, memory: 8e9, node: "24.21.0", jdk: "17.0.15", system: "Linux x64" },
 * };
 * const { json } = await writeReport(run, await mkdtemp(join(tmpdir(), "report-")));
 * console.assert(JSON.parse(await readFile(json, "utf8")).identical === true);
 * ```
 */
export async function writeReport(run: RunReport, folder: string): Promise<WrittenReport> {
  const trimmed = { ...run, points: samplePoints(run.points) };
  const html = reportPage(trimmed, await plotlySource());
  const written = { json: join(folder, "report.json"), html: join(folder, "report.html") };
  await mkdir(folder, { recursive: true });
  await writeWhole(written.json, `${JSON.stringify(trimmed, undefined, 2)}\n`);
  await writeWhole(written.html, html);
  return written;
}

/**
 * A sample of points that is spread evenly over all of them, so that every text and every moment keeps its share, with excerpts cut short.
 *
 * @param limit most points to keep
 *
 * @example
 * ```ts
 * import { samplePoints } from "streambook/pipeline";
 * const points = [0, 1, 2, 3].map((x) => ({ x, y: 0, cluster: 0, file: "a.txt", excerpt: "" }));
 * console.assert(samplePoints(points, 2).map(({ x }) => x).join() === "0,2");
 * ```
 */
export function samplePoints(points: readonly ReportPoint[], limit = MAXIMUM_POINTS): ReportPoint[] {
  const kept = evenly(points, limit).map((point) => ({ ...point, excerpt: excerpt(point.excerpt, EXCERPT_LENGTH) }));
  const bytes = kept.reduce((sum, point) => sum + Buffer.byteLength(point.excerpt), 0);
  if (bytes <= MAXIMUM_EXCERPT_BYTES) return kept;
  return evenly(kept, Math.floor((kept.length * MAXIMUM_EXCERPT_BYTES) / bytes));
}

function evenly<T>(values: readonly T[], limit: number): T[] {
  if (values.length <= limit) return [...values];
  return Array.from({ length: limit }, (_, index) => values[Math.floor((index * values.length) / limit)] as T);
}

/** Writes beside the place and renames, so that a reader never meets half a file. */
async function writeWhole(path: string, content: string): Promise<void> {
  const beside = `${path}.${randomUUID()}.partial`;
  try {
    const file = await open(beside, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
