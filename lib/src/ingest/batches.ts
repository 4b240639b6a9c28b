/** A batch of messages on its way: parsed, labelled, and then cut into files. */

/** What is known of a batch's rows where they are labelled and gathered: dates or hours as places in a short list, and the marks. */
export interface ParsedBatch<Marks extends object = object> {
  readonly batch: number;
  readonly rows: number;
  /** Offset of each row's message, from the request's `firstOffset`. */
  readonly offsets: Uint32Array;
  /** UTC dates, `2026-01-31`, or hours, `2026-01-31T23`. */
  readonly periods: readonly string[];
  /** Index in `periods` of each row. */
  readonly period: Uint32Array;
  /** Size of each row's message in bytes. */
  readonly sizes: Uint32Array;
  /** What the marker found; empty without one. */
  readonly marks: Marks;
  /** Messages that cannot be read: index in the request, and why. */
  readonly malformed: readonly { readonly index: number; readonly reason: string }[];
}

/** A batch as it came from Kafka, after parsing. */
export interface BatchToLabel<Marks extends object = object> {
  readonly partition: number;
  /** Number of the assignment that it was read in. */
  readonly generation: number;
  readonly firstOffset: bigint;
  /** The offset after the batch's range. */
  readonly nextOffset: bigint;
  readonly parsed: ParsedBatch<Marks>;
}

/** The values of an added column, one a row: as they are, or as places in a short list. */
export type AddedColumn =
  Int32Array | Float64Array | { readonly values: readonly unknown[]; readonly index: Uint32Array };

/** A batch with its values of the added columns. */
export interface LabelledBatch extends BatchToLabel {
  readonly added: readonly AddedColumn[];
}
