/** The ten charts of the three dashboards: what each asks of which table or view, and how it is drawn. */
import { chartLimits, type ChartName } from "../plain/charts.ts";
import { asText } from "./text.ts";

/** A column that a chart computes: SQL that Trino takes. */
export interface Metric {
  readonly name: string;
  readonly sql: string;
}

/** How a chart is drawn, in Superset's words. */
export type ChartKind = "echarts_timeseries_line" | "echarts_timeseries_bar" | "pie" | "table" | "heatmap_v2";

/** What a chart asks, and how it is drawn. */
export interface ChartDefinition {
  readonly title: string;
  readonly dashboard: DashboardName;
  /** A table or view in the schema of gold. */
  readonly dataset: string;
  readonly kind: ChartKind;
  /** The columns by which rows are put together. */
  readonly groupBy: readonly string[];
  readonly metrics: readonly Metric[];
  /** A condition of SQL. */
  readonly where?: string;
  /** Only so many rows: those with the largest of the first metric; of equal ones those that come first by name. */
  readonly limit?: number;
  /** Of twelve columns. */
  readonly width: number;
}

/** The dashboards, by the last part of their addresses. */
export const dashboards = {
  "tweets-overview": "Tweets: overview",
  "tweets-engagement": "Tweets: engagement",
  "tweets-trends": "Tweets: trends",
} as const;

/** One of {@link dashboards}. */
export type DashboardName = keyof typeof dashboards;

const tweetCount: Metric = { name: "tweets", sql: "count(*)" };
const sumOfTweets: Metric = { name: "tweets", sql: "sum(tweet_count)" };
const averageSentiment: Metric = {
  name: "avg_sentiment",
  sql: "avg(CAST(sentiment_score * 1000 AS BIGINT)) / 1000",
};
const averageEngagement: Metric = { name: "avg_engagement", sql: "avg(total_engagement)" };

/** The charts. */
export const chartDefinitions: Readonly<Record<ChartName, ChartDefinition>> = {
  tweets_per_hour: {
    ...{ title: "Tweets per hour", dashboard: "tweets-overview", dataset: "hourly_activity_summary" },
    ...{ kind: "echarts_timeseries_line", groupBy: ["hour"], width: 12 },
    metrics: [{ name: "tweets", sql: "sum(total_tweets)" }],
  },
  top_hashtags: {
    ...{ title: "Top hashtags", dashboard: "tweets-overview", dataset: "popular_hashtags_by_hour" },
    ...{ kind: "echarts_timeseries_bar", groupBy: ["hashtag"], metrics: [sumOfTweets], width: 4 },
    limit: chartLimits.hashtags,
  },
  regions: {
    ...{ title: "Regions", dashboard: "tweets-overview", dataset: "tweet_volume_by_region" },
    ...{ kind: "echarts_timeseries_bar", groupBy: ["region"], metrics: [sumOfTweets], width: 4 },
  },
  sentiment: {
    ...{ title: "Sentiment", dashboard: "tweets-overview", dataset: "tweets_leveled" },
    ...{ kind: "pie", groupBy: ["sentiment_category"], metrics: [tweetCount], width: 4 },
  },
  top_users: {
    ...{ title: "Users whose tweets move most", dashboard: "tweets-engagement", dataset: "active_users_by_day" },
    ...{ kind: "table", groupBy: ["user_id", "username"], width: 12, limit: chartLimits.users },
    metrics: [
      { name: "engagement", sql: "sum(total_engagement)" },
      { name: "tweets", sql: "sum(tweets_count)" },
      { name: "followers", sql: "max(followers_count)" },
    ],
  },
  engagement_by_influence: {
    ...{ title: "Engagement by influence", dashboard: "tweets-engagement", dataset: "tweets_leveled" },
    ...{ kind: "echarts_timeseries_bar", groupBy: ["influence_level"], width: 6 },
    metrics: [averageEngagement, tweetCount],
  },
  tweet_types: {
    ...{ title: "Types of tweets", dashboard: "tweets-engagement", dataset: "tweets_leveled" },
    ...{ kind: "pie", groupBy: ["tweet_type"], metrics: [tweetCount], width: 6 },
  },
  trending_hashtags: {
    ...{ title: "Hashtags of the last 24 hours", dashboard: "tweets-trends", dataset: "trending_hashtags" },
    ...{ kind: "echarts_timeseries_bar", groupBy: ["hashtag"], metrics: [sumOfTweets], width: 6 },
    limit: chartLimits.trending,
  },
  languages: {
    ...{ title: "Languages", dashboard: "tweets-trends", dataset: "tweets_leveled" },
    ...{ kind: "table", groupBy: ["language"], width: 6 },
    metrics: [tweetCount, { name: "avg_length", sql: "avg(text_length)" }, averageEngagement, averageSentiment],
  },
  hashtags_by_hour: {
    ...{ title: "Hashtags by the hour", dashboard: "tweets-trends", dataset: "ranked_hashtags" },
    ...{ kind: "heatmap_v2", groupBy: ["hour", "hashtag"], metrics: [sumOfTweets], width: 12 },
    where: `rank_in_hour <= ${chartLimits.ranks}`,
  },
};

/** The chart's question as a statement, hours as text. @param schema of gold, with its catalog */
export function chartSql({ dataset, groupBy, metrics, where, limit }: ChartDefinition, schema: string): string {
  const first = metrics[0]?.name ?? "";
  const selected = [
    ...groupBy.map((name) => asText(name, name === "hour" ? "TIMESTAMP" : undefined)),
    ...metrics.map(({ name, sql }) => `${sql} AS ${name}`),
  ];
  const parts = [
    `SELECT ${selected.join(", ")} FROM ${schema}.${dataset}`,
    ...(where === undefined ? [] : [`WHERE ${where}`]),
    `GROUP BY ${groupBy.join(", ")}`,
    ...(limit === undefined ? [] : [`ORDER BY ${first} DESC, ${groupBy[0]} LIMIT ${limit}`]),
  ];
  return parts.join(" ");
}
