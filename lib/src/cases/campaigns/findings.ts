/** What a run shows of itself: the comparisons, the numbers, the way of the views, the figures. */
import { formatCount, plural } from "../../format/index.ts";
import type { FlowArrow, FlowBox, RateSeries } from "../../plot/index.ts";
import type { CaseRunOptions } from "../case.ts";
import { shownOptions } from "../events/event.ts";
import type { CaseCount, CaseFigure, CaseFindings } from "../report/report.ts";
import { DOUBLE_DISTANCE } from "./generate.ts";
import { minuteOf } from "./expected.ts";
import { type MinuteCount, minutesFigure, openCounts, sumByMinute } from "./figures/minutes.ts";
import { waitingFigure, watermarkFigure } from "./figures/watermark.ts";
import { campaignNames } from "./names.ts";
import { closedRows, type Found, type Plain, proofs, viewsIn } from "./proofs.ts";
import { WATERMARK } from "./questions.ts";
import type { Replay } from "./replay.ts";
import { suggestions } from "./suggestions.ts";

/** Makes the findings of a run. */
export function findingsOf(
  { events, rate, eventOptions, addresses }: CaseRunOptions,
  found: Found,
  plain: Plain & { readonly replay: Replay },
  rates: readonly RateSeries[],
): CaseFindings {
  const { late } = found.job.tally;
  return {
    summary: `${plural(events, "message")} were counted by the minute in which their views ended, as they came. ${plural(late, "view")} came behind the watermark; a batch over all views has added them.`,
    comparisons: proofs(found, plain),
    counts: counts(found, plain),
    notices: notices(found, plain),
    flow: flow(events, found),
    figures: figures(found, plain.replay),
    rates,
    settings: {
      events,
      ...(rate !== undefined && { rate }),
      ...shownOptions(eventOptions),
      watermark: WATERMARK,
      "a second copy comes within": `${DOUBLE_DISTANCE} messages`,
    },
    links: [
      {
        name: "HDFS NameNode",
        url: `${addresses.webhdfs}/`,
        shows: `the files: Utilities → Browse the file system → ${campaignNames.folder}`,
      },
    ],
    suggestions,
  };
}

function counts({ job, correction, compaction }: Found, { report }: Plain): CaseCount[] {
  const { tally, views } = job;
  return [
    { name: "views", value: report.readable - report.doubled },
    { name: "late, left out by the stream", value: tally.late },
    { name: "added by the correction", value: correction.added },
    { name: "sent twice", value: report.doubled },
    { name: "dead letters", value: views.deadLetters },
    { name: "views of unknown campaigns", value: report.unknown },
    { name: "files of the report before the compaction", value: compaction.before },
    { name: "files of the report after it", value: compaction.after },
    { name: "partitions corrected", value: correction.replaced },
  ];
}

function notices({ job, open, correction }: Found, { report }: Plain): string[] {
  const { unseen, watermark } = job.tally;
  const waiting = open.reduce((sum, { views }) => sum + views, 0);
  return [
    ...(waiting > 0
      ? [
          `${plural(waiting, "view")} of the last minutes are still open: they are reported when later views move the watermark past ${minuteOf(Math.max(...open.map(({ start }) => Date.parse(start))) + 60_000)}.`,
        ]
      : []),
    ...(closedRows(report, watermark).length === 0
      ? [
          "The views span too little time for the stream to close a minute: the report is empty, and only the table of all views was compared.",
        ]
      : []),
    ...(unseen > 0
      ? [
          `${plural(unseen, "batch", "batches")} ended while nobody followed the stream, so that its own count of late views is too low; the correction has added ${formatCount(correction.added)}.`,
        ]
      : []),
  ];
}

function flow(events: number, { job, streamed, correction }: Found): CaseFindings["flow"] {
  const { topic, views, report } = campaignNames;
  const boxes: FlowBox[] = [
    { name: "generator", column: 0, row: 1 },
    { name: "Kafka", detail: topic, column: 1, row: 1 },
    { name: "Spark: windows", detail: "by event time", column: 2, row: 0 },
    { name: "Spark: rows", detail: "as they came", column: 2, row: 1 },
    { name: report, detail: "Parquet, Hive", column: 3, row: 0 },
    { name: views, detail: "Parquet, Hive", column: 3, row: 1 },
    { name: "dead letters", detail: "Kafka", column: 2, row: 2 },
    { name: "late views", detail: "left out", column: 1, row: 0 },
  ];
  const arrows: FlowArrow[] = [
    { from: "generator", to: "Kafka", label: formatCount(events) },
    { from: "Kafka", to: "Spark: windows" },
    { from: "Kafka", to: "Spark: rows" },
    { from: "Spark: windows", to: report, label: formatCount(viewsIn(streamed)) },
    { from: "Spark: rows", to: views, label: formatCount(job.views.rows) },
    { from: "Spark: rows", to: "dead letters", label: formatCount(job.views.deadLetters) },
    { from: "Spark: windows", to: "late views", label: formatCount(job.tally.late) },
    { from: views, to: report, label: `correction: ${formatCount(correction.added)}` },
  ];
  return { boxes, arrows };
}

function figures(found: Found, replay: Replay): CaseFigure[] {
  const { watermark, newest } = found.job.tally;
  return [
    {
      id: "watermark",
      title: "The watermark moves through the views",
      description:
        "Each dot is a view: right when it came, up when it ended. The line is the watermark, a minute behind the newest view of the batch before. What lies below it when it comes is too late for the stream.",
      figure: watermarkFigure({ sample: replay.sample, batches: found.batches }),
    },
    {
      id: "minutes",
      title: "Views per minute, by network",
      description:
        "The corrected report, and paler the minutes that are still open. A minute is closed when the watermark has passed its end.",
      figure: minutesFigure(minutes(found), { watermark, newest }),
    },
    {
      id: "waiting",
      title: "What waiting costs",
      description:
        "A longer watermark leaves out fewer views, and every answer comes later by as much. No length is right: the correction makes the short one bearable.",
      figure: waitingFigure(replay.lags),
    },
  ];
}

/** The corrected report by minute and network, and what was open. */
function minutes({ corrected, open }: Found): MinuteCount[] {
  const closed = corrected.map(({ network_id, minute, total_count }) => ({
    ...{ network: String(network_id), minute: String(minute), views: Number(total_count) },
    isOpen: false,
  }));
  return sumByMinute([...closed, ...openCounts(open)]).sort((a, b) => (a.minute < b.minute ? -1 : 1));
}
