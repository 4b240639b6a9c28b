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

/** Turns a batch into rows. */
export type RowReader = (columns: readonly ColumnBatch[]) => HiveRow[];

/** Makes the reader of a result's batches. */
export function rowReader(descriptors: readonly ColumnDescriptor[]): RowReader {
  const ordered = [...descriptors].sort((a, b) => a.position - b.position);
  const names = columnNames(ordered.map((descriptor) => descriptor.columnName));
  return (columns) => {
    const read = columns.map(valuesOf);
    const count = read[0]?.length ?? 0;
    const rows: HiveRow[] = [];
    for (let row = 0; row < count; row++) {
      const values: HiveRow = {};
      for (let column = 0; column < names.length; column++) values[names[column]!] = read[column]?.[row] ?? null;
      rows.push(values);
    }
    return rows;
  };
}

/** Short names (`t.id` → `id`), except where two columns would share one. */
export function columnNames(full: readonly string[]): string[] {
  const short = full.map((name) => name.slice(name.lastIndexOf(".") + 1));
  const names = short.map((name, index) => (short.indexOf(name) === short.lastIndexOf(name) ? name : full[index]!));
  return names.map((name, index) => (names.indexOf(name) === index ? name : `${name}_${index}`));
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
