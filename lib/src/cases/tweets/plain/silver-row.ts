/** A tweet as the silver table has it, as far as answers follow from it: by the same rules, in plain TypeScript. */
import { crc32 } from "node:zlib";
import { characters, type Tweet } from "../generate/tweet.ts";

/** What silver adds to a tweet. */
export interface SilverValues {
  readonly text_length: number;
  readonly sentiment_category: "positive" | "neutral" | "negative";
  readonly total_engagement: number;
  /** The sentiment in thousandths, a whole number: sums of those do not depend on their order. */
  readonly sentiment: number;
}

/** Computes it. */
export function silverValues(tweet: Tweet): SilverValues {
  const { text, sentiment_score, retweet_count, like_count, reply_count, quote_count } = tweet;
  return {
    text_length: characters(text),
    sentiment_category: sentiment_score > 0.1 ? "positive" : sentiment_score < -0.1 ? "negative" : "neutral",
    total_engagement: retweet_count + like_count + reply_count + quote_count,
    sentiment: Math.round(sentiment_score * 1000),
  };
}

/** The checksum of a tweet's row: the CRC-32 of its values, one after the other. What is null is left out. */
export function silverChecksum(tweet: Tweet, { text_length, sentiment_category, total_engagement }: SilverValues) {
  const { user } = tweet;
  const values = [
    ...[tweet.tweet_id, tweet.text, user.user_id, user.username, user.display_name],
    ...[user.followers_count, user.following_count, user.verified, user.location, user.description],
    ...[tweet.created_at.slice(0, 26).replace("T", " "), tweet.tweet_type, tweet.language, tweet.region],
    ...[tweet.hashtags.join(" "), tweet.mentions.join(" ")],
    ...[tweet.retweet_count, tweet.like_count, tweet.reply_count, tweet.quote_count],
    ...[tweet.is_retweet, tweet.is_reply, tweet.is_quote, tweet.has_media, tweet.has_url],
    ...[tweet.sentiment_score.toFixed(3), tweet.engagement_score.toFixed(2), tweet.reach_estimate],
    ...[tweet.original_tweet_id, tweet.reply_to_tweet_id, tweet.quoted_tweet_id, tweet.client],
    ...[text_length, sentiment_category, total_engagement],
  ];
  return crc32(values.filter((value) => value !== null && value !== undefined).join("|"));
}
