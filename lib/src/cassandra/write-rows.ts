/** Rows into a table, partition by partition, so many at once. */
import { mapConcurrent } from "../async/index.ts";
import { toJson } from "../json/index.ts";
import { identifier } from "./ddl.ts";
import type { TableDesign } from "./design.ts";
import type { BatchedStatement, CassandraSession, Consistency } from "./session.ts";
import type { CassandraRow, CassandraValue } from "./values.ts";

/** Options of {@link writeRows}. */
export interface WriteRowsOptions {
  readonly keyspace: string;
  readonly table: TableDesign;
  /** The time that the writes carry, in microseconds since 1970. @default the clock's */
  readonly timestamp?: number | undefined;
  /** @default the session's */
  readonly consistency?: Consistency | undefined;
  /** Batches under way at once: more wait for them, and what waits is not sent. @default 48 */
  readonly concurrency?: number | undefined;
  /** Rows of a batch. Cassandra warns of more than 64 KiB in one. @default 100 */
  readonly batchRows?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What {@link writeRows} has done. */
export interface Written {
  readonly rows: number;
  readonly batches: number;
}

/**
 * Writes rows: inserts what is new, and replaces what has the same key, so that to write them again changes nothing. Of several rows of
 * one key the last is written. Rows of one partition go together, in batches that are done whole; each batch is tried again when its
 * answer was lost, with the same time, so that it cannot undo what was written after it.
 *
 * @throws as a statement does; some of the rows may be written then
 */
export async function writeRows(
  session: CassandraSession,
  rows: Iterable<CassandraRow>,
  { keyspace, table, timestamp, consistency, concurrency = 48, batchRows = 100, signal }: WriteRowsOptions,
): Promise<Written> {
  const names = table.columns.map(({ name }) => name);
  const cql = `INSERT INTO ${identifier(`${keyspace}.${table.name}`)} (${names.map(identifier).join(", ")}) VALUES (${names.map(() => "?").join(", ")})`;
  const batches: BatchedStatement[][] = [];
  let count = 0;
  for (const partition of partitionsOf(rows, table)) {
    const statements = [...partition.values()].map((row) => ({
      cql,
      parameters: names.map((name) => row[name] ?? null),
    }));
    count += statements.length;
    for (let from = 0; from < statements.length; from += batchRows)
      batches.push(statements.slice(from, from + batchRows));
  }
  await mapConcurrent(batches, concurrency, (batch) => session.batch(batch, { timestamp, consistency, signal }));
  return { rows: count, batches: batches.length };
}

/** The rows of each partition, by the rest of their keys. */
function partitionsOf(
  rows: Iterable<CassandraRow>,
  { partition, clustering }: TableDesign,
): Iterable<ReadonlyMap<string, CassandraRow>> {
  const order = clustering.map(({ name }) => name);
  const partitions = new Map<string, Map<string, CassandraRow>>();
  for (const row of rows) {
    const place = keyOf(row, partition);
    const there = partitions.get(place) ?? new Map<string, CassandraRow>();
    partitions.set(place, there);
    there.set(keyOf(row, order), row);
  }
  return partitions.values();
}

function keyOf(row: CassandraRow, names: readonly string[]): string {
  const text = (value: CassandraValue | undefined): string =>
    typeof value === "object" ? (value instanceof Date ? String(value.getTime()) : toJson(value)) : String(value);
  return names.length === 1 ? text(row[names[0] as string]) : JSON.stringify(names.map((name) => text(row[name])));
}
