/** The tables of Delta by names in Trino, and views over them: with levels and ranks. */
import type { Trino } from "../../../trino/index.ts";
import { goldDefinitions } from "../gold/tables.ts";
import { engagementLevels, influenceLevels, levelSql } from "../levels.ts";
import { type GoldTable, goldTables, type LakeNames, lakeNames, silverTable } from "../names.ts";
import { chartLimits } from "../plain/charts.ts";
import { silverColumns } from "../silver/columns.ts";

/** Trino's catalog of the tables of Delta. */
const CATALOG = "delta";

/** The schema of the answers with its catalog, as statements name it: `delta.gold`. */
export function goldIn({ goldSchema }: Pick<LakeNames, "goldSchema">): string {
  return `${CATALOG}.${goldSchema}`;
}

/** The table of tweets, as statements name it: `delta.silver.tweets`. */
export function silverIn({ silverSchema }: Pick<LakeNames, "silverSchema">): string {
  return `${CATALOG}.${silverSchema}.${silverTable}`;
}

/**
 * Gives the tables their names, and makes the views anew. May be done again at any time.
 *
 * @throws TrinoError, also when there are no tables yet
 */
export async function makeViews(trino: Trino, names: LakeNames = lakeNames()): Promise<void> {
  const { silverSchema, goldSchema, silver, gold } = names;
  for (const schema of [silverSchema, goldSchema]) await trino.sql(`CREATE SCHEMA IF NOT EXISTS ${CATALOG}.${schema}`);
  await register(trino, silverSchema, silverTable, `s3://${silver}/${silverTable}`);
  for (const table of goldTables) await register(trino, goldSchema, table, `s3://${gold}/${table}`);
  for (const [name, { query }] of Object.entries(viewsOf(names)))
    await trino.sql(`CREATE OR REPLACE VIEW ${goldIn(names)}.${name} AS ${query}`);
}

/** Forgets the views and the names of the tables. Their files are not touched. @throws TrinoError */
export async function forgetTables(trino: Trino, names: LakeNames = lakeNames()): Promise<void> {
  const { silverSchema, goldSchema } = names;
  for (const name of Object.keys(viewsOf(names))) await trino.sql(`DROP VIEW IF EXISTS ${goldIn(names)}.${name}`);
  await unregister(trino, silverSchema, silverTable);
  for (const table of goldTables) await unregister(trino, goldSchema, table);
  for (const schema of [silverSchema, goldSchema]) await trino.sql(`DROP SCHEMA IF EXISTS ${CATALOG}.${schema}`);
}

async function register(trino: Trino, schema: string, table: string, location: string): Promise<void> {
  if (await isRegistered(trino, schema, table)) return;
  await trino.sql`CALL delta.system.register_table(${schema}, ${table}, ${location})`;
}

async function unregister(trino: Trino, schema: string, table: string): Promise<void> {
  if (await isRegistered(trino, schema, table))
    await trino.sql`CALL delta.system.unregister_table(${schema}, ${table})`;
}

async function isRegistered(trino: Trino, schema: string, table: string): Promise<boolean> {
  const found = await trino.sql`
    SELECT table_name FROM delta.information_schema.tables WHERE table_schema = ${schema} AND table_name = ${table}`;
  return found.length > 0;
}

/** A view of Trino. */
export interface View {
  /** Its columns, by name: a view of `*` would be refused as soon as its table gains one. */
  readonly columns: readonly string[];
  readonly query: string;
}

/** The views by name; all are in the schema of gold. */
export function viewsOf(names: LakeNames = lakeNames()): Readonly<Record<string, View>> {
  const ofTable = (table: GoldTable): string => `${goldIn(names)}.${table}`;
  const hashtags = "popular_hashtags_by_hour";
  return {
    tweets_leveled: view(
      silverColumns.map(({ name }) => name),
      silverIn(names),
      {
        influence_level: levelSql(influenceLevels),
        engagement_level: levelSql(engagementLevels),
      },
    ),
    ranked_hashtags: ranked(hashtags, "tweet_count", ofTable),
    ranked_regions: ranked("tweet_volume_by_region", "tweet_count", ofTable),
    ranked_languages: ranked("tweet_metrics_by_language", "tweet_count", ofTable),
    ranked_users: ranked("active_users_by_day", "tweets_count", ofTable),
    trending_hashtags: view(
      Object.keys(goldDefinitions[hashtags].columns),
      `${ofTable(hashtags)} WHERE hour > (SELECT max(hour) FROM ${ofTable(hashtags)}) - INTERVAL '${chartLimits.trendingHours}' HOUR`,
    ),
  };
}

/** @param from what stands behind FROM @param more further columns, each as SQL */
function view(columns: readonly string[], from: string, more: Readonly<Record<string, string>> = {}): View {
  const added = Object.entries(more).map(([name, sql]) => `${sql} AS ${name}`);
  return {
    columns: [...columns, ...Object.keys(more)],
    query: `SELECT ${[...columns, ...added].join(", ")} FROM ${from}`,
  };
}

/** A table with the place of each row among those of its hour or day: the largest count first, and of equal ones the first by name. */
function ranked(table: GoldTable, count: string, ofTable: (table: GoldTable) => string): View {
  const { columns, period, key } = goldDefinitions[table];
  const order = [`${count} DESC`, ...key.slice(1)].join(", ");
  return view(Object.keys(columns), ofTable(table), {
    [`rank_in_${period}`]: `row_number() OVER (PARTITION BY ${period} ORDER BY ${order})`,
  });
}
