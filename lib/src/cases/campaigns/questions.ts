/** The case's question as SQL. The stream and the batch that corrects it ask the same one: only where their rows come from differs. */
import type { SparkRelation, SparkSession } from "../../spark/index.ts";
import { type Campaign, knownCampaigns, UNKNOWN_NETWORK } from "./dictionary.ts";

/** How long the stream waits for views that are late. */
export const WATERMARK = "1 minute";

/**
 * Views with their network, when they ended (`ended`), and how many milliseconds they took (`duration`): whole numbers, so that their average
 * does not depend on the order in which they are added.
 *
 * @param messages rows with the columns of the topic
 */
export function viewsOf(
  spark: SparkSession,
  messages: SparkRelation,
  dictionary: readonly Campaign[] = knownCampaigns(),
): SparkRelation {
  const ids = dictionary.map(({ id }) => id);
  const networks = dictionary.map(({ network }) => network);
  const known = spark.query`
    SELECT campaign_id, element_at(${networks}, position + 1) AS network_id
    FROM (SELECT posexplode(${ids}) AS (position, campaign_id))`;
  return spark.query`
    SELECT
      v.view_id, v.campaign_id, CAST(v.end_timestamp AS TIMESTAMP) AS ended,
      unix_millis(CAST(v.end_timestamp AS TIMESTAMP)) - unix_millis(CAST(v.start_timestamp AS TIMESTAMP)) AS duration,
      coalesce(known.network_id, ${UNKNOWN_NETWORK}) AS network_id
    FROM ${messages} v LEFT JOIN ${known} known ON known.campaign_id = v.campaign_id`;
}

/** Views of a stream, each once: what comes behind the watermark is left out, and what came before it is, too. */
export function onceInStream(views: SparkRelation): SparkRelation {
  return views.withWatermark("ended", WATERMARK).dropDuplicates(["view_id"], { withinWatermark: true });
}

/** Messages of a table, each view once: the first that Kafka has. */
export function onceInTable(spark: SparkSession, messages: SparkRelation): SparkRelation {
  return spark.query`
    SELECT first.* FROM (
      SELECT min_by(struct(view_id, campaign_id, start_timestamp, end_timestamp), kafka_offset) AS first
      FROM ${messages} GROUP BY view_id
    )`;
}

/** The report: by network, minute and campaign, how many views ended and how long they took on average. */
export function reportOf(spark: SparkSession, views: SparkRelation): SparkRelation {
  return spark.query`
    SELECT
      campaign_id, avg(duration) / 1000 AS avg_duration, count(*) AS total_count,
      network_id, date_format(window.start, "yyyy-MM-dd'T'HH-mm-ss'Z'") AS minute
    FROM ${views}
    GROUP BY network_id, campaign_id, window(ended, '1 minute')`;
}
