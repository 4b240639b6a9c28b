/** A statement for Cassandra from the command line. */
import { openReviews } from "../../cases/index.ts";
import type { CassandraValue } from "../../cassandra/index.ts";
import type { HiveTable, HiveValue } from "../../hive/index.ts";
import { toJson } from "../../json/index.ts";
import type { Addresses } from "../../stack/index.ts";

/** Runs a statement, and gives its rows as a query of Hive would. */
export async function askCassandra(
  known: Addresses,
  statement: string,
  maximumRows: number,
  signal: AbortSignal,
): Promise<HiveTable> {
  await using cassandra = await openReviews(known, signal);
  const { columns, rows } = await cassandra.table(statement, maximumRows, { signal });
  return { columns, rows: rows.map((row) => row.map(shown)) };
}

/** A value as Hive would give it: times as text, a BIGINT as a number where that loses no digit, what is nested as JSON. */
function shown(value: CassandraValue): HiveValue {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value instanceof Date) return value.toISOString();
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  return toJson(nested(value));
}

/** Maps as lists of their entries, since keys need not be text. */
function nested(value: CassandraValue): unknown {
  if (value === null || typeof value !== "object" || value instanceof Uint8Array || value instanceof Date) return value;
  if (value instanceof Map)
    return [...(value as ReadonlyMap<CassandraValue, CassandraValue>)].map((entry) => entry.map(nested));
  if (Array.isArray(value)) return (value as readonly CassandraValue[]).map(nested);
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, CassandraValue>>).map(([name, one]) => [name, nested(one)]),
  );
}
