/**
 * Gold: the answers, recomputed only for the hours that have changed. An hour has changed when the summary counts other tweets than silver has:
 * silver only gains rows. The summary is written last, so that whatever is killed before that is done again, and all tables are computed from
 * one version of silver, so that none is behind the summary. Each table replaces its hours in one commit: a reader sees the old rows or the new
 * ones.
 */
import { mapConcurrent } from "../../../async/index.ts";
import { type Logger, silentLogger } from "../../../log/index.ts";
import type { S3 } from "../../../s3/index.ts";
import type { SparkRelation, SparkSession } from "../../../spark/index.ts";
import { makeLakeBucket } from "../buckets.ts";
import { createTable, type DeltaColumn, newestVersion, rowsAt, untilNoConflict } from "../delta.ts";
import { goldPath, type GoldTable, goldTables, type LakeNames, lakeNames, silverPath } from "../names.ts";
import { goldDefinitions, goldTweets } from "./tables.ts";

/** The table by which changed hours are known. */
const LAST: GoldTable = "hourly_activity_summary";
/** Tables that are computed at the same time: while Spark plans one, it computes another. */
const AT_ONCE = 2;

/** Options of {@link refreshGold}. */
export interface GoldOptions {
  readonly spark: SparkSession;
  readonly s3: S3;
  /** @default those of {@link lakeNames} */
  readonly names?: LakeNames | undefined;
  readonly logger?: Logger;
  /** Ends the refresh; what is done is kept, and the next one does the rest. */
  readonly signal?: AbortSignal | undefined;
}

/** What a refresh has found and done. */
export interface GoldRefresh {
  /** The version of silver that gold follows from now. */
  readonly version: bigint;
  /** Hours that were recomputed. */
  readonly changed: number;
  /** Hours that there are. */
  readonly hours: number;
}

/**
 * Recomputes what has changed; the tables are made if they are missing. May be done again at any time, but by one at a time: of two, the one
 * with the older silver could be the last to replace an hour. Tables may be compacted meanwhile.
 *
 * @throws SparkError, also when there is no silver; S3_FAILED and others of S3; the signal's reason
 */
export async function refreshGold(options: GoldOptions): Promise<GoldRefresh> {
  const { spark, s3, names = lakeNames(), logger = silentLogger, signal } = options;
  await makeLakeBucket(s3, names.gold, signal);
  for (const table of goldTables) await createTable(spark, goldPath(names, table), columnsOf(table));
  return untilNoConflict(
    () => replaceChanged({ ...options, names }),
    () => logger.info("a table of gold was changed meanwhile; what has changed is looked for again"),
  );
}

/** Replaces the hours that are not those of the newest silver. */
async function replaceChanged(options: GoldOptions & { readonly names: LakeNames }): Promise<GoldRefresh> {
  const { spark, names, logger = silentLogger, signal } = options;
  const version = await newestVersion(spark, silverPath(names));
  const silver = rowsAt(spark, silverPath(names), version);
  const { changed, hours } = await changedHours(spark, silver, names, signal);
  const replace = async (table: GoldTable): Promise<void> => {
    signal?.throwIfAborted();
    const periods = periodsOf(changed, goldDefinitions[table].period);
    await replaceRows(spark, table, { silver, periods, names, signal });
    logger.info(`${table}: ${periods.length} ${goldDefinitions[table].period}s replaced`);
  };
  if (changed.length > 0) {
    await mapConcurrent(
      goldTables.filter((table) => table !== LAST),
      AT_ONCE,
      replace,
    );
    await replace(LAST);
  }
  return { version, changed: changed.length, hours };
}

function columnsOf(table: GoldTable): DeltaColumn[] {
  return Object.entries(goldDefinitions[table].columns).map(([name, type]) => ({ name, type }));
}

/** The hours whose tweets are not those that the summary counts, `2026-06-29T13:00:00.000Z`, and how many hours there are. */
async function changedHours(
  spark: SparkSession,
  silver: SparkRelation,
  names: LakeNames,
  signal: AbortSignal | undefined,
): Promise<{ readonly changed: string[]; readonly hours: number }> {
  const counted = spark.query`SELECT date_trunc('HOUR', created_at) AS hour, count(*) AS tweets FROM ${silver} GROUP BY 1`;
  const summary = rowsAt(spark, goldPath(names, "hourly_activity_summary"));
  const rows = await spark.query`
    SELECT c.hour, c.tweets <=> s.total_tweets AS is_same
    FROM ${counted} c LEFT JOIN ${summary} s ON s.hour = c.hour ORDER BY c.hour`
    .as({ hour: "timestamp", is_same: "boolean" })
    .collect({ signal });
  return { changed: rows.filter(({ is_same }) => !is_same).map(({ hour }) => hour), hours: rows.length };
}

/**
 * The hours themselves, or the days that they are of: `2026-06-29`.
 *
 * @param hours in their order, `2026-06-29T13:00:00.000Z`
 */
export function periodsOf(hours: readonly string[], period: "hour" | "day"): string[] {
  return period === "hour" ? [...hours] : [...new Set(hours.map((hour) => hour.slice(0, 10)))];
}

/** What a table's rows are replaced from. */
interface Replacement {
  readonly silver: SparkRelation;
  /** Hours or days, in their order: at least one. */
  readonly periods: readonly string[];
  readonly names: LakeNames;
  readonly signal: AbortSignal | undefined;
}

/** Replaces the rows of some hours or days, in one commit. */
async function replaceRows(
  spark: SparkSession,
  table: GoldTable,
  { silver, periods, names, signal }: Replacement,
): Promise<void> {
  const definition = goldDefinitions[table];
  const { within, isOneOf } = conditionsOf(periods, definition.period);
  const tweets = goldTweets(silver.where(within)).where(isOneOf);
  const columns = columnsOf(table).map(({ name, type }) => `CAST(${name} AS ${type}) AS ${name}`);
  await definition
    .rows(spark, tweets)
    .select(...columns)
    .write({
      ...{ format: "delta", path: goldPath(names, table), mode: "overwrite", signal },
      options: { replaceWhere: isOneOf },
    });
}

/** Conditions of SQL for the tweets, and the rows, of some hours or days. */
export interface PeriodConditions {
  /** Over `created_at`: from the first period to the end of the last. By such bounds Delta knows files that need not be read. */
  readonly within: string;
  /** Over `hour` or `day`. */
  readonly isOneOf: string;
}

/** @param periods as {@link periodsOf} gives them, at least one */
export function conditionsOf(periods: readonly string[], period: "hour" | "day"): PeriodConditions {
  const [first, last] = [periods[0], periods.at(-1)];
  const type = period === "hour" ? "TIMESTAMP" : "DATE";
  return {
    within: `created_at >= TIMESTAMP '${first}' AND created_at < TIMESTAMP '${last}' + INTERVAL 1 ${period.toUpperCase()}`,
    isOneOf: `${period} IN (${periods.map((value) => `${type} '${value}'`).join(", ")})`,
  };
}
