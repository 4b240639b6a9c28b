/** Batches of columns, as HiveServer2 sends them, turned into rows. */
import type { ColumnBatch, ColumnDescriptor, Int64 } from "./driver.ts";

/**
 * A value of a row.
 *
 * | Hive | here |
 * |---|---|
 * | STRING, VARCHAR, CHAR | string |
 * | TINYINT, SMALLINT, INT, FLOAT, DOUBLE | number |
 * | BIGINT | number up to 2^53, beyond it bigint: no digit is lost |
 * | DECIMAL | string, because a number would lose digits |
 * | TIMESTAMP, DATE, INTERVAL | string, as Hive writes it: `2024-05-06 07:08:09.123` |
 * | BOOLEAN | boolean |
 * | BINARY | Uint8Array |
 * | ARRAY, MAP, STRUCT | string, the JSON that Hive makes of it |
 * | NULL | null |
 */
export type HiveValue = string | number | bigint | boolean | Uint8Array | null;

/** A row: values by column name. */
export type HiveRow = Record<string, HiveValue>;

/** A result as a table: its columns in their order, and a value for each in every row. */
export interface HiveTable {
  /** Names, all of them different. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly HiveValue[])[];
}

/** Reads the batches of a result. */
export interface BatchReader {
  /** Names of the columns, in their order, all of them different. */
  readonly columns: readonly string[];
  /** The rows of a batch: a value for each column. */
  readonly read: (batch: readonly ColumnBatch[]) => HiveValue[][];
}

/** Makes the reader of a result's batches. */
export function batchReader(descriptors: readonly ColumnDescriptor[]): BatchReader {
  const ordered = [...descriptors].sort((a, b) => a.position - b.position);
  const columns = columnNames(ordered.map((descriptor) => descriptor.columnName));
  return {
    columns,
    read: (batch) => {
      const values = batch.map(valuesOf);
      const count = values[0]?.length ?? 0;
      return Array.from({ length: count }, (_, row) => columns.map((_, column) => values[column]?.[row] ?? null));
    },
  };
}

/** The rows of a table as objects. A column may be named `__proto__`: an assignment would lose its value. */
export function rowObjects({ columns, rows }: HiveTable): HiveRow[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])));
}

/**
 * Short names (`t.id` → `id`), except where two columns would share one; what is still the same gets the number of its
 * column, so that no column hides another.
 */
export function columnNames(full: readonly string[]): string[] {
  const short = full.map((name) => name.slice(name.lastIndexOf(".") + 1));
  const uses = Map.groupBy(short, (name) => name);
  const names = short.map((name, index) => (name !== "" && uses.get(name)?.length === 1 ? name : (full[index] ?? "")));
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name, index) => {
    let own = name;
    for (let number = index; seen.has(own) || (own !== name && taken.has(own)); number++) own = `${name}_${number}`;
    seen.add(own);
    return own;
  });
}

function valuesOf(column: ColumnBatch): HiveValue[] {
  const batch =
    column.stringVal ??
    column.i32Val ??
    column.i64Val ??
    column.doubleVal ??
    column.boolVal ??
    column.byteVal ??
    column.i16Val ??
    column.binaryVal;
  if (!batch) return [];
  const { values, nulls } = batch;
  return values.map((value, row) => (((nulls[row >> 3] ?? 0) >> (row & 7)) & 1 ? null : exact(value)));
}

function exact(value: Exclude<HiveValue, bigint | null> | Int64): HiveValue {
  if (typeof value !== "object" || value instanceof Uint8Array) return value;
  const whole = value.buffer.readBigInt64BE(value.offset);
  const number = Number(whole);
  return Number.isSafeInteger(number) ? number : whole;
}
