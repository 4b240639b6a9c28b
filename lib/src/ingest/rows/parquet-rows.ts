/** Rows kept as the values of a Parquet file, column by column. */
import { encodeParquet, storedAs } from "./parquet.ts";
import {
  type FilePart,
  type KeptRows,
  placeColumns,
  type RowFormat,
  type RowFormatOptions,
  valueAt,
} from "./row-format.ts";

/** Writes Parquet: the columns of the schema, those that are added, and the place in Kafka. */
export class ParquetFormat implements RowFormat<ParquetRows> {
  readonly #options: RowFormatOptions;
  /** How the value of each field is kept. */
  readonly #stores: readonly ((value: unknown) => unknown)[];

  constructor(options: RowFormatOptions) {
    this.#options = options;
    this.#stores = options.schema.fields.map(storedAs);
  }

  begin(): ParquetRows {
    return new ParquetRows(this.#options, this.#stores);
  }

  encode(parts: readonly FilePart<ParquetRows>[]): Uint8Array {
    const { schema, columns: added } = this.#options;
    const fields = [...schema.fields, ...added, ...placeColumns];
    const columns = fields.map((): unknown[] => []);
    const [partitions, offsets] = columns.slice(-placeColumns.length) as [unknown[], unknown[]];
    for (const part of parts) {
      const { from, to } = part;
      part.rows.columns.forEach((values, column) => {
        const target = columns[column] as unknown[];
        for (let row = from; row < to; row++) target.push(values[row]);
      });
      part.added.forEach((values, column) => {
        const target = columns[schema.fields.length + column] as unknown[];
        for (let row = 0; row < to - from; row++) target.push(valueAt(values, row));
      });
      for (let row = from; row < to; row++) {
        partitions.push(part.partition);
        offsets.push(part.offsets[row]);
      }
    }
    return encodeParquet(fields, columns);
  }
}

/** The values of a batch's rows, one array for each field of the schema. */
class ParquetRows implements KeptRows {
  readonly columns: readonly unknown[][];
  readonly #names: readonly string[];
  readonly #stores: readonly ((value: unknown) => unknown)[];
  readonly #timeColumn: number;

  constructor({ schema, timeField }: RowFormatOptions, stores: readonly ((value: unknown) => unknown)[]) {
    this.#names = schema.fields.map(({ name }) => name);
    this.#timeColumn = this.#names.indexOf(timeField);
    this.#stores = stores;
    this.columns = this.#names.map(() => []);
  }

  add(message: Readonly<Record<string, unknown>>, _bytes: Uint8Array, microseconds: bigint): void {
    this.#names.forEach((name, column) => {
      const value = column === this.#timeColumn ? microseconds : this.#stores[column]?.(message[name]);
      (this.columns[column] as unknown[]).push(value);
    });
  }
}
