/** Hive: statements with the care the driver lacks, rows with their exact values, and DDL from a schema. */
export { openHive, type HiveOptions, type HiveSession, type QueryOptions } from "./session.ts";
export { type HiveRow, type HiveTable, type HiveValue } from "./rows.ts";
export { statementsOf } from "./statements.ts";
export {
  addPartition,
  addPartitions,
  columnType,
  columnTypes,
  createExternalTable,
  createTextView,
  identifier,
  movePartition,
  stringLiteral,
  type TableOptions,
  type TextViewOptions,
} from "./ddl.ts";
