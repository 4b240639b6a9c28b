/**
 * The part of the consumer that needs only a message and no other: parse, check, count terms, keep the row, and encode
 * rows to Parquet when they are flushed. It holds no shared state, so it runs in as many threads as there are cores
 * (`row-worker.ts`), and in this one for tests.
 */
import { isUtf8 } from "node:buffer";
import { StreambookError } from "../errors/index.ts";
import { compileCheck, type Field, type MessageCheck, type Schema } from "../schema/index.ts";
import { TermCounter } from "../text/index.ts";
import { encodeParquet, storedAs } from "./parquet.ts";
import { parseTimestamp } from "./timestamp.ts";

/** What a row has beside the fields of its message. */
export const rowColumns: readonly Field[] = [
  { name: "cluster", type: "int", doc: "The cluster the chunk was assigned to" },
  { name: "model_version", type: "string", doc: "The model that assigned it: its name and how often it had learned" },
  { name: "kafka_partition", type: "int", doc: "Where the message stood in Kafka: the partition" },
  { name: "kafka_offset", type: "bigint", doc: "Where the message stood in Kafka: the offset in its partition" },
];

/** Which fields of a message the consumer looks into. */
export const textField = "chunk";
export const streamField = "stream_id";
export const timeField = "event_time";

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

/** What the labeller needs of a batch: terms in one flat array, streams and dates as indices into short lists. */
export interface ParsedBatch {
  readonly batch: number;
  readonly rows: number;
  /** Offset of each row's message, from the request's `firstOffset`. */
  readonly offsets: Uint32Array;
  readonly streams: readonly string[];
  readonly stream: Uint32Array;
  /** UTC dates, `YYYY-MM-DD`. */
  readonly dates: readonly string[];
  readonly date: Uint32Array;
  readonly isLast: Uint8Array;
  /** Row i has the terms `termEnds[i - 1] … termEnds[i]` of `indices` and `counts`, and `words[i]` words. */
  readonly termEnds: Uint32Array;
  readonly indices: Uint16Array;
  readonly counts: Float32Array;
  readonly words: Uint32Array;
  /** Size of each row's message in bytes. */
  readonly sizes: Uint32Array;
  /** Messages that cannot be read: index in the request, and why. */
  readonly malformed: readonly { readonly index: number; readonly reason: string }[];
}

/** Rows of one batch to be encoded, with what the labeller found. */
export interface EncodeSegment {
  readonly batch: number;
  readonly from: number;
  readonly to: number;
  readonly clusters: Int32Array;
  readonly versions: readonly string[];
  readonly version: Uint32Array;
}

interface StoredBatch {
  readonly partition: number;
  readonly columns: readonly unknown[][];
  readonly offsets: BigInt64Array;
  /** Rows not yet encoded; at zero the batch is forgotten. */
  remaining: number;
}

/** Options of {@link RowStore}. */
export interface RowStoreOptions {
  readonly schema: Schema;
  /** Number of features that terms are hashed to, 1 to 65536. @default 16384 */
  readonly features?: number;
  /** Whether terms are stemmed. @default true */
  readonly stem?: boolean;
}

/** Buckets go to the labeller in 16 bits each. */
const MOST_FEATURES = 2 ** 16;

/**
 * Checks the options of a {@link RowStore} without making one.
 *
 * @throws USAGE when `features` is not a whole number from 1 to 65536
 */
export function checkRowStoreOptions({ features = 1 }: Pick<RowStoreOptions, "features">): void {
  if (Number.isInteger(features) && features >= 1 && features <= MOST_FEATURES) return;
  throw new StreambookError(
    "USAGE",
    `the consumer's number of features must be a whole number from 1 to ${MOST_FEATURES}, and is ${features}; give another`,
  );
}

/** Parses batches of messages, keeps their rows, and encodes them. */
export class RowStore {
  readonly #schema: Schema;
  readonly #check: MessageCheck;
  /** How the value of each field is kept. */
  readonly #stores: readonly ((value: unknown) => unknown)[];
  readonly #terms: TermCounter;
  readonly #batches = new Map<number, StoredBatch>();
  readonly #scratch = { indices: new Uint16Array(1 << 16), counts: new Float32Array(1 << 16) };

  /** @throws USAGE as {@link checkRowStoreOptions} */
  constructor({ schema, features = 16384, stem = true }: RowStoreOptions) {
    checkRowStoreOptions({ features });
    this.#schema = schema;
    this.#check = compileCheck(schema);
    this.#stores = schema.fields.map(storedAs);
    this.#terms = new TermCounter({ features, stem });
  }

