/** The batch: raw events of some hours are read by Spark, made clean, and become these hours of the clean table. */
import type { SparkRelation, SparkSession } from "../../../spark/index.ts";
import type { ReplacedTable } from "../../table/replaced-table.ts";
import { cleanColumns } from "./clean-table.ts";
import type { RawFile } from "./raw-files.ts";

/** Fields of all three topics: each line has those of its own, and the others are null. */
const RAW_COLUMNS = [
  ..."event_id transaction_id user_id session_id product category event action page".split(" ").map(text),
  "quantity INT",
  "amount DECIMAL(10,2)",
  "`timestamp` STRING",
  "kafka_partition INT",
  "kafka_offset BIGINT",
  ..."topic date hour".split(" ").map(text), // these are folders
];

function text(name: string): string {
  return `\`${name}\` STRING`;
}

/** What becomes of the fields, by the columns of the clean table; those that are not named here stay as they are. */
const MADE: Readonly<Record<string, string>> = {
  action: "coalesce(event, action, 'purchase')",
  // Both without the zone of the session: `Z` is cut off, or read.
  event_time: "CAST(replace(`timestamp`, 'Z', '') AS TIMESTAMP_NTZ)",
  event_ms: "unix_millis(CAST(`timestamp` AS TIMESTAMP))",
  copies: "CAST(copies AS INT)",
};

const COLUMNS = cleanColumns.map(({ name }) => (MADE[name] === undefined ? `\`${name}\`` : `${MADE[name]} AS ${name}`));

/**
 * Raw events made clean, as a relation of Spark. A copy has the same id, and the same time, so it stands in the same hour; the one that
 * came first stays.
 *
 * @param places the file system's address, `hdfs://host:port`, and the folder of the raw events on it
 */
export function cleaned(
  spark: SparkSession,
  { hdfs, raw: folder }: { readonly hdfs: string; readonly raw: string },
  files: readonly RawFile[],
): SparkRelation {
  const raw = spark.read({
    format: "json",
    paths: files.map(({ path }) => `${hdfs}${path}`),
    schema: RAW_COLUMNS.join(", "),
    // A line that cannot be read was damaged on HDFS: ingest has checked it.
    options: { basePath: `${hdfs}${folder}`, mode: "FAILFAST" },
  });
  const events = raw.select("* EXCEPT (event_id, transaction_id)", "coalesce(event_id, transaction_id) AS event_id");
  const counted = spark.query`
    SELECT *, count(*) OVER (PARTITION BY date, hour, topic, event_id) AS copies,
      row_number() OVER (PARTITION BY date, hour, topic, event_id ORDER BY kafka_partition, kafka_offset) AS copy
    FROM ${events}`;
  const first = counted.where("copy = 1").select(...COLUMNS, "`date`", "`hour`");
  return spark.query`SELECT * FROM ${first} DISTRIBUTE BY date, hour SORT BY date, hour, event_ms`;
}

/** Makes hours of the table anew, of the files given and no others. Done twice, it is done once. @throws SparkError; HIVE_FAILED */
export async function replaceHours(
  spark: SparkSession,
  table: ReplacedTable,
  places: { readonly hdfs: string; readonly raw: string },
  files: readonly RawFile[],
  signal?: AbortSignal,
): Promise<void> {
  const attempt = table.attempt();
  await cleaned(spark, places, files).write({
    path: `${places.hdfs}${attempt}`,
    partitionBy: ["date", "hour"],
    options: { compression: "zstd" },
    ...(signal !== undefined && { signal }),
  });
  await table.publish(attempt);
}
