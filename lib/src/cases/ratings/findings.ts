/** What a run shows of itself: the comparisons, the numbers, the way of the ratings, the figures. */
import type { ReadCacheStats } from "../../cassandra/index.ts";
import { formatCount, plural } from "../../format/index.ts";
import type { FlowArrow, FlowBox, RateSeries } from "../../plot/index.ts";
import type { CaseRunOptions } from "../case.ts";
import { shownOptions } from "../events/event.ts";
import type { Comparison, Row } from "../report/compare-rows.ts";
import type { CaseCount, CaseFindings } from "../report/report.ts";
import type { RatingCounts } from "./expected.ts";
import { type AverageLines, topFigure } from "./figures.ts";
import type { JobProgress } from "./job.ts";
import { TOPIC } from "./names.ts";
import { suggestions } from "./suggestions.ts";
import { WINDOW } from "./tables.ts";

/** What the comparison has found. */
export interface Proven {
  readonly counts: RatingCounts;
  readonly comparisons: readonly Comparison[];
  readonly cache: ReadCacheStats;
  readonly lines: AverageLines;
  /** The best movies of the last hour. */
  readonly top: readonly Row[];
  /** Messages of the topic for dead letters. */
  readonly letters: number;
}

/** Makes the findings of a run. */
export function findingsOf(
  { events, rate, eventOptions }: CaseRunOptions,
  job: JobProgress,
  proven: Proven,
  rates: readonly RateSeries[],
): CaseFindings {
  const { hits, misses } = proven.cache;
  return {
    summary: `${plural(proven.counts.ratings, "rating")} of ${plural(events, "message")} were written to Cassandra as they came, each to the tables of the questions that it has a part in. ${percent(hits / (hits + misses))} of the questions afterwards were answered by the cache.`,
    comparisons: proven.comparisons,
    counts: counts(proven),
    notices: [],
    flow: flow(events, job, proven),
    figures: [
      {
        id: "averages",
        title: "How averages run",
        description: `The movies that were rated most at first. Dots are the averages of hours; the lines run over the last ${WINDOW} hours, so that few ratings in one do not shake them.`,
        figure: proven.lines.figure(),
      },
      {
        id: "top",
        title: "The best movies of the last hour",
        description: "One partition of one table, in its order: nothing is sorted when it is asked for.",
        figure: topFigure(proven.top),
      },
    ],
    rates,
    settings: {
      events,
      ...(rate !== undefined && { rate }),
      ...shownOptions(eventOptions),
      "running average": plural(WINDOW, "hour"),
    },
    links: [],
    suggestions,
  };
}

function percent(part: number): string {
  return `${Math.round(100 * part)} %`;
}

function counts({ counts, letters, cache }: Proven): CaseCount[] {
  return [
    { name: "ratings", value: counts.ratings },
    { name: "late", value: counts.late },
    { name: "sent twice", value: counts.doubled },
    { name: "dead letters", value: letters },
    { name: "questions through the cache", value: cache.hits + cache.misses },
    { name: "answered by the cache", value: cache.hits },
    { name: "asked of Cassandra", value: cache.misses },
  ];
}

function flow(events: number, { ratings }: JobProgress, proven: Proven): CaseFindings["flow"] {
  const kept = formatCount(proven.counts.ratings);
  const boxes: FlowBox[] = [
    { name: "generator", column: 0, row: 0 },
    { name: "Kafka", detail: TOPIC, column: 1, row: 0 },
    { name: "job", detail: "TypeScript", column: 2, row: 0 },
    { name: "records", detail: "by person", column: 3, row: 0 },
    { name: "records_by_movie", detail: "by movie", column: 3, row: 1 },
    { name: "averages", detail: "by hour, running, best", column: 3, row: 2 },
    { name: "dead letters", detail: "Kafka", column: 2, row: 1 },
  ];
  const arrows: FlowArrow[] = [
    { from: "generator", to: "Kafka", label: formatCount(events) },
    { from: "Kafka", to: "job", label: formatCount(ratings) },
    { from: "job", to: "records", label: kept },
    { from: "job", to: "records_by_movie", label: kept },
    { from: "records_by_movie", to: "averages", label: "sums" },
    { from: "job", to: "dead letters", label: formatCount(proven.letters) },
  ];
  return { boxes, arrows };
}
