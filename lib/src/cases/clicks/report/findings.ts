/** What a run has found: its counts, its notices, its way in a picture. */
import { formatBytes, formatCount, formatSeconds, plural } from "../../../format/index.ts";
import type { RateSeries } from "../../../plot/index.ts";
import { compareNumbers, type Comparison, type Row } from "../../report/compare-rows.ts";
import type { CaseFindings } from "../../report/report.ts";
import type { ClicksAnswers } from "../ask/ask.ts";
import type { CleanHoursReport } from "../hours/batch.ts";
import { clicksNames } from "../names.ts";
import type { ClicksAnswer } from "../plain/expected.ts";
import { suggestions } from "../suggestions.ts";
import { clicksFigures } from "./figures.ts";

/** What the stages of a run have counted. */
export interface RunFigures {
  readonly sent: number;
  /** Rows of raw events, and their files. */
  readonly rows: number;
  readonly files: number;
  readonly rawBytes: number;
  /** Bytes of the table's files. */
  readonly cleanBytes: number;
  readonly deadLetters: number;
  /** Seconds in which messages flowed to raw files. */
  readonly keepSeconds: number;
  readonly batchSeconds: number;
  readonly batches: readonly CleanHoursReport[];
  readonly rates: readonly RateSeries[];
  readonly settings: CaseFindings["settings"];
}

/** The findings. @param answers those of Spark, which are drawn */
export function findings(
  figures: RunFigures,
  plain: ClicksAnswer,
  answers: ClicksAnswers,
  comparisons: readonly Comparison[],
): CaseFindings {
  const sum = (rows: readonly Row[], column: string): number =>
    rows.reduce((total, row) => total + Number(row[column]), 0);
  const [doubled, late, clean] = [
    sum(answers.arrivals, "doubled"),
    sum(answers.arrivals, "late"),
    sum(answers.arrivals, "events"),
  ];
  const hours = figures.batches.flatMap(({ done }) => done);
  const again = hours.filter((hour) => hour.again);
  const sessions = sum(answers.sessions_given, "sessions");
  const { sent, deadLetters, files, rawBytes, cleanBytes } = figures;
  const counted = { sent, clean, doubled, malformed: deadLetters };
  const own = compareNumbers("what became of each event", { ...plain.counts }, counted);
  return {
    summary: `${plural(sent, "event")} of a shop were kept as they came, ${formatCount(figures.rows / figures.keepSeconds)} a second, and made clean by the hour: ${plural(clean, "event")} of ${plural(sessions, "session")}.`,
    comparisons: [own, ...comparisons],
    counts: [
      { name: "events sent", value: sent },
      { name: "clean events", value: clean },
      { name: "doubled events", value: doubled },
      { name: "malformed events", value: deadLetters },
      { name: "late events", value: late },
      { name: "sessions", value: sessions },
      { name: "hours in the table", value: hours.length - again.length },
      { name: "hours done again for late events", value: again.length },
      { name: "raw files", value: files },
      { name: "bytes of raw events", value: rawBytes },
      { name: "bytes of the clean table", value: cleanBytes },
    ],
    notices: noticesOf(figures),
    flow: flowOf(figures, clean, doubled),
    figures: clicksFigures(answers),
    rates: figures.rates,
    settings: figures.settings,
    links: [],
    suggestions,
  };
}

function noticesOf({ batches }: RunFigures): string[] {
  const waiting = batches.flatMap((batch) => batch.waiting);
  const hours = batches.flatMap(({ done }) => done);
  const again = hours.filter((hour) => hour.again);
  const limit = hours.filter(({ complete }) => complete === "time limit");
  const named = (some: readonly { readonly hour: string }[]): string =>
    `${some
      .slice(0, 5)
      .map(({ hour }) => hour)
      .join(", ")}${some.length > 5 ? " …" : ""}`;
  return [
    ...(waiting.length > 0
      ? [`After the first half ${plural(waiting.length, "hour was", "hours were")} not complete: ${named(waiting)}.`]
      : []),
    ...(again.length > 0
      ? [`${plural(again.length, "hour was", "hours were")} done again, because late events came: ${named(again)}.`]
      : []),
    ...(limit.length > 0
      ? [
          `${plural(limit.length, "hour was", "hours were")} complete only because no more events come: ${named(limit)}.`,
        ]
      : []),
  ];
}

function flowOf(figures: RunFigures, clean: number, doubled: number): CaseFindings["flow"] {
  const { sent, rows, files, rawBytes, cleanBytes, deadLetters, batchSeconds } = figures;
  const { table } = clicksNames();
  return {
    boxes: [
      { name: "shop", detail: "events by seed", column: 0, row: 0 },
      { name: "Kafka", detail: "3 topics × 3 partitions", column: 1, row: 0 },
      { name: "raw", detail: `${plural(files, "file")}, ${formatBytes(rawBytes)}`, column: 2, row: 0 },
      { name: "dead letters", detail: plural(deadLetters, "message"), column: 1, row: 1 },
      { name: "Spark", detail: `batches of ${formatSeconds(batchSeconds)}`, column: 2, row: 1 },
      { name: table, detail: `by hour, ${formatBytes(cleanBytes)}`, column: 2, row: 2 },
      { name: "Hive", detail: "SQL", column: 1, row: 2 },
    ],
    arrows: [
      { from: "shop", to: "Kafka", label: formatCount(sent) },
      { from: "Kafka", to: "raw", label: formatCount(rows) },
      { from: "Kafka", to: "dead letters", label: formatCount(deadLetters) },
      { from: "raw", to: "Spark", label: formatCount(rows) },
      { from: "Spark", to: table, label: `${formatCount(clean)} (${formatCount(doubled)} doubled)` },
      { from: table, to: "Hive" },
    ],
  };
}
