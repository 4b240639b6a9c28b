/** Parquet files of a schema's rows. The columns follow from the schema; hyparquet-writer does the format. */
import { constants, zstdCompressSync } from "node:zlib";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { SchemaElement } from "hyparquet";
import type { Field, FieldType } from "../schema/index.ts";

/** The values of one column. Text may be given as UTF-8 bytes; a timestamp is microseconds since 1970. */
export type ColumnValues =
  | readonly string[]
  | readonly Uint8Array[]
  | readonly number[]
  | readonly bigint[]
  | readonly boolean[]
  | Int32Array
  | BigInt64Array;

type Physical = Pick<SchemaElement, "type" | "converted_type" | "logical_type">;

const physical: Readonly<Record<FieldType, Physical>> = {
  string: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  int: { type: "INT32" },
  bigint: { type: "INT64" },
  double: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  // Hive's TIMESTAMP has no zone. Said to be UTC, it would be shown in the zone of the machine that HiveServer2 runs on.
  timestamp: { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MICROS" } },
};

/** Long texts hardly repeat: a dictionary of them is built only to be thrown away, so the writer is told not to try. */
const LONG_TEXT = 64;

/** Larger files than this are rare, and their memory is not kept for the next ones. */
const KEPT_BYTES = 16 << 20;
/** Grows once to the size of a file, and serves for all that follow: encoding is synchronous. */
let kept = new ByteWriter(1 << 20);

/**
 * Encodes one Parquet file of one row group, compressed with zstd.
 *
 * @param fields the columns, in order; every one is required (no NULL)
 * @param columns the values, one array for each field, all of one length; 0 rows give a valid empty file
 */
export function encodeParquet(fields: readonly Field[], columns: readonly ColumnValues[]): Uint8Array {
  const rows = columns[0]?.length ?? 0;
  const writer = kept;
  writer.index = writer.offset = 0;
  const file = new ParquetWriter({
    writer,
    schema: [
      { name: "row", num_children: fields.length },
      ...fields.map(({ name, type }): SchemaElement => ({ name, repetition_type: "REQUIRED", ...physical[type] })),
    ],
    codec: "ZSTD",
    compressors: { ZSTD: compress },
    createdBy: "streambook",
  });
  void file.write({
    rowGroupSize: Math.max(1, rows),
    columnData: fields.map(({ name, type }, index) => {
      const data = columns[index] as never;
      return type === "string" && isLongText(columns[index] as readonly (string | Uint8Array)[])
        ? { name, data, encoding: "PLAIN" as const, statistics: false }
        : { name, data };
    }),
  });
  void file.finish();
  const bytes = writer.getBytes().slice();
  if (bytes.length > KEPT_BYTES) kept = new ByteWriter(1 << 20);
  return bytes;
}

function isLongText(values: readonly (string | Uint8Array)[]): boolean {
  const sample = values.slice(0, 16);
  return sample.length > 0 && sample.reduce((sum, value) => sum + value.length, 0) / sample.length > LONG_TEXT;
}

/** Level 1: at the speed of the wire, and already a third of the size. */
function compress(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}
