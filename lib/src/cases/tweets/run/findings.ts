/** What a run has found: its counts, its notices, the layers in a picture. */
import { formatBytes, formatCount, formatSeconds, plural } from "../../../format/index.ts";
import type { RateSeries } from "../../../plot/index.ts";
import { compareNumbers, type Comparison } from "../../report/compare-rows.ts";
import type { CaseFindings } from "../../report/report.ts";
import type { LiveState } from "../live/live.ts";
import { goldTables } from "../names.ts";
import type { PlainLake } from "../plain/lake.ts";
import type { LakeFound } from "../serve/compare.ts";
import type { LakeCompaction } from "../upkeep/upkeep.ts";
import { tweetsFigures } from "./figures.ts";
import type { ShownBoards } from "./boards.ts";
import { suggestions } from "../suggestions.ts";

/** What the stages of a run have counted. */
export interface RunFigures {
  readonly sent: number;
  /** Messages in bronze, their objects and bytes. */
  readonly rows: number;
  readonly objects: number;
  readonly bytes: number;
  readonly deadLetters: number;
  /** Tweets that silver has. */
  readonly inserted: number;
  /** Hours that were summed up, some of them twice. */
  readonly changedHours: number;
  /** Seconds in which messages flowed into bronze. */
  readonly keepSeconds: number;
  readonly silverSeconds: number;
  readonly goldSeconds: number;
  /** The stream and the table: between the halves, and at the end. */
  readonly live: readonly LiveState[];
  readonly compaction: LakeCompaction;
  readonly rates: readonly RateSeries[];
  readonly settings: CaseFindings["settings"];
}

/** The findings. */
export function findings(
  figures: RunFigures,
  plain: PlainLake,
  found: LakeFound & Pick<ShownBoards, "pictures" | "missing">,
  comparisons: readonly Comparison[],
): CaseFindings {
  const { sent, rows, deadLetters, inserted, objects, bytes, keepSeconds } = figures;
  const own = compareNumbers(
    "what became of each message",
    { sent: plain.messages, bronze: plain.readable, malformed: plain.malformed, silver: plain.tweets },
    { sent, bronze: rows, malformed: deadLetters, silver: inserted },
  );
  const hours = found.gold.hourly_activity_summary.length;
  return {
    summary: `${plural(sent, "message")} were kept on S3, ${formatCount(rows / keepSeconds)} a second; ${plural(inserted, "different tweet")} are in a table of Delta, and ${plural(goldTables.length, "table")} sum them up by hour and day.`,
    comparisons: [own, ...comparisons],
    counts: [
      { name: "messages sent", value: sent },
      { name: "tweets in silver", value: inserted },
      { name: "doubled messages", value: rows - inserted },
      { name: "malformed messages", value: deadLetters },
      { name: "late tweets", value: plain.late },
      { name: "hours in gold", value: hours },
      { name: "hours summed up again", value: figures.changedHours - hours },
      { name: "tweets that say what they were written with", value: plain.withClient },
      { name: "objects of bronze", value: objects },
      { name: "bytes of bronze", value: bytes },
    ],
    notices: [
      ...noticesOf(figures, hours),
      ...(found.missing === undefined ? [] : [`There are no pictures of the dashboards: ${found.missing}`]),
    ],
    flow: flowOf(figures, found),
    figures: tweetsFigures(found, figures.compaction),
    pictures: found.pictures,
    rates: figures.rates,
    settings: figures.settings,
    links: [],
    suggestions,
  };
}

function noticesOf({ live, changedHours, compaction }: RunFigures, hours: number): string[] {
  const [between, after] = live;
  const again = changedHours - hours;
  const [before, now] = [compaction.before, compaction.after].map((sizes) => ({
    files: sizes.reduce((sum, { files }) => sum + files, 0),
    bytes: sizes.reduce((sum, one) => sum + one.bytes, 0),
  }));
  return [
    ...(between === undefined
      ? []
      : [
          `When the second half had been sent, one SQL over stream and table saw ${plural(between.waiting, "tweet")} that silver did not have yet; the newest message was ${age(between.newestAge)} old.`,
        ]),
    ...(after === undefined
      ? []
      : [
          `At the end ${plural(after.kept, "message")} of the stream had their tweet in silver, the newest from ${age(after.silverAge)} before; ${plural(after.messages - after.kept, "message")} had none, because the check of the schema had refused ${after.messages - after.kept === 1 ? "it" : "them"}.`,
        ]),
    ...(again > 0
      ? [`${plural(again, "hour was", "hours were")} summed up again, because the second half had tweets of them.`]
      : []),
    ...(before === undefined || now === undefined
      ? []
      : [
          `OPTIMIZE wrote ${plural(before.files, "file")} of ${formatBytes(before.bytes)} as ${now.files} of ${formatBytes(now.bytes)}; the old ones stay for readers of older versions.`,
        ]),
  ];
}

function age(seconds: number | undefined): string {
  return seconds === undefined ? "an unknown time" : formatSeconds(seconds);
}

/** The medallion: rows in and out of each layer. */
function flowOf(figures: RunFigures, { gold }: LakeFound): CaseFindings["flow"] {
  const { sent, rows, deadLetters, objects, bytes, inserted, silverSeconds, goldSeconds } = figures;
  const goldRows = goldTables.reduce((sum, table) => sum + gold[table].length, 0);
  return {
    boxes: [
      { name: "tweets", detail: "messages by seed", column: 0, row: 0 },
      { name: "Kafka", detail: "1 topic × 4 partitions", column: 1, row: 0 },
      { name: "dead letters", detail: plural(deadLetters, "message"), column: 2, row: 0 },
      { name: "bronze", detail: `${plural(objects, "object")}, ${formatBytes(bytes)}`, column: 0, row: 1 },
      {
        name: "silver",
        detail: `${plural(rows - inserted, "double")} left out, ${formatSeconds(silverSeconds)}`,
        column: 1,
        row: 1,
      },
      {
        name: "gold",
        detail: `${plural(goldTables.length, "table")}, ${formatSeconds(goldSeconds)}`,
        column: 2,
        row: 1,
      },
      { name: "Trino", detail: "SQL over stream and tables", column: 2, row: 2 },
      { name: "Superset", detail: "3 dashboards, 10 charts", column: 1, row: 2 },
    ],
    arrows: [
      { from: "tweets", to: "Kafka", label: formatCount(sent) },
      { from: "Kafka", to: "dead letters", label: formatCount(deadLetters) },
      { from: "Kafka", to: "bronze", label: formatCount(rows) },
      { from: "bronze", to: "silver", label: formatCount(inserted) },
      { from: "silver", to: "gold", label: `${formatCount(goldRows)} rows` },
      { from: "gold", to: "Trino" },
      { from: "Trino", to: "Superset" },
    ],
  };
}
