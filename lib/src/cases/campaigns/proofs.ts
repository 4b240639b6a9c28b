/** What a run has found, and the plain answers that it is compared with. */
import { compareNumbers, compareRows, type Comparison, type Row } from "../report/compare-rows.ts";
import type { Compaction } from "./compact.ts";
import type { Correction } from "./correct.ts";
import { type ExpectedReport, timeOfMinute } from "./expected.ts";
import type { JobProgress } from "./job.ts";
import type { OpenCount } from "./open-minutes.ts";
import type { Replay, WatermarkBatch } from "./replay.ts";

/** What the stores have answered. */
export interface Found {
  readonly job: JobProgress;
  readonly batches: readonly WatermarkBatch[];
  /** The report as the stream has left it, and what was open then. */
  readonly streamed: readonly Row[];
  readonly open: readonly OpenCount[];
  readonly compaction: Compaction;
  /** The report after the compaction, and after the correction. */
  readonly compacted: readonly Row[];
  readonly correction: Correction;
  readonly corrected: readonly Row[];
  /** The same question, asked of the table of all views. */
  readonly ofAllViews: readonly Row[];
  /** Rows of that table, different views among them, and dead letters. */
  readonly rows: number;
  readonly views: number;
  readonly deadLetters: number;
}

/** The plain answers. */
export interface Plain {
  readonly report: ExpectedReport;
  readonly replay: Pick<Replay, "late" | "doubled">;
}

/** The columns by which rows of the report belong together. */
export const REPORT_KEY = ["network_id", "minute", "campaign_id"] as const;

/** Compares everything that was found. */
export function proofs(found: Found, { report, replay }: Plain): Comparison[] {
  const { job, streamed, open } = found;
  const closed = closedRows(report, job.tally.watermark);
  const reported = viewsIn(streamed);
  const inState = open.reduce((sum, { views }) => sum + views, 0);
  const { late, doubled, unseen } = job.tally;
  return [
    ...(closed.length === 0
      ? []
      : [
          compareRows("The report of the closed minutes, asked of Hive", closed, found.corrected, REPORT_KEY),
          compareRows("The same before and after its files were compacted", streamed, found.compacted, REPORT_KEY),
        ]),
    compareRows("The same question of all views, asked of Spark", report.rows, found.ofAllViews, REPORT_KEY),
    compareNumbers(
      "Rows of the table of all views, different views, dead letters",
      { rows: report.readable, views: report.readable - report.doubled, letters: report.malformed },
      { rows: found.rows, views: found.views, letters: found.deadLetters },
    ),
    ...(unseen > 0
      ? []
      : [
          compareNumbers(
            "Views that the stream left out, late or there already, by its own count",
            { late: replay.late, doubled: replay.doubled },
            { late, doubled },
          ),
          compareNumbers(
            "Nothing is lost: reported, still open, late and doubled together",
            { readable: report.readable },
            { readable: reported + inState + late + doubled },
          ),
        ]),
  ];
}

/** The rows of minutes that end before the watermark: all that the report can know. */
export function closedRows({ rows }: ExpectedReport, watermark: number | undefined): ExpectedReport["rows"] {
  return watermark === undefined ? [] : rows.filter(({ minute }) => timeOfMinute(minute) + 60_000 <= watermark);
}

/** All views of a report. */
export function viewsIn(report: readonly Row[]): number {
  return report.reduce((sum, { total_count }) => sum + Number(total_count), 0);
}
