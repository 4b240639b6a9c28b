/**
 * Rows kept as the messages came: one JSON object a line, byte for byte, with the added columns and the place in Kafka before its
 * closing brace. Only blank space may change: around the object, and line ends within it.
 */
import {
  type FilePart,
  type KeptRows,
  placeColumns,
  type RowFormat,
  type RowFormatOptions,
  valueAt,
} from "./row-format.ts";

const [LINE_FEED, CARRIAGE_RETURN, BLANK, TAB] = [0x0a, 0x0d, 0x20, 0x09];

/** Writes NDJSON. */
export class NdjsonFormat implements RowFormat<NdjsonRows> {
  /** The names of the added columns, as they stand in a line. */
  readonly #names: readonly string[];

  constructor({ columns }: Pick<RowFormatOptions, "columns">) {
    this.#names = [...columns, ...placeColumns].map(({ name }) => `${JSON.stringify(name)}:`);
  }

  begin(bytes: number): NdjsonRows {
    return new NdjsonRows(bytes);
  }

  encode(parts: readonly FilePart<NdjsonRows>[]): Uint8Array {
    const pieces: Uint8Array[] = [];
    for (const { rows, from, to, added, partition, offsets } of parts) {
      for (let row = from; row < to; row++) {
        const values = added.map((column) => JSON.stringify(valueAt(column, row - from)));
        const all = [...values, String(partition), String(offsets[row])];
        const members = this.#names.map((name, index) => `${name}${all[index]}`).join(",");
        pieces.push(rows.open(row), Buffer.from(`,${members}}\n`)); // a message has its time field at least
      }
    }
    return new Uint8Array(Buffer.concat(pieces));
  }
}

/** The messages of a batch, one after the other, each without its closing brace. */
class NdjsonRows implements KeptRows {
  readonly #bytes: Uint8Array;
  readonly #ends: number[] = [];

  constructor(bytes: number) {
    this.#bytes = new Uint8Array(bytes);
  }

  add(_message: unknown, bytes: Uint8Array): void {
    let end = bytes.length - 1; // at or after the closing brace
    let start = 0;
    while (isBlank(bytes[end])) end--;
    while (isBlank(bytes[end - 1])) end--;
    while (isBlank(bytes[start])) start++;
    const at = this.#ends.at(-1) ?? 0;
    this.#bytes.set(bytes.subarray(start, end), at);
    const last = at + end - start;
    // A line end is never part of a value: in a text it is written \\n.
    for (let i = at; i < last; i++)
      if (this.#bytes[i] === LINE_FEED || this.#bytes[i] === CARRIAGE_RETURN) this.#bytes[i] = BLANK;
    this.#ends.push(last);
  }

  /** A row's object, without its closing brace and the blanks before that. */
  open(row: number): Uint8Array {
    return this.#bytes.subarray(row === 0 ? 0 : this.#ends[row - 1], this.#ends[row]);
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === BLANK || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB;
}
