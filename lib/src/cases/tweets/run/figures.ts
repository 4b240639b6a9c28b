/** The ten charts as figures of the report, and what compaction has done to the files. */
import { formatBytes, formatCount } from "../../../format/index.ts";
import { clusterColour, defaultConfig, type Figure, heatMap, labelledBars } from "../../../plot/index.ts";
import type { Row } from "../../report/compare-rows.ts";
import type { CaseFigure } from "../../report/report.ts";
import type { ChartName } from "../plain/charts.ts";
import { chartDefinitions } from "../serve/charts.ts";
import type { LakeFound } from "../serve/compare.ts";
import type { LakeCompaction } from "../upkeep/upkeep.ts";

/** The figures of a report. */
export function tweetsFigures({ charts }: Pick<LakeFound, "charts">, compaction: LakeCompaction): CaseFigure[] {
  const chart = (name: ChartName, description: string, figure: Figure): CaseFigure => ({
    ...{ id: name.replaceAll("_", "-"), title: chartDefinitions[name].title, description, figure },
  });
  return [
    chart(
      "tweets_per_hour",
      "Tweets of each hour, UTC. By night there are fewest.",
      hoursFigure(charts.tweets_per_hour),
    ),
    chart("top_hashtags", "The hashtags with most tweets.", bars(charts.top_hashtags, "hashtag")),
    chart("regions", "Where the tweets come from.", bars(charts.regions, "region")),
    chart("sentiment", "Positive is above 0.1, negative below −0.1.", bars(charts.sentiment, "sentiment_category")),
    chart(
      "top_users",
      "Reactions to all tweets of a user. Few users have most of them.",
      bars(charts.top_users, "username", "engagement", "reactions"),
    ),
    chart(
      "engagement_by_influence",
      "Reactions to a tweet on average, by how many follow its user.",
      bars(charts.engagement_by_influence, "influence_level", "avg_engagement", "reactions a tweet"),
    ),
    chart("tweet_types", "What kinds of tweets there are.", bars(charts.tweet_types, "tweet_type")),
    chart(
      "trending_hashtags",
      "The hashtags of the last 24 hours that have tweets.",
      bars(charts.trending_hashtags, "hashtag"),
    ),
    chart("languages", "The languages of the tweets.", bars(charts.languages, "language")),
    chart(
      "hashtags_by_hour",
      "The five most frequent hashtags of each hour; a line of the picture is a hashtag, its colour the share of an hour in it.",
      hashtagsFigure(charts.hashtags_by_hour),
    ),
    {
      id: "compaction",
      title: "Files before and after OPTIMIZE",
      description: "Files that a reader of a table opens: every batch and every replaced hour adds some.",
      figure: compactionFigure(compaction),
    },
  ];
}

const number = (row: Row, column: string): number => Number(row[column] ?? 0);

/** A bar for each row, the longest first. */
function bars(rows: readonly Row[], name: string, measure = "tweets", unit = measure): Figure {
  const sorted = [...rows].sort((a, b) => number(b, measure) - number(a, measure));
  const digits = (value: number): string => (Number.isInteger(value) ? formatCount(value) : value.toFixed(1));
  return labelledBars(
    sorted.map((row) => {
      const value = number(row, measure);
      return { name: String(row[name]), label: `${digits(value)} ${unit}`, length: value };
    }),
    unit,
    { tickformat: ",~s" },
  );
}

function hoursFigure(rows: readonly Row[]): Figure {
  const sorted = [...rows].sort((a, b) => (String(a["hour"]) < String(b["hour"]) ? -1 : 1));
  return {
    data: [
      {
        ...{ type: "scatter", mode: "lines", name: "tweets" },
        x: sorted.map((row) => String(row["hour"])),
        y: sorted.map((row) => number(row, "tweets")),
        line: { width: 2.5, color: clusterColour(0) },
        hovertemplate: "%{x}: %{y:,.0f} tweets<extra></extra>",
      },
    ],
    layout: {
      ...{ height: 300, margin: { l: 8, r: 16, t: 8, b: 40 }, dragmode: false },
      xaxis: { fixedrange: true, type: "date" },
      yaxis: { fixedrange: true, title: { text: "tweets an hour" }, rangemode: "tozero", tickformat: ",~s" },
    },
    config: defaultConfig,
  };
}

/** Hashtags that are drawn. */
const MOST_HASHTAGS = 12;

function hashtagsFigure(rows: readonly Row[]): Figure {
  const sums = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const row of rows) {
    const [hashtag, hour] = [String(row["hashtag"]), String(row["hour"]).slice(11, 13)];
    sums.set(hashtag, (sums.get(hashtag) ?? 0) + number(row, "tweets"));
    const cell = `${hashtag} ${hour}`;
    counts.set(cell, (counts.get(cell) ?? 0) + number(row, "tweets"));
  }
  const hashtags = [...sums.keys()].sort((a, b) => (sums.get(b) ?? 0) - (sums.get(a) ?? 0)).slice(0, MOST_HASHTAGS);
  const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, "0"));
  return heatMap({
    rows: hashtags,
    columns: hours,
    counts: hashtags.map((hashtag) => hours.map((hour) => counts.get(`${hashtag} ${hour}`) ?? 0)),
    ...{ unit: "tweets", columnTitle: "hour of the day, UTC" },
  });
}

function compactionFigure({ before, after }: LakeCompaction): Figure {
  return labelledBars(
    before.flatMap(({ table, files, bytes }, index) => {
      const now = after[index];
      return [
        {
          name: table,
          label: `${formatCount(files)} files, ${formatBytes(bytes)}`,
          length: files,
          colour: clusterColour(0),
        },
        {
          name: `${table}, compacted`,
          label: `${formatCount(now?.files ?? 0)} files, ${formatBytes(now?.bytes ?? 0)}`,
          length: now?.files ?? 0,
          colour: clusterColour(1),
        },
      ];
    }),
    "files",
  );
}
