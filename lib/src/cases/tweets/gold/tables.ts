/** The five tables of gold: their columns, and the SQL that computes the rows of some hours or days from silver. */
import type { SparkRelation, SparkSession } from "../../../spark/index.ts";
import type { GoldTable } from "../names.ts";

/** A column's type, as SQL declares it. */
export type GoldType = "TIMESTAMP" | "DATE" | "STRING" | "BIGINT" | "DOUBLE";

/** A table of gold. */
export interface GoldDefinition {
  /** What a row is of: the hour, or the day, of its tweets. It is the first column. */
  readonly period: "hour" | "day";
  /** The columns that make a row the same row. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, GoldType>>;
  /** The rows. @param tweets of whole periods: {@link goldTweets} */
  rows(spark: SparkSession, tweets: SparkRelation): SparkRelation;
}

/**
 * What tables are made of: tweets with their hour and day, and the sentiment in whole thousandths, whose sums do not depend on the order in
 * which they are added.
 */
export function goldTweets(silver: SparkRelation): SparkRelation {
  return silver.select(
    "date_trunc('HOUR', created_at) AS hour",
    "CAST(created_at AS DATE) AS day",
    ...["user_id", "username", "followers_count", "language", "region", "hashtags", "mentions"],
    ...["text_length", "total_engagement"],
    "CAST(sentiment_score * 1000 AS BIGINT) AS sentiment",
  );
}

const hashtags: GoldDefinition = {
  period: "hour",
  key: ["hour", "hashtag"],
  columns: {
    ...{ hour: "TIMESTAMP", hashtag: "STRING", tweet_count: "BIGINT", unique_mentions: "BIGINT" },
    ...{ avg_sentiment: "DOUBLE", total_engagement: "BIGINT" },
  },
  rows: (spark, tweets) => spark.query`
    SELECT
      hour, hashtag, count(*) AS tweet_count, size(array_distinct(flatten(collect_list(mentions)))) AS unique_mentions,
      avg(sentiment) / 1000 AS avg_sentiment, sum(total_engagement) AS total_engagement
    FROM (SELECT *, explode(hashtags) AS hashtag FROM ${tweets}) GROUP BY hour, hashtag`,
};

const users: GoldDefinition = {
  period: "day",
  key: ["day", "user_id"],
  columns: {
    ...{ day: "DATE", user_id: "STRING", username: "STRING", tweets_count: "BIGINT", followers_count: "BIGINT" },
    ...{ total_engagement: "BIGINT", avg_sentiment: "DOUBLE" },
  },
  rows: (spark, tweets) => spark.query`
    SELECT
      day, user_id, username, count(*) AS tweets_count, max(followers_count) AS followers_count,
      sum(total_engagement) AS total_engagement, avg(sentiment) / 1000 AS avg_sentiment
    FROM ${tweets} GROUP BY day, user_id, username`,
};

const regions: GoldDefinition = {
  period: "hour",
  key: ["hour", "region", "language"],
  columns: {
    ...{ hour: "TIMESTAMP", region: "STRING", language: "STRING", tweet_count: "BIGINT", unique_users: "BIGINT" },
    ...{ avg_sentiment: "DOUBLE" },
  },
  rows: (spark, tweets) => spark.query`
    SELECT
      hour, region, language, count(*) AS tweet_count, count(DISTINCT user_id) AS unique_users,
      avg(sentiment) / 1000 AS avg_sentiment
    FROM ${tweets} GROUP BY hour, region, language`,
};

const languages: GoldDefinition = {
  period: "hour",
  key: ["hour", "language"],
  columns: {
    ...{ hour: "TIMESTAMP", language: "STRING", tweet_count: "BIGINT", avg_tweet_length: "DOUBLE" },
    ...{ avg_sentiment: "DOUBLE", avg_engagement: "DOUBLE", unique_users: "BIGINT" },
  },
  rows: (spark, tweets) => spark.query`
    SELECT
      hour, language, count(*) AS tweet_count, avg(text_length) AS avg_tweet_length, avg(sentiment) / 1000 AS avg_sentiment,
      avg(total_engagement) AS avg_engagement, count(DISTINCT user_id) AS unique_users
    FROM ${tweets} GROUP BY hour, language`,
};

const summary: GoldDefinition = {
  period: "hour",
  key: ["hour"],
  columns: {
    ...{ hour: "TIMESTAMP", total_tweets: "BIGINT", unique_users: "BIGINT", avg_sentiment: "DOUBLE" },
    ...{ total_engagement: "BIGINT", top_hashtag: "STRING", top_region: "STRING" },
  },
  rows: (spark, tweets) => {
    const topHashtags = mostFrequent(spark, spark.query`SELECT hour, explode(hashtags) AS name FROM ${tweets}`);
    const topRegions = mostFrequent(spark, spark.query`SELECT hour, region AS name FROM ${tweets}`);
    const sums = spark.query`
      SELECT
        hour, count(*) AS total_tweets, count(DISTINCT user_id) AS unique_users, avg(sentiment) / 1000 AS avg_sentiment,
        sum(total_engagement) AS total_engagement
      FROM ${tweets} GROUP BY hour`;
    return spark.query`
      SELECT s.*, h.name AS top_hashtag, r.name AS top_region
      FROM ${sums} s LEFT JOIN ${topHashtags} h ON h.hour = s.hour LEFT JOIN ${topRegions} r ON r.hour = s.hour`;
  },
};

/** The most frequent name of each hour; of several, the first in the order of names. */
function mostFrequent(spark: SparkSession, named: SparkRelation): SparkRelation {
  return spark.query`
    SELECT hour, min_by(name, struct(-times AS place, name)) AS name
    FROM (SELECT hour, name, count(*) AS times FROM ${named} GROUP BY hour, name) GROUP BY hour`;
}

/** The tables. */
export const goldDefinitions: Readonly<Record<GoldTable, GoldDefinition>> = {
  popular_hashtags_by_hour: hashtags,
  active_users_by_day: users,
  tweet_volume_by_region: regions,
  tweet_metrics_by_language: languages,
  hourly_activity_summary: summary,
};
