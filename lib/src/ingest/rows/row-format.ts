/**
 * The formats of data files: how the rows of a batch are kept until they are flushed, and how rows of several batches become one
 * file. Parquet keeps values, column by column; NDJSON keeps the messages as they came, one a line.
 */
import type { Field, Schema } from "../../schema/index.ts";
import type { AddedColumn } from "../batches.ts";

/** The formats that there are; each is the ending of its files' names too. */
export type FileFormat = "parquet" | "ndjson";

/** The last columns of every row. */
export const placeColumns: readonly Field[] = [
  { name: "kafka_partition", type: "int", doc: "Where the message stood in Kafka: the partition" },
  { name: "kafka_offset", type: "bigint", doc: "Where the message stood in Kafka: the offset in its partition" },
];

/** The rows of one batch, in a format's own form. */
export interface KeptRows {
  /**
   * Keeps the next row.
   *
   * @param message what the schema's check has accepted
   * @param bytes the same as it came; they are the sink's, and hold something else later
   * @param microseconds the time of its time field, since 1970
   */
  add(message: Readonly<Record<string, unknown>>, bytes: Uint8Array, microseconds: bigint): void;
}

/** Rows `from … to` of a batch, on their way to a file. */
export interface FilePart<Rows extends KeptRows = KeptRows> {
  readonly rows: Rows;
  readonly from: number;
  readonly to: number;
  /** The values of the added columns, for these rows. */
  readonly added: readonly AddedColumn[];
  readonly partition: number;
  /** The offset of each row of the batch. */
  readonly offsets: BigInt64Array;
}

/** A format of data files. */
export interface RowFormat<Rows extends KeptRows = KeptRows> {
  /** Begins to keep the rows of a batch. @param bytes size of its messages */
  begin(bytes: number): Rows;
  /** One file of rows, in their order. */
  encode(parts: readonly FilePart<Rows>[]): Uint8Array;
}

/** What a format is made for. */
export interface RowFormatOptions {
  readonly schema: Schema;
  /** The field whose time {@link KeptRows.add} is given. */
  readonly timeField: string;
  /** Columns that are added to those of the schema. */
  readonly columns: readonly Field[];
}

/** The value of an added column in a row of its part. */
export function valueAt(column: AddedColumn, row: number): unknown {
  return ArrayBuffer.isView(column) ? column[row] : column.values[column.index[row] as number];
}
