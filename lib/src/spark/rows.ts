/** Results as Spark sends them, batches of Arrow (https://arrow.apache.org/docs/format/Columnar.html), turned into rows. */
import { tableFromIPC, TimeUnit, Type } from "apache-arrow";
import { StreambookError } from "../errors/index.ts";
import type { SqlValue } from "../schema/index.ts";
import { typeName, type ArrowType } from "./arrow-type.ts";
import { timestampText } from "./timestamp.ts";

/**
 * A value of a row. What it is follows from the column's type alone, never from the value.
 *
 * | Spark | here |
 * |---|---|
 * | STRING, CHAR, VARCHAR | string |
 * | TINYINT, SMALLINT, INT, FLOAT, DOUBLE | number |
 * | BIGINT | bigint |
 * | DECIMAL | string with all its digits: `12.30` |
 * | TIMESTAMP | string, ISO 8601 in UTC: `2026-09-13T06:49:00.123Z`, with six digits where the last three are not zero |
 * | TIMESTAMP_NTZ | the same without `Z` |
 * | DATE | string: `2026-09-13` |
 * | INTERVAL DAY TO SECOND | bigint, microseconds |
 * | INTERVAL YEAR TO MONTH | number, months |
 * | BOOLEAN | boolean |
 * | BINARY | Uint8Array |
 * | ARRAY | list |
 * | STRUCT | object |
 * | MAP | Map |
 * | NULL | null |
 */
export type SparkValue = SqlValue;

/** A row: values by column name. */
export type SparkRow = Record<string, SparkValue>;

/** A column of a batch, as far as it is looked at. */
interface ArrowColumn {
  readonly type: ArrowType;
  readonly nullCount: number;
  /** Values side by side: for texts and bytes, all their bytes; for lists nothing. */
  readonly values: ArrayLike<number | bigint>;
  /** Where each text or list begins, and the last one ends. */
  readonly valueOffsets: Int32Array;
  readonly children: readonly ArrowColumn[];
  readonly getValid: (index: number) => boolean;
}

/** A part of a result. */
export interface RowBatch {
  readonly fields: ArrowType["children"];
  readonly rows: readonly SparkRow[];
}

/** Names of columns, all of them different: one that comes again bears its place, so that no column hides another. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name, index) => {
    let own = name;
    while (taken.has(own) || (own !== name && names.includes(own))) own = `${own}_${index + 1}`;
    taken.add(own);
    return own;
  });
}

/**
 * Reads one message of Spark, which is a whole stream of Arrow.
 *
 * @throws SPARK_FAILED for a column of a type that this room does not know
 */
export function readBatch(bytes: Uint8Array): RowBatch {
  const { schema, batches } = tableFromIPC(bytes);
  const fields = schema.fields as ArrowType["children"];
  const rows = batches.flatMap(({ data, numRows }) => {
    const children = data.children as unknown as readonly ArrowColumn[];
    const names = uniqueNames(fields.map(({ name }) => name));
    const columns = children.map((child, index) => [names[index] ?? "", reader(child)] as const);
    return Array.from({ length: numRows }, (_, row) =>
      Object.fromEntries(columns.map(([name, read]) => [name, read(row)])),
    );
  });
  return { fields, rows };
}

type Reader = (index: number) => SparkValue;

/** Reads the values of a column, null where it has none. What comes from a stream of Arrow begins at its own first place. */
function reader(data: ArrowColumn): Reader {
  const read = presentReader(data);
  return data.nullCount === 0 ? read : (index) => (data.getValid(index) ? read(index) : null);
}

/** Reads the values of a column that are no nulls. */
function presentReader(data: ArrowColumn): Reader {
  const { type, values } = data;
  switch (type.typeId) {
    case Type.Int:
    case Type.Float:
    case Type.Interval:
    case Type.Duration:
      return (index) => values[index] as number | bigint;
    case Type.Bool:
      return (index) => (Number(values[index >> 3]) & (1 << (index & 7))) !== 0;
    case Type.Utf8:
      return textReader(data);
    case Type.Binary:
      return (index) => bytesAt(data, index).slice();
    case Type.Decimal:
      return decimalReader(data);
    case Type.Date:
      return (index) => new Date(Number(values[index]) * MILLISECONDS_OF_DAY).toISOString().slice(0, 10);
    case Type.Timestamp:
      return timestampReader(data);
    case Type.Null:
      return () => null;
    case Type.List:
      return listReader(data);
    case Type.Struct:
      return structReader(data);
    case Type.Map:
      return mapReader(data);
    default:
      throw new StreambookError(
        "SPARK_FAILED",
        `a column has the type ${typeName(type)}, which has no value here; cast it in the statement, as \`CAST(x AS STRING)\``,
      );
  }
}

const MILLISECONDS_OF_DAY = 86_400_000;

const decoder = new TextDecoder();

function textReader(data: ArrowColumn): Reader {
  return (index) => decoder.decode(bytesAt(data, index));
}

function bytesAt({ values, valueOffsets }: ArrowColumn, index: number): Uint8Array {
  return (values as unknown as Uint8Array).subarray(valueOffsets[index], valueOffsets[index + 1]);
}

/** A decimal is a whole number of 128 bits, lowest word first, and the place of its point. */
function decimalReader({ type, values }: ArrowColumn): Reader {
  const { scale = 0 } = type;
  return (index) => {
    const words = (values as unknown as Uint32Array).subarray(index * 4, index * 4 + 4);
    const whole = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
    return withPoint(BigInt.asIntN(128, whole), scale);
  };
}

function withPoint(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return `${unscaled < 0n ? "-" : ""}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ""}`;
}

/** Spark's timestamps are microseconds since 1970; those that know of no zone carry none. */
function timestampReader({ type, values }: ArrowColumn): Reader {
  const { unit, timezone } = type;
  if (unit !== TimeUnit.MICROSECOND)
    throw new StreambookError("INTERNAL", "Spark sent a timestamp that is not in microseconds");
  const zone = timezone ? "Z" : "";
  return (index) => timestampText(BigInt(values[index] ?? 0), zone);
}

function listReader(data: ArrowColumn): Reader {
  const read = childReader(data, 0);
  return (index) => range(data, index).map(read);
}

function structReader(data: ArrowColumn): Reader {
  const fields = data.type.children.map(({ name }, index) => [name, childReader(data, index)] as const);
  return (index) => Object.fromEntries(fields.map(([name, read]) => [name, read(index)]));
}

function mapReader(data: ArrowColumn): Reader {
  const [entries] = data.children;
  const [key, value] = [childReader(entries!, 0), childReader(entries!, 1)];
  return (index) => new Map(range(data, index).map((entry) => [key(entry), value(entry)]));
}

function childReader(data: ArrowColumn, child: number): Reader {
  return reader(data.children[child]!);
}

/** The places in its child that the list at an index takes. */
function range({ valueOffsets }: ArrowColumn, index: number): number[] {
  const [from = 0, to = 0] = [valueOffsets[index], valueOffsets[index + 1]];
  return Array.from({ length: to - from }, (_, place) => from + place);
}
