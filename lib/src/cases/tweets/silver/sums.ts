/**
 * Sums of silver by hour, for the comparison with the plain answer. Spark computes them, because Trino has only milliseconds of Delta's times,
 * rounded: a tweet of the last half of a millisecond would be one of the next hour.
 */
import type { SparkSession } from "../../../spark/index.ts";
import type { Row } from "../../report/compare-rows.ts";
import { rowsAt } from "../delta.ts";
import { type LakeNames, lakeNames, silverPath } from "../names.ts";
import { clientColumn } from "./columns.ts";

/** The values of a tweet's row as texts, in the order of `silverChecksum`; a list's with blanks between them. */
const checkedValues: readonly string[] = [
  ...["tweet_id", "text", "user_id", "username", "display_name"],
  ...["followers_count", "following_count", "verified", "user_location", "user_description"],
  ...["date_format(created_at, 'yyyy-MM-dd HH:mm:ss.SSSSSS')", "tweet_type", "language", "region"],
  ...["concat_ws(' ', hashtags)", "concat_ws(' ', mentions)"],
  ...["retweet_count", "like_count", "reply_count", "quote_count"],
  ...["is_retweet", "is_reply", "is_quote", "has_media", "has_url"],
  ...["sentiment_score", "engagement_score", "reach_estimate"],
  ...["original_tweet_id", "reply_to_tweet_id", "quoted_tweet_id", clientColumn.name],
  ...["text_length", "sentiment_category", "total_engagement"],
];

/**
 * The sums, among them those of the checksums of the rows: so every value of every row is looked at.
 *
 * @throws SparkError when there is no silver
 */
export async function silverSums(
  spark: SparkSession,
  names: LakeNames = lakeNames(),
  signal?: AbortSignal,
): Promise<Row[]> {
  const silver = rowsAt(spark, silverPath(names));
  const known = new Set((await silver.columns({ signal })).map(({ name }) => name));
  const hasClients = known.has(clientColumn.name); // not before the first message that says it
  const rows = silver.select(
    "date_format(created_at, 'yyyy-MM-dd HH:00') AS hour",
    ...["text_length", "total_engagement", "CAST(sentiment_score * 1000 AS BIGINT) AS sentiment"],
    `crc32(concat_ws('|', ${checkedTexts(hasClients).join(", ")})) AS checksum`,
  );
  return spark.query`
    SELECT
      hour, count(*) AS tweets, sum(text_length) AS text_length, sum(total_engagement) AS total_engagement,
      sum(sentiment) AS sentiment, sum(checksum) AS checksum
    FROM ${rows} GROUP BY hour`
    .as(sumsColumns)
    .collect({ signal });
}

const sumsColumns = {
  hour: "string",
  tweets: "bigint",
  text_length: "bigint",
  total_engagement: "bigint",
  sentiment: "bigint",
  checksum: "bigint",
} as const;

function checkedTexts(hasClients: boolean): string[] {
  const values = hasClients ? checkedValues : checkedValues.filter((value) => value !== clientColumn.name);
  return values.map((value) => `CAST(${value} AS STRING)`);
}
