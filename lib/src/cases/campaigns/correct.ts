/**
 * The correction: the question of the stream asked of the table of all views, late ones too, and every minute of the report that differs
 * replaced by the answer.
 *
 * Only minutes that the stream has closed are corrected. It never writes those again, so no view can be counted by both; an open minute
 * is the stream's alone.
 */
import { until } from "../../async/index.ts";
import { StreambookError } from "../../errors/index.ts";
import { Hdfs } from "../../hdfs/index.ts";
import { committedOffsets, committedPartitions, tableFolders } from "../../ingest/index.ts";
import type { SparkRelation, SparkSession } from "../../spark/index.ts";
import { campaignNames, type CampaignNames, openReport, reportPartitions, streamFolder } from "./names.ts";
import type { CampaignAddresses } from "./job.ts";
import { onceInTable, reportOf, viewsOf } from "./questions.ts";
import { openSession } from "./session.ts";

/** Options of {@link correct} and `compact`. */
export interface MendOptions {
  readonly addresses: CampaignAddresses;
  readonly names?: CampaignNames;
  readonly signal?: AbortSignal | undefined;
}

/** What a correction did. */
export interface Correction {
  /** The last minute that the stream has closed; undefined when it has closed none. */
  readonly closed: string | undefined;
  /** Partitions of the report, a network in a minute, that differed and were replaced. */
  readonly replaced: number;
  /** Views that the report has now and had not before: those that came late. */
  readonly added: number;
}

/**
 * Corrects the minutes that the stream has closed.
 *
 * @throws TIMEOUT when the table of the views stays behind what the report has counted; STACK_DOWN when Spark does not run; SPARK_FAILED
 */
export async function correct({ addresses, names = campaignNames, signal }: MendOptions): Promise<Correction> {
  const hdfs = new Hdfs({ address: addresses.webhdfs, signal });
  const closed = lastMinute((await committedPartitions(hdfs, streamFolder(names))).committed);
  if (closed === undefined) return { closed, replaced: 0, added: 0 };
  await untilAsFar(hdfs, names, signal);
  await using table = await openReport(addresses, names, signal);
  await using spark = await openSession(addresses, signal);
  const truth = answerOf(spark, names).where(`minute <= '${closed}'`);
  const wrong = await differences(spark, truth, names, signal);
  const without = wrong.find(({ after }) => after === 0n);
  if (without !== undefined)
    throw new StreambookError(
      "INTERNAL",
      `the table ${names.report} has ${without.before} views of ${without.network_id} in the minute ${without.minute}, and ${names.views} has none`,
    );
  if (wrong.length === 0) return { closed, replaced: 0, added: 0 };
  const attempt = table.attempt();
  await writeWhole(spark, truth, wrong, `${addresses.hdfs}${attempt}`, signal);
  const replaced = await table.publish(attempt);
  return { closed, replaced, added: wrong.reduce((sum, { before, after }) => sum + Number(after - before), 0) };
}

/** The question asked of the table of all views: the report as it should be, open minutes as far as their views have come. */
export function answerOf(spark: SparkSession, { views }: CampaignNames): SparkRelation {
  return reportOf(spark, viewsOf(spark, onceInTable(spark, spark.table(views))));
}

/** A partition of the report. */
export interface ReportPartition {
  readonly network_id: string;
  readonly minute: string;
}

/** Writes the rows of some partitions, one file each, to a folder on HDFS. */
export async function writeWhole(
  spark: SparkSession,
  report: SparkRelation,
  partitions: readonly ReportPartition[],
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const wanted = partitions.map(({ network_id, minute }) => `${network_id} ${minute}`);
  const rows = spark.query`
    SELECT /*+ REPARTITION(network_id, minute) */ * FROM ${report}
    WHERE array_contains(${wanted}, concat(network_id, ' ', minute))`;
  await rows.write({
    ...{ path, format: "parquet", options: { compression: "zstd" }, signal },
    partitionBy: reportPartitions.map(({ name }) => name),
  });
}

/** The latest minute of folders such as `network_id=meadow/minute=2026-09-13T06-49-00Z`. */
export function lastMinute(partitions: Iterable<string>): string | undefined {
  const minutes = [...partitions].map((partition) => partition.slice(partition.lastIndexOf("=") + 1));
  return minutes.sort().at(-1);
}

/** Waits until the table has every view that the report's stream has read: it is another stream, and may be a batch behind. */
async function untilAsFar(hdfs: Hdfs, names: CampaignNames, signal: AbortSignal | undefined): Promise<void> {
  const wanted = await committedOffsets(hdfs, streamFolder(names));
  const folder = `${tableFolders.streams}/${names.views}`;
  await until(
    `the table ${names.views} to have all views that ${names.report} has counted; the job brings them`,
    async () => {
      const there = await committedOffsets(hdfs, folder);
      if ([...wanted].some(([partition, next]) => (there.get(partition) ?? 0n) < next)) return false;
      return (await committedPartitions(hdfs, folder)).waiting.size === 0;
    },
    { timeout: 60_000, interval: 500, signal },
  );
}

/** The partitions of the report in which any number is not that of the truth, with the views in both. */
function differences(spark: SparkSession, truth: SparkRelation, names: CampaignNames, signal: AbortSignal | undefined) {
  return spark.query`
    SELECT
      network_id, minute,
      sum(coalesce(r.total_count, 0)) AS before, sum(coalesce(t.total_count, 0)) AS after
    FROM ${truth} t FULL JOIN ${spark.table(names.report)} r USING (network_id, minute, campaign_id)
    GROUP BY network_id, minute
    HAVING bool_or(NOT (t.total_count <=> r.total_count) OR NOT (t.avg_duration <=> r.avg_duration))
    ORDER BY minute, network_id`
    .as({ network_id: "string", minute: "string", before: "bigint", after: "bigint" })
    .collect({ signal });
}
