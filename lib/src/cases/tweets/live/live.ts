/** One SQL over the stream and the table: what Kafka has by now, and how far behind it the layers are. */
import type { Trino } from "../../../trino/index.ts";
import { type LakeNames, lakeNames } from "../names.ts";
import { goldIn, silverIn } from "../serve/views.ts";

/** What the stream has, and what has come of it. Times are those at which Kafka took the messages. */
export interface LiveState {
  /** Messages in the topic that can be read as JSON. */
  readonly messages: number;
  /** Of these, those whose tweet is in silver. */
  readonly kept: number;
  /** Tweets that silver does not have, each once: not yet, or never, because the check of the schema has refused them. */
  readonly waiting: number;
  /** Seconds since the newest message. */
  readonly newestAge: number | undefined;
  /** Seconds since the newest message up to which silver has read its partition, as far as its rows say. */
  readonly silverAge: number | undefined;
  /** Tweets that the summary of gold counts. */
  readonly inGold: number;
}

/**
 * Joins the topic, read as it is now, with the table of tweets.
 *
 * @throws TrinoError, also before {@link makeViews} has given the tables their names; Trino knows only the topic of the names without a suffix, and those of
 *   lessons
 */
export async function liveState(
  trino: Trino,
  names: LakeNames = lakeNames(),
  signal?: AbortSignal,
): Promise<LiveState> {
  const [state] = await trino
    .query<
      Record<"messages" | "kept" | "waiting" | "in_gold", bigint> & Record<"newest_age" | "silver_age", number | null>
    >(
      `WITH stream AS (
        SELECT tweet_id, _timestamp AS at, _partition_id AS part, _partition_offset AS place
        FROM kafka.default.${names.topic} WHERE tweet_id IS NOT NULL),
      known AS (SELECT kafka_partition AS part, max(kafka_offset) AS place FROM ${silverIn(names)} GROUP BY kafka_partition)
      SELECT
        count(*) AS messages,
        count(t.tweet_id) AS kept,
        count(DISTINCT CASE WHEN t.tweet_id IS NULL THEN s.tweet_id END) AS waiting,
        to_unixtime(now()) - to_unixtime(max(s.at)) AS newest_age,
        to_unixtime(now()) - to_unixtime(max(CASE WHEN s.place <= k.place THEN s.at END)) AS silver_age,
        (SELECT sum(total_tweets) FROM ${goldIn(names)}.hourly_activity_summary) AS in_gold
      FROM stream s
        LEFT JOIN ${silverIn(names)} t ON t.tweet_id = s.tweet_id
        LEFT JOIN known k ON k.part = s.part`,
    )
    .collect({ signal });
  const count = (value: bigint | undefined): number => Number(value ?? 0);
  return {
    messages: count(state?.messages),
    kept: count(state?.kept),
    waiting: count(state?.waiting),
    newestAge: state?.newest_age ?? undefined,
    silverAge: state?.silver_age ?? undefined,
    inGold: count(state?.in_gold),
  };
}
