/** The minutes that the report's stream has not closed yet: what waits in Spark's state for the watermark. */
import type { SparkSession } from "../../spark/index.ts";
import type { Addresses } from "../../stack/index.ts";
import { type CampaignNames, streamFolder } from "./names.ts";

/** A campaign in a minute that is open. */
export interface OpenCount {
  readonly network_id: string;
  readonly campaign_id: number;
  /** When the minute begins, ISO 8601, UTC. */
  readonly start: string;
  readonly views: number;
}

/** The sums of the windows are the first state of the query that Spark plans from the end, the ids of the views the second. */
const WINDOWS = "0";

/**
 * Reads the state of the last batch that ended (https://spark.apache.org/docs/latest/streaming/structured-streaming-state-data-source.html).
 *
 * @throws SPARK_FAILED when there is no state: before the first batch
 */
export async function openMinutes(
  spark: SparkSession,
  { hdfs }: Pick<Addresses, "hdfs">,
  names: CampaignNames,
  signal?: AbortSignal,
): Promise<OpenCount[]> {
  const paths = [`${hdfs}${streamFolder(names)}/checkpoint`];
  const state = spark.read({ format: "statestore", paths, options: { operatorId: WINDOWS } });
  // The state of the average has a sum and a count, that of the count another count: three fields of two names.
  const rows = await spark.query<StateRow>`
    SELECT key.network_id, key.campaign_id, key.window.start, value FROM ${state}`.collect({ signal });
  return rows.map(({ value, ...row }) => ({ ...row, views: Number(Object.values(value).at(-1)) }));
}

type StateRow = Omit<OpenCount, "views"> & { readonly value: Readonly<Record<string, unknown>> };
