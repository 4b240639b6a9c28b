/** The compaction: a minute of a network that a stream has left in several small files becomes one file. */
import { Hdfs } from "../../hdfs/index.ts";
import { committedPartitions } from "../../ingest/index.ts";
import type { SparkSession } from "../../spark/index.ts";
import { lastMinute, type MendOptions, writeWhole } from "./correct.ts";
import { campaignNames, openReport, streamFolder } from "./names.ts";
import { openSession } from "./session.ts";

/** A partition of the report, and its files. */
export interface PartitionFiles {
  readonly network_id: string;
  readonly minute: string;
  readonly files: number;
  readonly rows: number;
}

/** What a compaction did. */
export interface Compaction {
  /** Partitions that had several files, and have one. */
  readonly compacted: number;
  /** Files of the report before and after. */
  readonly before: number;
  readonly after: number;
}

/**
 * Writes the minutes that the stream has closed, and whose files are all in the table, to one file each.
 *
 * @throws STACK_DOWN when Spark does not run; SPARK_FAILED
 */
export async function compact({ addresses, names = campaignNames, signal }: MendOptions): Promise<Compaction> {
  const hdfs = new Hdfs({ address: addresses.webhdfs, signal });
  const { committed, waiting } = await committedPartitions(hdfs, streamFolder(names));
  const closed = lastMinute(committed) ?? "";
  await using table = await openReport(addresses, names, signal);
  await using spark = await openSession(addresses, signal);
  const all = await filesOf(spark, names.report, signal);
  const before = all.reduce((sum, { files }) => sum + files, 0);
  const scattered = all.filter(
    ({ network_id, minute, files }) =>
      files > 1 && minute <= closed && !waiting.has(`network_id=${network_id}/minute=${minute}`),
  );
  if (scattered.length === 0) return { compacted: 0, before, after: before };
  const attempt = table.attempt();
  await writeWhole(spark, spark.table(names.report), scattered, `${addresses.hdfs}${attempt}`, signal);
  const compacted = await table.publish(attempt);
  return { compacted, before, after: before - scattered.reduce((sum, { files }) => sum + files - 1, 0) };
}

/** The partitions of the report, each with the number of its files and rows. */
export async function filesOf(
  spark: SparkSession,
  report: string,
  signal: AbortSignal | undefined,
): Promise<PartitionFiles[]> {
  const rows = await spark.query`
    SELECT network_id, minute, count(DISTINCT file) AS files, count(*) AS rows
    FROM (SELECT network_id, minute, input_file_name() AS file FROM ${spark.table(report)})
    GROUP BY network_id, minute ORDER BY minute, network_id`
    .as({ network_id: "string", minute: "string", files: "bigint", rows: "bigint" })
    .collect({ signal });
  return rows.map(({ files, rows: n, ...partition }) => ({ ...partition, files: Number(files), rows: Number(n) }));
}
