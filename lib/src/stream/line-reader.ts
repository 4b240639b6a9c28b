/**
 * Reads a text as the lines of its chunks, bytes to bytes: what a reader keeps while it rests is a position and a count, so
 * that a thousand slow readers cost little. `Chunker` says the same in strings, and a test compares both.
 */
import { isUtf8 } from "node:buffer";
import { StreambookError } from "../errors/index.ts";
import { notUtf8 } from "./survey.ts";
import type { OpenText } from "./texts.ts";
import { firstBadByte, unfinished } from "./utf8.ts";

/** Bytes of lines that are read at once, at most: what waits in memory for a slow reader. */
export const PIECE = 1 << 15;

/** Reads the lines of a text, from that of chunk number `from` on. */
export class LineReader {
  readonly #text: OpenText;
  readonly #chunkSize: number;
  readonly #onBad: (position: number) => void;
  #position = 0; // of the next byte of the file
  #codePoints = 0; // in the line that is open; none when no line is
  #toSkip: number; // chunks
  #ended = false;

  /**
   * @param chunkSize Unicode code points in a chunk, 1 or more
   * @param onBad called with the position of bytes that are not UTF-8, before the reading fails
   */
  constructor(text: OpenText, chunkSize: number, from = 0, onBad: (position: number) => void = () => undefined) {
    this.#text = text;
    this.#chunkSize = chunkSize;
    this.#toSkip = from;
    this.#onBad = onBad;
  }

  /**
   * The next bytes of the lines, at most {@link PIECE}, and no more than the end of so many lines; undefined after the last.
   *
   * @param output where they are put, {@link PIECE} bytes long; what is returned is a part of it
   * @param lines how many may end, 1 or more. @default as many as there is room for
   *
   * @throws NOT_UTF8; STREAM_BROKEN when the file was changed since it was opened
   */
  async read(output: Uint8Array, lines: number = Infinity): Promise<Uint8Array | undefined> {
    while (!this.#ended) {
      const length = await blocks.use(async (block) => {
        const { bytesRead } = await this.#text.file.read(block, 0, PIECE, this.#position);
        if (bytesRead === 0) return this.#end(output);
        return this.#encode(this.#whole(block.subarray(0, bytesRead)), output, lines);
      });
      if (length > 0) return output.subarray(0, length);
    }
    return undefined;
  }

  /** The whole sequences: one that the end cuts is read again with what follows it. */
  #whole(bytes: Uint8Array): Uint8Array {
    const whole = bytes.subarray(0, bytes.length - unfinished(bytes));
    if (whole.length > 0 && isUtf8(whole)) return whole;
    const position = this.#position + firstBadByte(whole);
    this.#onBad(position);
    throw new StreambookError("NOT_UTF8", notUtf8(this.#text.name, position));
  }

  async #end(output: Uint8Array): Promise<number> {
    if (!(await this.#text.unchanged()))
      throw new StreambookError("STREAM_BROKEN", `${this.#text.name} was changed while it was read`);
    this.#ended = true;
    return this.#codePoints > 0 && this.#toSkip === 0 ? put(CLOSE, output, 0) : 0;
  }

  #encode(bytes: Uint8Array, output: Uint8Array, lines: number): number {
    let at = this.#skip(bytes);
    let left = lines;
    let length = 0;
    let codePoints = this.#codePoints;
    while (at < bytes.length && length < ROOM && left > 0) {
      if (codePoints === 0) length = put(OPEN, output, length);
      const byte = bytes[at] as number;
      if (byte < 0x80) {
        const escape = ESCAPES[byte];
        if (escape === undefined) output[length++] = byte;
        else length = put(escape, output, length);
        at++;
      } else {
        for (const end = at + sequenceLength(byte); at < end;) output[length++] = bytes[at++] as number;
      }
      if (++codePoints < this.#chunkSize) continue;
      length = put(CLOSE, output, length);
      codePoints = 0;
      left--;
    }
    this.#codePoints = codePoints;
    this.#position += at;
    return length;
  }

  /** Goes on to the first chunk wanted; says where in the bytes it begins. */
  #skip(bytes: Uint8Array): number {
    let at = 0;
    while (this.#toSkip > 0 && at < bytes.length) {
      at += sequenceLength(bytes[at] as number);
      if (++this.#codePoints < this.#chunkSize) continue;
      this.#codePoints = 0;
      this.#toSkip--;
    }
    return at;
  }
}

const OPEN = Buffer.from('{"chunk":"');
const CLOSE = Buffer.from('"}\n');

/** How JSON writes the characters that cannot stand in a string as they are. */
const ESCAPES: readonly (Uint8Array | undefined)[] = Array.from({ length: 0x80 }, (_, code) => {
  const escape = JSON.stringify(String.fromCharCode(code)).slice(1, -1);
  return escape.length === 1 ? undefined : Buffer.from(escape);
});

/** How full the output may be before one more character, escaped, with a line's beginning and end. */
const ROOM = PIECE - OPEN.length - CLOSE.length - 6;

function put(bytes: Uint8Array, output: Uint8Array, length: number): number {
  for (const byte of bytes) output[length++] = byte;
  return length;
}

/** The length of a sequence in bytes that are UTF-8, by its first byte. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

/** Memory for reading, a few blocks for all readers: each has one only while the disk fills it and it is encoded. */
class Blocks {
  readonly #free: Buffer[];
  readonly #waiting: ((block: Buffer) => void)[] = [];

  constructor(count: number) {
    this.#free = Array.from({ length: count }, () => Buffer.allocUnsafeSlow(PIECE));
  }

  async use<T>(work: (block: Buffer) => Promise<T>): Promise<T> {
    const block = this.#free.pop() ?? (await new Promise<Buffer>((resolve) => this.#waiting.push(resolve)));
    try {
      return await work(block);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(block);
      else next(block);
    }
  }
}

/** Twice as many as Node reads files at once. */
const blocks = new Blocks(8);
