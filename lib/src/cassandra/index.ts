/**
 * Cassandra: a session with the care that the driver lacks, tables made from a schema and the questions that they answer, writes by
 * partition that are safe to repeat, and a cache of answers whose age has a bound.
 */
export { openCassandra, type CassandraOptions } from "./open.ts";
export {
  CassandraSession,
  type CassandraTable,
  type Consistency,
  type PageOptions,
  type StatementOptions,
} from "./session.ts";
export type { CassandraRow, CassandraValue } from "./values.ts";
export { columnType, createKeyspace, createTable, identifier } from "./ddl.ts";
export { tablesFor, type Column, type Question, type TableDesign } from "./design.ts";
export { ensureTables, type EnsureTablesOptions } from "./ensure-tables.ts";
export { writeRows, type WriteRowsOptions, type Written } from "./write-rows.ts";
export { ReadCache, type ReadCacheOptions, type ReadCacheStats } from "./read-cache.ts";
