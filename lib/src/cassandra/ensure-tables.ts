/** A keyspace with its tables: made when they are missing, and looked at when they are there. */
import { isStreambookError, StreambookError } from "../errors/index.ts";
import { columnType, createKeyspace, createTable } from "./ddl.ts";
import type { TableDesign } from "./design.ts";
import type { CassandraSession } from "./session.ts";
import type { CassandraRow } from "./values.ts";

/** Options of {@link ensureTables}. */
export interface EnsureTablesOptions {
  readonly keyspace: string;
  readonly tables: readonly TableDesign[];
  /** How many nodes keep each row. @default 1 */
  readonly copies?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a keyspace and its tables, those that are missing. What is there must be as wanted: rows that are written to a table with another
 * key overwrite each other, and nobody is told.
 *
 * @throws TABLE_DIFFERS naming the table, what is different, and both forms
 */
export async function ensureTables(
  session: CassandraSession,
  { keyspace, tables, copies = 1, signal }: EnsureTablesOptions,
): Promise<void> {
  const options = { signal };
  await define(session, createKeyspace(keyspace, copies), options);
  for (const design of tables) await define(session, createTable(keyspace, design, design.asks), options);
  const found = (await session.query(
    "SELECT table_name, column_name, kind, position, clustering_order, type FROM system_schema.columns WHERE keyspace_name = ?",
    [keyspace],
    options,
  )) as FoundColumn[];
  const byTable = Map.groupBy(found, (row) => row.table_name);
  for (const design of tables) demandSame(keyspace, design, byTable.get(design.name) ?? []);
}

/** Definitions of one thing by several programs at once may end in an error although it is there afterwards: they are tried again. */
async function define(
  session: CassandraSession,
  cql: string,
  options: { readonly signal: AbortSignal | undefined },
): Promise<void> {
  try {
    await session.execute(cql, [], options);
  } catch (error) {
    if (!isStreambookError(error, "CASSANDRA_FAILED")) throw error;
    await session.execute(cql, [], options);
  }
}

function demandSame(keyspace: string, design: TableDesign, columns: readonly FoundColumn[]): void {
  const wanted = new Map(wantedColumns(design));
  const found = new Map(columns.map((row) => [row.column_name, foundColumn(row)]));
  const names = new Set([...wanted.keys(), ...found.keys()]);
  for (const name of names) {
    const [is, should] = [found.get(name) ?? "not there", wanted.get(name) ?? "not there"];
    if (is === should) continue;
    throw new StreambookError(
      "TABLE_DIFFERS",
      `the table ${keyspace}.${design.name} has another shape: its column ${name} is ${is}, and should be ${should}`,
    );
  }
}

function* wantedColumns({ partition, clustering, columns }: TableDesign): Generator<[string, string]> {
  for (const column of columns) {
    const type = columnType(column);
    const at = clustering.findIndex(({ name }) => name === column.name);
    if (partition.includes(column.name))
      yield [column.name, `${type}, part ${partition.indexOf(column.name) + 1} of the partition key`];
    else if (at < 0) yield [column.name, type];
    else yield [column.name, clusteringText(type, at, clustering[at]?.descending === true)];
  }
}

/** A row of `system_schema.columns`. */
interface FoundColumn extends CassandraRow {
  readonly table_name: string;
  readonly column_name: string;
  readonly kind: "partition_key" | "clustering" | "static" | "regular";
  readonly position: number;
  readonly clustering_order: "asc" | "desc" | "none";
  readonly type: string;
}

function foundColumn({ kind, position, clustering_order: order, type }: FoundColumn): string {
  if (kind === "partition_key") return `${type}, part ${position + 1} of the partition key`;
  if (kind === "clustering") return clusteringText(type, position, order === "desc");
  return kind === "static" ? `${type}, static` : type;
}

function clusteringText(type: string, position: number, descending: boolean): string {
  return `${type}, number ${position + 1} of the order, ${descending ? "descending" : "ascending"}`;
}
