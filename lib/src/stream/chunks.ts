/** Cuts text into chunks of a number of Unicode code points, never through a code point, whatever pieces it comes in. */
import { StreambookError } from "../errors/index.ts";

/** Cuts a text that comes in pieces; the chunks joined are the pieces joined. */
export class Chunker {
  readonly #size: number;
  #rest = "";
  #restLength = 0; // code points in #rest
  #half = ""; // first half of a surrogate pair, when the last piece ended with one

  /**
   * @param codePoints how many code points a chunk holds, 1 or more; the last chunk may hold fewer
   * @throws USAGE when it is not a whole number of 1 or more
   */
  constructor(codePoints: number) {
    this.#size = checkChunkSize(codePoints);
  }

  /** Takes the next piece, and returns the chunks that are whole with it. */
  push(piece: string): string[] {
    const text = this.#half + piece;
    const whole = isLead(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length;
    this.#half = text.slice(whole);
    return this.#cut(whole === text.length ? text : text.slice(0, whole));
  }

  /** The chunks that are left when the text has ended: the last one, which may be shorter; none after a whole one. */
  end(): string[] {
    const chunks = this.#cut(this.#half);
    if (this.#rest !== "") chunks.push(this.#rest);
    this.#rest = this.#half = "";
    this.#restLength = 0;
    return chunks;
  }

  #cut(text: string): string[] {
    const chunks: string[] = [];
    let begin = 0;
    let wanted = this.#size - this.#restLength;
    for (let end = 0; ; begin = end) {
      const { index, count } = advance(text, end, wanted);
      end = index;
      if (count < wanted) {
        this.#rest += text.slice(begin);
        this.#restLength = this.#size - wanted + count;
        return chunks;
      }
      chunks.push(this.#rest + text.slice(begin, end));
      this.#rest = "";
      wanted = this.#size;
    }
  }
}

/** Goes on by up to `wanted` code points from an index; says where that is and how many they were. */
function advance(text: string, from: number, wanted: number): { index: number; count: number } {
  let index = from;
  let count = 0;
  for (; count < wanted && index < text.length; count++) {
    index += isLead(text.charCodeAt(index)) && isTrail(text.charCodeAt(index + 1)) ? 2 : 1;
  }
  return { index, count };
}

const isLead = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isTrail = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/**
 * Cuts text into chunks of `codePoints` code points each.
 *
 * @param pieces the text, in pieces of any length
 * @param codePoints 1 or more
 * @throws USAGE when `codePoints` is not a whole number of 1 or more
 *
 * @example
 * ```ts
 * import { chunksOf } from "streambook/stream";
 * console.assert([...chunksOf(["ab😀", "cd"], 2)].join("|") === "ab|😀c|d");
 * ```
 */
export function* chunksOf(pieces: Iterable<string>, codePoints: number): Generator<string> {
  const chunker = new Chunker(codePoints);
  for (const piece of pieces) yield* chunker.push(piece);
  yield* chunker.end();
}

/** Returns a chunk size that is a whole number of 1 or more; throws USAGE for any other. */
export function checkChunkSize(codePoints: number): number {
  if (!Number.isSafeInteger(codePoints) || codePoints < 1) {
    throw new StreambookError(
      "USAGE",
      `the chunk size must be a whole number of 1 or more, and is ${codePoints}; 1024 is usual`,
    );
  }
  return codePoints;
}
