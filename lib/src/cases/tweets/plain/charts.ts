/** What the ten charts show, from the rows of the gold tables and the sums of silver. */
import type { Row } from "../../report/compare-rows.ts";
import type { DayRows, HourRows } from "./periods.ts";
import { averageSentiment, type Tally } from "./tally.ts";

/** The charts by name. */
export type ChartName =
  | "tweets_per_hour"
  | "top_hashtags"
  | "regions"
  | "sentiment"
  | "top_users"
  | "engagement_by_influence"
  | "tweet_types"
  | "trending_hashtags"
  | "languages"
  | "hashtags_by_hour";

/** Sums of all tweets of silver, by what charts ask of it. */
export interface SilverSums {
  readonly sentiments: Tally;
  readonly types: Tally;
  readonly influence: Tally;
  readonly languages: Tally;
}

/** Bars of the two charts of hashtags, rows of the table of users, and ranks of the heat map. */
export const chartLimits = { hashtags: 10, trending: 15, users: 20, ranks: 5, trendingHours: 24 } as const;

/** Computes what each chart shows. */
export function charts(tables: HourRows & DayRows, sums: SilverSums): Record<ChartName, readonly Row[]> {
  const hashtagRows = tables.popular_hashtags_by_hour;
  return {
    tweets_per_hour: tables.hourly_activity_summary.map(({ hour, total_tweets }) =>
      row({ hour, tweets: total_tweets }),
    ),
    top_hashtags: largest(sumBy(hashtagRows, ["hashtag"], { tweets: "tweet_count" }), "tweets", chartLimits.hashtags),
    regions: sumBy(tables.tweet_volume_by_region, ["region"], { tweets: "tweet_count" }),
    sentiment: [...sums.sentiments.rows(({ count }) => ({ tweets: count }))],
    top_users: topUsers(tables.active_users_by_day),
    engagement_by_influence: [
      ...sums.influence.rows(({ count, engagement }) => ({ tweets: count, avg_engagement: engagement / count })),
    ],
    tweet_types: [...sums.types.rows(({ count }) => ({ tweets: count }))],
    trending_hashtags: largest(
      sumBy(lastHours(hashtagRows), ["hashtag"], { tweets: "tweet_count" }),
      "tweets",
      chartLimits.trending,
    ),
    languages: [
      ...sums.languages.rows((all) => ({
        tweets: all.count,
        avg_length: all.length / all.count,
        avg_engagement: all.engagement / all.count,
        avg_sentiment: averageSentiment(all),
      })),
    ],
    hashtags_by_hour: ranked(hashtagRows),
  };
}

function row(values: Readonly<Record<string, Row[string] | undefined>>): Row {
  return values as Row;
}

/** Adds up columns of rows that have the same key. @param columns their names, by what the sums are called */
function sumBy(rows: readonly Row[], key: readonly string[], columns: Readonly<Record<string, string>>): Row[] {
  const sums = new Map<string, Record<string, string | number>>();
  for (const one of rows) {
    const name = key.map((column) => one[column]).join("\u0000");
    const sum = sums.get(name) ?? Object.fromEntries(key.map((column) => [column, String(one[column])]));
    for (const [as, column] of Object.entries(columns)) sum[as] = Number(sum[as] ?? 0) + Number(one[column]);
    sums.set(name, sum);
  }
  return [...sums.values()];
}

/** The rows with the largest values; of equal ones those whose first column comes first. */
function largest(rows: readonly Row[], by: string, limit: number): Row[] {
  const first = (one: Row): string => String(Object.values(one)[0]);
  return rows.toSorted((a, b) => Number(b[by]) - Number(a[by]) || (first(a) < first(b) ? -1 : 1)).slice(0, limit);
}

function topUsers(rows: readonly Row[]): Row[] {
  const followers = new Map<string, number>();
  for (const { user_id, followers_count } of rows) {
    const user = String(user_id);
    followers.set(user, Math.max(Number(followers_count), followers.get(user) ?? 0));
  }
  const sums = sumBy(rows, ["user_id", "username"], { tweets: "tweets_count", engagement: "total_engagement" });
  return largest(sums, "engagement", chartLimits.users).map((one) => ({
    ...one,
    followers: followers.get(String(one["user_id"])) ?? 0,
  }));
}

/** The rows of the last hours, up to the newest there is. */
function lastHours(rows: readonly Row[]): Row[] {
  const times = rows.map(({ hour }) => Date.parse(`${String(hour).replace(" ", "T")}Z`));
  const newest = times.reduce((latest, time) => Math.max(latest, time), -Infinity);
  return rows.filter((_, index) => (times[index] as number) > newest - chartLimits.trendingHours * 3_600_000);
}

/** The hashtags of the highest ranks of each hour. */
function ranked(rows: readonly Row[]): Row[] {
  const hours = Map.groupBy(rows, ({ hour }) => hour);
  return [...hours].flatMap(([hour, all]) =>
    largest(
      all.map(({ hashtag, tweet_count }) => row({ hashtag, tweets: tweet_count })),
      "tweets",
      chartLimits.ranks,
    ).map(({ hashtag, tweets }) => row({ hour, hashtag, tweets })),
  );
}
