/** Tweets that cannot be read: what comes of a wrong program, a wrong clock, or a line that breaks. */
import type { Random } from "../../../random/index.ts";
import type { Tweet } from "./tweet.ts";

/** Ways in which a message goes wrong, each of which the schema refuses. */
const WAYS: readonly ((tweet: Tweet) => unknown)[] = [
  (tweet) => JSON.stringify(tweet).slice(0, 150),
  ({ user, ...tweet }) => ({ ...tweet, user: { ...user, followers_count: String(user.followers_count) } }),
  ({ user, ...tweet }) => ({ ...tweet, user: user.username }),
  (tweet) => ({ ...tweet, hashtags: tweet.hashtags.join(" ") }),
  (tweet) => ({ ...tweet, mentions: [...tweet.mentions, 7] }),
  (tweet) => ({ ...tweet, sentiment_score: 1.5 }),
  (tweet) => ({ ...tweet, sentiment_score: 0.12345 }),
  (tweet) => ({ ...tweet, tweet_type: "shout" }),
  (tweet) => ({ ...tweet, like_count: -1 }),
  (tweet) => ({ ...tweet, created_at: "1970-01-01T00:00:07.000000Z" }), // a phone that has never heard the time
  (tweet) => ({ ...tweet, created_at: tweet.created_at.replace(/T\d\d/, "T24") }),
  ({ region: _, ...tweet }) => tweet,
  (tweet) => ({ ...tweet, colour: "blue" }),
];

/** The value of a message that cannot be read any more. */
export function misread(tweet: Tweet, random: Random): string {
  const wrong = random.pick(WAYS)(tweet);
  return typeof wrong === "string" ? wrong : JSON.stringify(wrong);
}
