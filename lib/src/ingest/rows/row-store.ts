/**
 * The part of the sink that needs only a message and no other: parse, check, mark, keep the row, and encode rows to a file when
 * they are flushed. It holds no shared state, so it runs in as many threads as there are cores (`row-worker.ts`), and in this
 * one for tests.
 */
import { isUtf8 } from "node:buffer";
import type { Field, Schema } from "../../schema/index.ts";
import type { AddedColumn, ParsedBatch } from "../batches.ts";
import type { Marker } from "../enrichment.ts";
import { NdjsonFormat } from "./ndjson-rows.ts";
import { ParquetFormat } from "./parquet-rows.ts";
import { messageReader, type MessageReader } from "./read-message.ts";
import type { FileFormat, FilePart, KeptRows, RowFormat, RowFormatOptions } from "./row-format.ts";
import { type Granularity, parseTimestamp, PERIOD_LENGTH } from "./timestamp.ts";

/** Messages of one partition, one after the other in one buffer. */
export interface ParseRequest {
  /** Names the batch when its rows are encoded or dropped. */
  readonly batch: number;
  readonly partition: number;
  readonly firstOffset: bigint;
  /** Offset of each message, from `firstOffset`. */
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
  /** Where each message ends in `bytes`; a message without value has no bytes. */
  readonly ends: Uint32Array;
}

/** Rows of one batch to be encoded, with their values of the added columns. */
export interface EncodeSegment {
  readonly batch: number;
  readonly from: number;
  readonly to: number;
  readonly added: readonly AddedColumn[];
}

interface StoredBatch {
  readonly partition: number;
  readonly rows: KeptRows;
  readonly offsets: BigInt64Array;
  /** Rows not yet encoded; at zero the batch is forgotten. */
  remaining: number;
}

/** Options of {@link RowStore}. */
export interface RowStoreOptions {
  readonly schema: Schema;
  /** The field of the schema, a timestamp, whose UTC date or hour is that of a row. */
  readonly timeField: string;
  /** By what rows are kept apart in files. @default "date" */
  readonly granularity?: Granularity | undefined;
  /** Columns that are added to those of the schema. @default none */
  readonly columns?: readonly Field[];
  /** The format of the files. @default "parquet" */
  readonly format?: FileFormat | undefined;
}

const formats = {
  parquet: (options: RowFormatOptions): RowFormat => new ParquetFormat(options),
  ndjson: (options: RowFormatOptions): RowFormat => new NdjsonFormat(options),
} satisfies Record<FileFormat, unknown>;

/** Parses batches of messages, keeps their rows, and encodes them. */
export class RowStore {
  readonly #timeField: string;
  readonly #periodLength: number;
  readonly #marker: Marker | undefined;
  readonly #read: MessageReader;
  readonly #format: RowFormat;
  readonly #batches = new Map<number, StoredBatch>();

  /** @param marker looks into each message @default none */
  constructor(options: RowStoreOptions, marker?: Marker) {
    const { schema, timeField, columns = [], format = "parquet", granularity = "date" } = options;
    this.#timeField = timeField;
    this.#periodLength = PERIOD_LENGTH[granularity];
    this.#marker = marker;
    this.#read = messageReader(schema);
    this.#format = formats[format]({ schema, timeField, columns });
  }

  /** Parses a batch and keeps its rows under the batch's number. */
  parse(request: ParseRequest): ParsedBatch {
    const { ends, bytes } = request;
    const wellFormed = isUtf8(bytes);
    const kept = this.#format.begin(bytes.length);
    const malformed: { index: number; reason: string }[] = [];
    const periods = new Interner();
    let [second, period] = ["", 0];
    const count = ends.length;
    const parsed = {
      offsets: new Uint32Array(count),
      period: new Uint32Array(count),
      sizes: new Uint32Array(count),
    };
    this.#marker?.begin(count);
    let rows = 0;
    for (let index = 0; index < count; index++) {
      const start = index === 0 ? 0 : (ends[index - 1] as number);
      const own = bytes.subarray(start, ends[index]);
      const message = this.#read(own, wellFormed);
      if (typeof message === "string") {
        malformed.push({ index, reason: message });
        continue;
      }
      const time = parseTimestamp(message[this.#timeField] as string);
      kept.add(message, own, time.microseconds);
      this.#marker?.mark(message);
      parsed.offsets[rows] = request.offsets[index] as number;
      // Neighbouring messages mostly share their second.
      if (time.second !== second) {
        second = time.second;
        period = periods.index(second.slice(0, this.#periodLength));
      }
      parsed.period[rows] = period;
      parsed.sizes[rows] = own.length;
      rows++;
    }
    if (rows > 0) {
      const offsets = BigInt64Array.from(
        parsed.offsets.subarray(0, rows),
        (offset) => request.firstOffset + BigInt(offset),
      );
      this.#batches.set(request.batch, { partition: request.partition, rows: kept, offsets, remaining: rows });
    }
    return {
      batch: request.batch,
      rows,
      offsets: parsed.offsets.slice(0, rows),
      periods: periods.values,
      period: parsed.period.slice(0, rows),
      sizes: parsed.sizes.slice(0, rows),
      marks: this.#marker?.end() ?? {},
      malformed,
    };
  }

  /** Encodes rows, in the order given, as one file, and forgets them. */
  encode(segments: readonly EncodeSegment[]): Uint8Array {
    const parts = segments.map(({ batch, ...segment }): FilePart => {
      const stored = this.#batches.get(batch);
      if (stored === undefined) throw new Error(`row store: batch ${batch} is not there`);
      stored.remaining -= segment.to - segment.from;
      if (stored.remaining <= 0) this.#batches.delete(batch);
      return { ...segment, ...stored };
    });
    return this.#format.encode(parts);
  }

  /** Forgets the batches of a partition up to a number: they will not be flushed. */
  drop(partition: number, last: number): void {
    for (const [batch, stored] of this.#batches)
      if (batch <= last && stored.partition === partition) this.#batches.delete(batch);
  }
}

/** Gives equal texts one small number. */
class Interner {
  readonly values: string[] = [];
  readonly #indices = new Map<string, number>();

  index(value: string): number {
    let index = this.#indices.get(value);
    if (index === undefined) {
      index = this.values.push(value) - 1;
      this.#indices.set(value, index);
    }
    return index;
  }
}
