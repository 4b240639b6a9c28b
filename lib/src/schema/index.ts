/** Schemas of the topics: one file says the fields; the message check, the Parquet columns and the Hive DDL follow from it. */
export {
  loadSchema,
  parseSchema,
  fieldTypes,
  type ArrayType,
  type DecimalType,
  type Field,
  type FieldType,
  type Limits,
  type RecordType,
  type Schema,
  type SimpleType,
  type ValueType,
} from "./schema.ts";
export { compileCheck, type MessageCheck } from "./check.ts";
export { isoDate, isoUtc } from "./iso.ts";
export type { SqlValue } from "./sql-value.ts";
export { unscaled } from "./decimal.ts";
