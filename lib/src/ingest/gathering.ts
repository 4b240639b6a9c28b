/** Rows of one partition on their way to a file: where a file ends, and which offsets its name may claim. */
import { StreambookError } from "../errors/index.ts";
import type { AddedColumn, LabelledBatch } from "./batches.ts";
import type { EncodeSegment } from "./rows/row-store.ts";
import { type Granularity, PERIOD_LENGTH } from "./rows/timestamp.ts";

/** What fills a file. */
export interface FileLimits {
  /** Rows. */
  readonly records: number;
  /** Bytes of the rows' messages. */
  readonly bytes: number;
  /** By what rows are kept apart in files. @default "date" */
  readonly granularity?: Granularity;
}

/** The rows of one file, and what its name claims: a contiguous range of offsets of one date or hour. */
export interface GatheredFile {
  readonly first: bigint;
  readonly last: bigint;
  /** UTC date, `2026-01-31`, or hour, `2026-01-31T23`, of all rows. */
  readonly period: string;
  readonly rows: number;
  readonly segments: readonly EncodeSegment[];
}

/**
 * Gathers the labelled rows of one partition, in one assignment of it, and cuts them into files. A file is full at its limit
 * of rows or bytes, and ends where the date or hour changes. Its range covers dead letters and holes of the topic too, but never an
 * offset that was not read: a gap would be a loss that nobody sees.
 */
export class Gathering {
  readonly partition: number;
  /** The number of the assignment. */
  readonly generation: number;
  readonly #limits: FileLimits;
  /** Part of the limit of bytes that fills the next file. */
  #share: number;
  /** The first offset that no file covers. */
  #first: bigint;
  /** The offset after those gathered. */
  #next: bigint;
  #period: string | undefined;
  #segments: EncodeSegment[] = [];
  #rows = 0;
  #bytes = 0;
  /** Whether the range covers dead letters: then it is worth a file, even without rows. */
  #deadLetters = false;
  #since = performance.now();

  /**
   * @param first the first offset that it will get
   * @param share part of the limit of bytes that fills the first file, so that partitions do not all write at once
   */
  constructor(
    { partition, generation, firstOffset }: { partition: number; generation: number; firstOffset: bigint },
    limits: FileLimits,
    share = 1,
  ) {
    this.partition = partition;
    this.generation = generation;
    this.#first = this.#next = firstOffset;
    this.#limits = limits;
    this.#share = share;
  }

  /** Bytes of the messages gathered for the next file. */
  get bytes(): number {
    return this.#bytes;
  }

  /** When the last file was taken, on the clock of `performance.now()`. */
  get since(): number {
    return this.#since;
  }

  /**
   * Adds a batch, and yields each file that it fills.
   *
   * @throws INTERNAL when offsets are missing before it
   */
  *add(batch: LabelledBatch): Generator<GatheredFile> {
    if (batch.firstOffset !== this.#next) {
      throw new StreambookError(
        "INTERNAL",
        `partition ${this.partition}: a batch from offset ${batch.firstOffset} came after offset ${this.#next - 1n}; nothing is lost, start the consumer again, and please report it`,
      );
    }
    const { parsed } = batch;
    const offsetAt = (row: number): bigint =>
      row < parsed.rows ? batch.firstOffset + BigInt(parsed.offsets[row] as number) : batch.nextOffset;
    for (let from = 0, to: number; from < parsed.rows; from = to) {
      const period = parsed.periods[parsed.period[from] as number] as string;
      if (this.#period !== undefined && this.#period !== period) {
        this.#next = offsetAt(from);
        yield* this.#full();
      }
      to = this.#append(batch, from, period);
      this.#next = offsetAt(to);
      if (this.#rows >= this.#limits.records || this.#bytes >= this.#limits.bytes * this.#share) yield* this.#full();
    }
    this.#next = batch.nextOffset;
    if (parsed.malformed.length > 0) this.#deadLetters = true;
  }

  /** Appends the rows from `from` on that have one date or hour, as many as the file takes; gives the row after them. */
  #append({ parsed, added }: LabelledBatch, from: number, period: string): number {
    const end = Math.min(parsed.rows, from + this.#limits.records - this.#rows);
    let to = from;
    for (; to < end && parsed.period[to] === parsed.period[from]; to++) this.#bytes += parsed.sizes[to] as number;
    this.#period = period;
    this.#segments.push({
      batch: parsed.batch,
      from,
      to,
      added: added.map((column) => partOf(column, from, to)),
    });
    this.#rows += to - from;
    return to;
  }

  *#full(): Generator<GatheredFile> {
    const file = this.take();
    if (file !== undefined) yield file;
  }

  /** Takes what is gathered as a file, full or not; undefined when there is nothing that is worth one. */
  take(): GatheredFile | undefined {
    if (this.#next === this.#first || (this.#rows === 0 && !this.#deadLetters)) return undefined;
    const file = {
      first: this.#first,
      last: this.#next - 1n,
      period: this.#period ?? new Date().toISOString().slice(0, PERIOD_LENGTH[this.#limits.granularity ?? "date"]),
      rows: this.#rows,
      segments: this.#segments,
    };
    this.#first = this.#next;
    this.#period = undefined;
    this.#segments = [];
    this.#rows = this.#bytes = 0;
    this.#share = 1;
    this.#deadLetters = false;
    this.#since = performance.now();
    return file;
  }
}

function partOf(column: AddedColumn, from: number, to: number): AddedColumn {
  return ArrayBuffer.isView(column)
    ? column.slice(from, to)
    : { values: column.values, index: column.index.slice(from, to) };
}
