/** Parquet files of a schema's rows. The columns follow from the schema; hyparquet-writer does the format. */
import { constants, zstdCompressSync } from "node:zlib";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { SchemaElement } from "hyparquet";
import { unscaled, type DecimalType, type Field, type SimpleType, type ValueType } from "../../schema/index.ts";
import { parseTimestamp } from "./timestamp.ts";

/** The values of one column, as {@link storedAs} gives them. Text may be given as UTF-8 bytes. */
export type ColumnValues = readonly unknown[] | Int32Array | BigInt64Array;

type Physical = Pick<SchemaElement, "type" | "type_length" | "converted_type" | "logical_type" | "precision" | "scale">;

const physical: Readonly<Record<SimpleType, Physical>> = {
  string: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  int: { type: "INT32" },
  bigint: { type: "INT64" },
  double: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  // Hive's TIMESTAMP has no zone. Said to be UTC, it would be shown in the zone of the machine that HiveServer2 runs on.
  timestamp: { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MICROS" } },
  date: { type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } },
};

/** Without it, Hive takes dates before 1582 for those of the Julian calendar, and shows them days apart. */
const PROLEPTIC = [{ key: "writer.date.proleptic", value: "true" }];

const DAY = 24 * 60 * 60 * 1000;

/**
 * How a value of a message is kept in a column: a timestamp as microseconds since 1970, a date as days, a decimal without its point,
 * a list and a record with their values so kept, and what is missing as null.
 *
 * @returns a function for values that the schema's check has accepted
 */
export function storedAs(type: ValueType): (value: unknown) => unknown {
  const store = storedValue(type);
  return type.nullable === true ? (value) => (value === null || value === undefined ? null : store(value)) : store;
}

function storedValue(type: ValueType): (value: unknown) => unknown {
  switch (type.type) {
    case "timestamp":
      return (value) => parseTimestamp(value as string).microseconds;
    case "bigint":
      return (value) => BigInt(value as number);
    case "date":
      return (value) => Date.parse(`${value as string}T00:00:00Z`) / DAY;
    case "decimal":
      return (value) => unscaled(value, type.precision, type.scale);
    case "array": {
      const store = storedAs(type.items);
      return (value) => (value as readonly unknown[]).map(store);
    }
    case "record": {
      const stores = type.fields.map((field) => [field.name, storedAs(field)] as const);
      return (value) => {
        const record = value as Readonly<Record<string, unknown>>;
        return Object.fromEntries(
          stores.map(([name, store]) => [name, store(Object.hasOwn(record, name) ? record[name] : undefined)]),
        );
      };
    }
    default:
      return (value) => value;
  }
}

/** The elements of a Parquet schema that a value is: one, or a group and what is in it. */
function elementsOf(name: string, type: ValueType): SchemaElement[] {
  const own = { name, repetition_type: type.nullable === true ? "OPTIONAL" : "REQUIRED" } as const;
  switch (type.type) {
    case "array":
      return [
        { ...own, num_children: 1, converted_type: "LIST", logical_type: { type: "LIST" } },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        ...elementsOf("element", type.items),
      ];
    case "record":
      return [
        { ...own, num_children: type.fields.length },
        ...type.fields.flatMap((field) => elementsOf(field.name, field)),
      ];
    case "decimal":
      return [{ ...own, ...physicalDecimal(type) }];
    default:
      return [{ ...own, ...physical[type.type] }];
  }
}

/** Bytes of a fixed length, as Hive itself writes them, which every reader takes. */
function physicalDecimal({ precision, scale }: DecimalType): Physical {
  const bits = (10n ** BigInt(precision)).toString(2).length + 1; // one for the sign
  return {
    type: "FIXED_LEN_BYTE_ARRAY",
    type_length: Math.ceil(bits / 8),
    converted_type: "DECIMAL",
    logical_type: { type: "DECIMAL", precision, scale },
    ...{ precision, scale },
  };
}

/** Long texts hardly repeat: a dictionary of them is built only to be thrown away, so the writer does not try. */
const LONG_TEXT = 64;

/** Larger files than this are rare, and their memory is not kept for the next ones. */
const KEPT_BYTES = 16 << 20;
/** Grows once to the size of a file, and serves for all that follow: encoding is synchronous. */
let kept = new ByteWriter(1 << 20);

/**
 * Encodes one Parquet file of one row group, compressed with zstd.
 *
 * @param fields the columns, in order; those that are nullable may hold null
 * @param columns the values, one array for each field, all of one length; 0 rows give a valid empty file
 */
export function encodeParquet(fields: readonly Field[], columns: readonly ColumnValues[]): Uint8Array {
  const rows = columns[0]?.length ?? 0;
  const writer = kept;
  writer.index = writer.offset = 0;
  const file = new ParquetWriter({
    writer,
    schema: [{ name: "row", num_children: fields.length }, ...fields.flatMap((field) => elementsOf(field.name, field))],
    codec: "ZSTD",
    compressors: { ZSTD: compress },
    createdBy: "streambook",
    kvMetadata: PROLEPTIC,
  });
  void file.write({
    rowGroupSize: Math.max(1, rows),
    columnData: fields.map(({ name, type }, index) => {
      const data = columns[index] as never;
      return type === "string" && isLongText(columns[index] as readonly (string | Uint8Array | null)[])
        ? { name, data, encoding: "PLAIN" as const, statistics: false }
        : { name, data };
    }),
  });
  void file.finish();
  const bytes = writer.getBytes().slice();
  if (bytes.length > KEPT_BYTES) kept = new ByteWriter(1 << 20);
  return bytes;
}

function isLongText(values: readonly (string | Uint8Array | null)[]): boolean {
  const sample = values.slice(0, 16);
  return sample.length > 0 && sample.reduce((sum, value) => sum + (value?.length ?? 0), 0) / sample.length > LONG_TEXT;
}

/** Level 1: at the speed of the wire, and already a third of the size. */
function compress(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}
