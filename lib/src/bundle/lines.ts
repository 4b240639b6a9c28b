/** Bytes cut into lines of text. Only `\n` ends a line, as in NDJSON; what is not UTF-8 is said to be so, never repaired. */
import { isUtf8 } from "node:buffer";

const NEWLINE = 0x0a;

/**
 * Cuts bytes into lines as they come. A block of whole lines is decoded at once, which is several times faster than line by line; a
 * line of any length is joined once.
 */
export class LineSplitter {
  #rest: Buffer[] = [];
  /** Lines that were skipped because they are not UTF-8. */
  invalid = 0;

  /** The lines that end in this chunk. The chunk's memory may be used again afterwards. */
  push(chunk: Buffer): string[] {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end < 0) {
      if (chunk.length > 0) this.#rest.push(Buffer.from(chunk));
      return [];
    }
    const block =
      this.#rest.length === 0 ? chunk.subarray(0, end) : Buffer.concat([...this.#rest, chunk.subarray(0, end)]);
    this.#rest = end + 1 < chunk.length ? [Buffer.from(chunk.subarray(end + 1))] : [];
    return this.#decode(block);
  }

  /** The last line, if it has no `\n` at its end. */
  end(): string[] {
    const rest = this.#rest;
    this.#rest = [];
    return rest.length === 0 ? [] : this.#decode(Buffer.concat(rest));
  }

  #decode(block: Buffer): string[] {
    if (isUtf8(block)) return block.toString("utf8").split("\n");
    const lines: string[] = [];
    for (let start = 0; start <= block.length;) {
      const found = block.indexOf(NEWLINE, start);
      const end = found < 0 ? block.length : found;
      const line = block.subarray(start, end);
      if (isUtf8(line)) lines.push(line.toString("utf8"));
      else this.invalid++;
      start = end + 1;
    }
    return lines;
  }
}

/**
 * The lines of a stream of bytes, as they come.
 *
 * @param onInvalid called with how many lines were skipped because they are not UTF-8, when there are any
 */
export async function* linesOf(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  onInvalid?: (lines: number) => void,
): AsyncGenerator<string, void, undefined> {
  const splitter = new LineSplitter();
  for await (const chunk of bytes) yield* splitter.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  yield* splitter.end();
  if (splitter.invalid > 0) onInvalid?.(splitter.invalid);
}
