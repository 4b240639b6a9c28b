import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { take } from "../../events/event.ts";
import { tweets } from "../generate/generate.ts";
import type { Tweet } from "../generate/tweet.ts";
import { tweetSchema } from "../names.ts";
import { plainLake } from "./lake.ts";

const schema = await tweetSchema();
const [plain] = take(tweets({ malformed: 0 }), 1);
const template = JSON.parse(plain?.value ?? "") as Tweet;

let written = 0;
function message(created: string, changes: Partial<Tweet> = {}) {
  const counts = { retweet_count: 0, like_count: 1, reply_count: 0, quote_count: 0 };
  const tweet: Tweet = {
    ...{ ...template, ...counts, tweet_id: `t${written++}`, created_at: `2026-06-29T${created}.000000Z` },
    ...{ text: "abc", hashtags: [], mentions: [], language: "en", region: "Europe", sentiment_score: 0, ...changes },
  };
  return { topic: "tweets", key: tweet.tweet_id, value: JSON.stringify(tweet) };
}
function user(user_id: string, followers_count = 5) {
  return { user: { ...template.user, user_id, username: `name_${user_id}`, followers_count } };
}

suite("the plain lakehouse", () => {
  test("counts a tweet that comes twice once, in bronze twice, and what is no tweet not at all", () => {
    const twice = message("06:10:00");
    const { tables, ...lake } = plainLake([twice, { ...twice, value: "{" }, twice, message("06:59:59")], schema);
    assert.deepEqual([lake.messages, lake.readable, lake.malformed, lake.doubled, lake.tweets], [4, 3, 1, 1, 2]);
    assert.deepEqual(tables.bronze, [{ hour: "2026-06-29 06:00", messages: 3 }]);
    assert.equal(tables.silver[0]?.["tweets"], 2);
  });

  test("takes exact averages, and counts different users and mentions", () => {
    const { tables } = plainLake(
      [
        message("06:10:00", { ...user("a"), sentiment_score: 0.1, hashtags: ["#x", "#y"], mentions: ["@m", "@n"] }),
        message("06:20:00", { ...user("b"), sentiment_score: 0.2, hashtags: ["#x"], mentions: ["@n"], text: "😀" }),
        message("06:30:00", { ...user("a"), sentiment_score: -0.9, like_count: 7, language: "fr" }),
      ],
      schema,
    );
    const hour = "2026-06-29 06:00";
    const x = { hour, hashtag: "#x", tweet_count: 2, unique_mentions: 2, avg_sentiment: 0.15, total_engagement: 2 };
    assert.deepEqual(tables.popular_hashtags_by_hour[0], x);
    assert.deepEqual(tables.hourly_activity_summary, [
      {
        ...{ hour, total_tweets: 3, unique_users: 2, avg_sentiment: -0.2, total_engagement: 9 },
        ...{ top_hashtag: "#x", top_region: "Europe" },
      },
    ]);
    const [english] = tables.tweet_metrics_by_language;
    assert.deepEqual(
      [english?.["avg_tweet_length"], english?.["avg_engagement"], english?.["unique_users"]],
      [2, 1, 2],
    );
  });

  test("takes the first by name when several are written as often", () => {
    const { tables, charts } = plainLake(
      [message("06:10:00", { hashtags: ["#y"] }), message("06:10:01", { hashtags: ["#x"] }), message("07:00:00")],
      schema,
    );
    assert.deepEqual(
      tables.hourly_activity_summary.map(({ top_hashtag }) => top_hashtag),
      ["#x", null],
    );
    assert.deepEqual(
      charts.hashtags_by_hour.map(({ hashtag }) => hashtag),
      ["#x", "#y"],
    );
  });

  test("counts a day's users, and how many follow them at the most", () => {
    const { tables, charts } = plainLake(
      [message("06:10:00", user("a", 9)), message("23:10:00", user("a", 12)), message("23:30:00", user("b", 100_000))],
      schema,
    );
    assert.deepEqual(
      tables.active_users_by_day.map(({ user_id, tweets_count, followers_count }) => [
        user_id,
        tweets_count,
        followers_count,
      ]),
      [
        ["a", 2, 12],
        ["b", 1, 100_000],
      ],
    );
    assert.deepEqual(
      charts.engagement_by_influence.map(({ influence_level, tweets }) => [influence_level, tweets]),
      [
        ["Low", 2],
        ["High", 1],
      ],
    );
  });

  test("looks back 24 hours from the newest hour for what is trending", () => {
    const day = (created_at: string, hashtag: string) =>
      message("00:00:00", { created_at: `2026-06-${created_at}:30:00.000000Z`, hashtags: [hashtag] });
    const { charts } = plainLake([day("28T05", "#old"), day("28T06", "#young"), day("29T05", "#new")], schema);
    assert.deepEqual(
      charts.trending_hashtags.map(({ hashtag }) => hashtag),
      ["#new", "#young"],
    );
    assert.equal(charts.top_hashtags.length, 3);
  });

  test("of generated tweets adds up in every layer, in memory that does not follow their number", () => {
    const lake = plainLake(take(tweets(), 40_000), schema);
    const sum = (rows: readonly Readonly<Record<string, unknown>>[], column: string): number =>
      rows.reduce((total, row) => total + Number(row[column]), 0);
    assert.equal(lake.malformed + lake.readable, 40_000);
    assert.equal(lake.tweets, lake.readable - lake.doubled);
    assert.equal(sum(lake.tables.bronze, "messages"), lake.readable);
    for (const [table, column] of [
      ["silver", "tweets"],
      ["hourly_activity_summary", "total_tweets"],
      ["tweet_volume_by_region", "tweet_count"],
      ["tweet_metrics_by_language", "tweet_count"],
      ["active_users_by_day", "tweets_count"],
    ] as const)
      assert.equal(sum(lake.tables[table], column), lake.tweets, table);
    for (const chart of ["tweets_per_hour", "regions", "sentiment", "tweet_types", "languages"] as const)
      assert.equal(sum(lake.charts[chart], "tweets"), lake.tweets, chart);
    assert.equal(lake.charts.top_hashtags.length, 10);
    assert.equal(lake.charts.top_users.length, 20);
    assert.ok(lake.late > 100 && lake.doubled > 300 && lake.malformed > 40 && lake.withClient > 10_000);
  });
});
