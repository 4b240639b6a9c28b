/** The columns of silver, and the SQL that makes them of a message. */

import type { DeltaColumn } from "../delta.ts";

/** A column, and what it is made of. */
interface SilverColumn extends DeltaColumn {
  /** SQL over the columns of a message. */
  readonly from: string;
}

function column(name: string, type: string, from: string = name): SilverColumn {
  return { name, type, from };
}

/** A column that is a field of the message's user. */
function ofUser(field: string, type: string, name: string = field): SilverColumn {
  return column(name, type, `\`user\`.${field}`); // in back quotes, because it is a word of SQL too
}

const CATEGORY =
  "CASE WHEN sentiment_score > 0.1 THEN 'positive' WHEN sentiment_score < -0.1 THEN 'negative' ELSE 'neutral' END";

/** The columns of the table as it is made. Those that messages gain later are not among them: the table gains them, too. */
export const silverColumns: readonly SilverColumn[] = [
  ...["tweet_id", "text"].map((name) => column(name, "STRING")),
  ...["user_id", "username", "display_name"].map((name) => ofUser(name, "STRING")),
  ...["followers_count", "following_count"].map((name) => ofUser(name, "INT")),
  ofUser("verified", "BOOLEAN"),
  ofUser("location", "STRING", "user_location"),
  ofUser("description", "STRING", "user_description"),
  column("created_at", "TIMESTAMP"),
  ...["tweet_type", "language", "region"].map((name) => column(name, "STRING")),
  ...["hashtags", "mentions"].map((name) => column(name, "ARRAY<STRING>")),
  ...["retweet_count", "like_count", "reply_count", "quote_count"].map((name) => column(name, "INT")),
  ...["is_retweet", "is_reply", "is_quote", "has_media", "has_url"].map((name) => column(name, "BOOLEAN")),
  column("sentiment_score", "DECIMAL(4,3)"),
  column("engagement_score", "DECIMAL(5,2)"),
  column("reach_estimate", "INT"),
  ...["original_tweet_id", "reply_to_tweet_id", "quoted_tweet_id"].map((name) => column(name, "STRING")),
  column("text_length", "INT", "length(text)"),
  column("sentiment_category", "STRING", CATEGORY),
  column("total_engagement", "BIGINT", "retweet_count + like_count + reply_count + quote_count"),
  column("ingested_at", "TIMESTAMP"),
  column("processed_at", "TIMESTAMP", "current_timestamp()"),
  column("processing_date", "DATE", "current_date()"),
  column("kafka_partition", "INT"),
  column("kafka_offset", "BIGINT"),
];

/** The column that the messages gain in the middle of the stream. */
export const clientColumn: SilverColumn = column("client", "STRING");

/** Messages of bronze as rows of silver: an expression for each column. */
export function silverSelection(columns: readonly SilverColumn[]): string[] {
  return columns.map(({ name, type, from }) => `CAST(${from} AS ${type}) AS ${name}`);
}