  /** Parses a batch and keeps its rows under the batch's number. */
  parse(request: ParseRequest): ParsedBatch {
    const { ends, bytes } = request;
    const wellFormed = isUtf8(bytes);
    const fields = this.#schema.fields;
    const columns: unknown[][] = fields.map(() => []);
    const timeColumn = fields.findIndex((field) => field.name === timeField);
    const malformed: { index: number; reason: string }[] = [];
    const streams = new Interner();
    const dates = new Interner();
    const count = ends.length;
    const parsed = {
      offsets: new Uint32Array(count),
      stream: new Uint32Array(count),
      date: new Uint32Array(count),
      isLast: new Uint8Array(count),
      termEnds: new Uint32Array(count),
      words: new Uint32Array(count),
      sizes: new Uint32Array(count),
    };
    let rows = 0;
    let used = 0;
    for (let index = 0; index < count; index++) {
      const start = index === 0 ? 0 : (ends[index - 1] as number);
      const message = this.#read(bytes.subarray(start, ends[index]), wellFormed);
      if (typeof message === "string") {
        malformed.push({ index, reason: message });
        continue;
      }
      const time = parseTimestamp(message[timeField] as string);
      fields.forEach(({ name }, column) => {
        const value = column === timeColumn ? time.microseconds : this.#stores[column]?.(message[name]);
        (columns[column] as unknown[]).push(value);
      });
      const terms = this.#terms.count(message[textField] as string);
      used = this.#append(terms, used);
      parsed.termEnds[rows] = used;
      parsed.words[rows] = terms.words;
      parsed.offsets[rows] = request.offsets[index] as number;
      parsed.stream[rows] = streams.index(message[streamField] as string);
      parsed.date[rows] = dates.index(time.date);
      parsed.isLast[rows] = message["is_last"] === true ? 1 : 0;
      parsed.sizes[rows] = (ends[index] as number) - start;
      rows++;
    }
    if (rows > 0) {
      const offsets = BigInt64Array.from(
        parsed.offsets.subarray(0, rows),
        (offset) => request.firstOffset + BigInt(offset),
      );
      this.#batches.set(request.batch, { partition: request.partition, columns, offsets, remaining: rows });
    }
    const trimmed = Object.fromEntries(
      Object.entries(parsed).map(([name, array]) => [name, array.slice(0, rows)]),
    ) as unknown as typeof parsed;
    return {
      batch: request.batch,
      rows,
      ...trimmed,
      streams: streams.values,
      dates: dates.values,
      indices: this.#scratch.indices.slice(0, used),
      counts: this.#scratch.counts.slice(0, used),
      malformed,
    };
  }

  /** Encodes rows, in the order given, as one Parquet file, and forgets them. */
  encode(segments: readonly EncodeSegment[]): Uint8Array {
    const fields = [...this.#schema.fields, ...rowColumns];
    const columns = fields.map((): unknown[] => []);
    for (const { batch, from, to, clusters, versions, version } of segments) {
      const stored = this.#batches.get(batch);
      if (stored === undefined) throw new Error(`row store: batch ${batch} is not there`);
      stored.columns.forEach((values, column) => {
        const target = columns[column] as unknown[];
        for (let row = from; row < to; row++) target.push(values[row]);
      });
      const [cluster, modelVersion, partition, offset] = columns.slice(stored.columns.length) as [
        unknown[],
        unknown[],
        unknown[],
        unknown[],
      ];
      for (let row = from; row < to; row++) {
        cluster.push(clusters[row - from]);
        modelVersion.push(versions[version[row - from] as number]);
        partition.push(stored.partition);
        offset.push(stored.offsets[row]);
      }
      stored.remaining -= to - from;
      if (stored.remaining <= 0) this.#batches.delete(batch);
    }
    return encodeParquet(fields, columns);
  }

  /** Forgets the batches of a partition up to a number: they will not be flushed. */
  drop(partition: number, last: number): void {
    for (const [batch, stored] of this.#batches)
      if (batch <= last && stored.partition === partition) this.#batches.delete(batch);
  }

  /** The message, or in words why it cannot be read. */
  #read(bytes: Uint8Array, wellFormed: boolean): Record<string, unknown> | string {
    if (bytes.length === 0) return "has no value";
    if (!wellFormed && !isUtf8(bytes)) return "is not UTF-8";
    let message: unknown;
    try {
      message = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8"));
    } catch (error) {
      return `is not JSON: ${(error as Error).message}`;
    }
    return this.#check(message) ?? (message as Record<string, unknown>);
  }

  #append({ indices, counts }: { indices: ArrayLike<number>; counts: ArrayLike<number> }, used: number): number {
    const end = used + indices.length;
    if (end > this.#scratch.indices.length) {
      const size = Math.max(end, this.#scratch.indices.length * 2);
      const larger = { indices: new Uint16Array(size), counts: new Float32Array(size) };
      larger.indices.set(this.#scratch.indices.subarray(0, used));
      larger.counts.set(this.#scratch.counts.subarray(0, used));
      Object.assign(this.#scratch, larger);
    }
    this.#scratch.indices.set(indices, used);
    this.#scratch.counts.set(counts, used);
    return end;
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
