/**
 * The upkeep of the tables. Every batch adds a file, and every replaced hour leaves one that no reader needs: OPTIMIZE writes many small files as
 * few large ones, in a version with the same rows; VACUUM removes the files that only older versions have, and with them the way back to these.
 */
import { mapConcurrent } from "../../../async/index.ts";
import type { SparkSession } from "../../../spark/index.ts";
import { tableAt } from "../delta.ts";
import { type LakeNames, lakeNames } from "../names.ts";
import { tablesOf, tableSizes, type TableSize } from "./sizes.ts";

/** Tables that are written anew at the same time: while Spark plans one, it writes another. */
const AT_ONCE = 2;

/** The sizes of all tables, before and after. */
export interface LakeCompaction {
  readonly before: readonly TableSize[];
  readonly after: readonly TableSize[];
}

/** Options of the upkeep. */
export interface UpkeepOptions {
  readonly spark: SparkSession;
  /** @default those of {@link lakeNames} */
  readonly names?: LakeNames | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Writes the small files of each table as large ones. Readers and writers may go on meanwhile. @throws SparkError */
export async function compactLake({ spark, names = lakeNames(), signal }: UpkeepOptions): Promise<LakeCompaction> {
  const before = await tableSizes(spark, names);
  await mapConcurrent(tablesOf(names), AT_ONCE, async ({ path }) => {
    signal?.throwIfAborted();
    await spark.sql`OPTIMIZE ${await tableAt(path)}`;
  });
  return { before, after: await tableSizes(spark, names) };
}

/**
 * Removes the files that no version of the last hours has.
 *
 * @param hours a reader that began before is lost: its files are gone. Fewer than 168 only where no reader and no writer is at work.
 * @throws SparkError
 */
export async function vacuumLake({ spark, names = lakeNames(), signal }: UpkeepOptions, hours = 168): Promise<void> {
  const check = "spark.databricks.delta.retentionDurationCheck.enabled";
  if (hours < 168) await spark.sql(`SET ${check} = false`);
  try {
    for (const { path } of tablesOf(names)) {
      signal?.throwIfAborted();
      const { sql } = await tableAt(path);
      await spark.sql(`VACUUM ${sql} RETAIN ${hours} HOURS`);
    }
  } finally {
    if (hours < 168) await spark.sql(`SET ${check} = true`);
  }
}
