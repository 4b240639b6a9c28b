/** Writes what a run came to: `report.html` for people, `report.json` for programs, and `texts.ndjson` with every text. */
import { join } from "node:path";
import { toJson } from "../json/index.ts";
import { plotlySource } from "../plot/index.ts";
import { makeOutputFolder, writingInto } from "../project/index.ts";
import { failuresFirst, reportFile } from "./limits.ts";
import { reportPage } from "./page.ts";
import type { ReportText, RunReport } from "./types.ts";
import { writeWhole } from "./write-whole.ts";

/** Where {@link writeReport} wrote. */
export interface WrittenReport {
  readonly json: string;
  readonly html: string;
  readonly texts: string;
}

/**
 * Writes `report.json`, `report.html` and `texts.ndjson` into a folder, which is made if it is missing. Each file appears whole or not at
 * all. The first two stay below 5 MB each whatever the run: of long lists they have a part, and say how much more there is.
 * `texts.ndjson` has one line of JSON for every text, those that are not identical first.
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
 * import { writeReport, type RunReport } from "streambook/report";
 * const run: RunReport = {
 *   startedAt: "2026-03-04T09:30:00Z", seconds: 60, streams: 1, messages: 1, deadLetters: 0,
 *   counts: { sent: 1, rows: 1, distinctOffsets: 1 }, identical: true,
 *   texts: [{ file: "a.txt", uri: "/maple.md", bytes: 2, sha256: "8f43", rebuiltSha256: "8f43", identical: true }],
 *   stages: [], clusters: [], points: [], heatMap: { files: [], clusters: [], counts: [] }, quality: {},
 *   settings: {}, versions: {}, links: [],
 *   machine: { cores: 2, memory: 8e9, node: "24.21.0", jdk: "17.0.15", system: "Linux x64" },
 * };
 * const { json } = await writeReport(run, await mkdtemp(join(tmpdir(), "report-")));
 * console.assert(JSON.parse(await readFile(json, "utf8")).identical === true);
 * ```
 */
export async function writeReport(run: RunReport, folder: string): Promise<WrittenReport> {
  const html = reportPage(run, await plotlySource());
  const written = {
    json: join(folder, "report.json"),
    html: join(folder, "report.html"),
    texts: join(folder, "texts.ndjson"),
  };
  await makeOutputFolder(folder);
  await writingInto(folder, async () => {
    await writeWhole(written.texts, linesOf(failuresFirst(run.texts)));
    await writeWhole(written.json, `${toJson(reportFile(run), 2)}\n`);
    await writeWhole(written.html, html);
  });
  return written;
}

/** One line of JSON for each text, in pieces. */
function* linesOf(texts: readonly ReportText[]): Generator<string> {
  for (let from = 0; from < texts.length; from += 1000)
    yield texts
      .slice(from, from + 1000)
      .map((text) => `${toJson(text)}\n`)
      .join("");
}
