/** Tables of Delta by their paths, as Spark makes, names and reads them. */
import { StreambookError } from "../../errors/index.ts";
import type { SparkRelation, SparkSession, SqlText } from "../../spark/index.ts";

/** A table's name for statements of Spark. @param path `s3a://tweets-silver/tweets` */
export async function tableAt(path: string): Promise<SqlText> {
  const { identifier } = await import("../../spark/index.ts"); // here, because its libraries take a while to load
  return identifier(["delta", path]);
}

/** A column, and its type as SQL declares it. */
export interface DeltaColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * Makes a table, unless there is one. Not by CREATE TABLE IF NOT EXISTS: that takes any file below the path for a table, also what is left when
 * one was killed while it was made.
 */
export async function createTable(spark: SparkSession, path: string, columns: readonly DeltaColumn[]): Promise<void> {
  const nulls = columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${name}`);
  await spark.query(`SELECT ${nulls.join(", ")} LIMIT 0`).write({ format: "delta", path, mode: "ignore" });
}

/** The rows of a table. @param version as of which they are taken @default the newest */
export function rowsAt(spark: SparkSession, path: string, version?: bigint): SparkRelation {
  const options = version === undefined ? {} : { versionAsOf: String(version) };
  return spark.read({ format: "delta", paths: [path], options });
}

/** The number of a table's newest version. @throws SparkError when there is no table */
export async function newestVersion(spark: SparkSession, path: string): Promise<bigint> {
  const [newest] = await spark.sql<{ version: bigint }>`DESCRIBE HISTORY ${await tableAt(path)} LIMIT 1`;
  if (newest === undefined) throw new StreambookError("INTERNAL", `the table of Delta at ${path} has no version`);
  return newest.version;
}

/** How often a writer begins again because others were quicker. */
const MOST_CONFLICTS = 10;

/**
 * Does what reads a table and then writes it, and does it again when another writer has committed in between: Delta refuses the commit of the
 * slower one, which has changed nothing.
 *
 * @param attempt begins with reading the table
 * @throws SparkError, also when others were quicker ten times
 */
export async function untilNoConflict<T>(attempt: () => Promise<T>, onConflict: () => void): Promise<T> {
  for (let conflicts = 0; ;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isConflict(error) || ++conflicts === MOST_CONFLICTS) throw error;
      onConflict();
    }
  }
}

/** The errors of https://docs.delta.io/latest/concurrency-control.html#conflict-exceptions. */
function isConflict(error: unknown): boolean {
  const { condition } = (error instanceof Error ? error : {}) as { readonly condition?: unknown };
  return typeof condition === "string" && /^DELTA_(?:CONCURRENT|METADATA_CHANGED|PROTOCOL_CHANGED)/.test(condition);
}
