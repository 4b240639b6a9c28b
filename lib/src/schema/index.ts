/** Schemas of the topics: one file says the fields; the message check, the Parquet columns and the Hive DDL follow from it. */
export { loadSchema, parseSchema, fieldTypes, type Schema, type Field, type FieldType } from "./schema.ts";
export { compileCheck, type MessageCheck } from "./check.ts";
