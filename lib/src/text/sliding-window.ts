/** The words of a stream's last chunks, because one short chunk alone says too little to be classified. */
import { seal, unseal } from "../binary/index.ts";
import { StreambookError } from "../errors/index.ts";
import { Accumulator, type TermCounts } from "./term-counts.ts";

/** Options of {@link SlidingWindow}. */
export interface SlidingWindowOptions {
  /** How many words the window holds at least, once the stream has had so many. @default 100 */
  readonly minimumWords?: number | undefined;
}

const KIND = "sliding-window";
/** Room of a window that has had no chunk yet. */
const FIRST_ROOM = 64;

/** One for all windows: it is empty between calls. */
const accumulator = new Accumulator();

/**
 * Adds up the counts of a stream's last chunks: as few of them as hold the minimum of words. One window per stream.
 *
 * The chunks' numbers are copied to the window's own memory, one chunk after the other, so that a window never keeps the
 * memory of a larger batch alive.
 *
 * @example
 * ```ts
 * import { SlidingWindow, TermCounter } from "streambook/text";
 * const counter = new TermCounter();
 * const window = new SlidingWindow({ minimumWords: 2 });
 * const sums = ["bee", "ant", "bee bee"].map((chunk) => window.push(counter.count(chunk)).words);
 * console.assert(sums.join() === "1,2,2");
 * ```
 */
export class SlidingWindow {
  /** How many words the window holds at least, once the stream has had so many. */
  readonly minimumWords: number;
  #indices = new Int32Array(FIRST_ROOM);
  #counts = new Float32Array(FIRST_ROOM);
  /** Numbers in use. */
  #used = 0;
  /** Of each chunk: how many numbers, and how many words. */
  #chunks: { size: number; words: number }[] = [];
  #words = 0;

  constructor({ minimumWords = 100 }: SlidingWindowOptions = {}) {
    this.minimumWords = minimumWords;
  }

  /** How many words are in the window. */
  get words(): number {
    return this.#words;
  }

  /** Numbers that the window's memory has room for, 8 bytes each. */
  get room(): number {
    return this.#indices.length;
  }

  /** Takes in the stream's next chunk; returns the counts of the window, the chunk included. */
  push(chunk: TermCounts): TermCounts {
    if (chunk.words > 0) {
      this.#forget(chunk.words);
      this.#append(chunk);
      if (this.#chunks.length === 1) return chunk;
    }
    for (let i = 0; i < this.#used; i++) accumulator.add(this.#indices[i] as number, this.#counts[i] as number);
    return accumulator.take(this.#words);
  }

  /** Drops the chunks that are not needed any more once `coming` words are added. */
  #forget(coming: number): void {
    let chunks = 0;
    let numbers = 0;
    for (const { size, words } of this.#chunks) {
      if (this.#words - words + coming < this.minimumWords) break;
      chunks++;
      numbers += size;
      this.#words -= words;
    }
    if (chunks === 0) return;
    this.#chunks.splice(0, chunks);
    this.#indices.copyWithin(0, numbers, this.#used);
    this.#counts.copyWithin(0, numbers, this.#used);
    this.#used -= numbers;
  }

  #append({ indices, counts, words }: TermCounts): void {
    const size = indices.length;
    if (this.#used + size > this.#indices.length) this.#grow(this.#used + size);
    this.#indices.set(indices, this.#used);
    this.#counts.set(counts, this.#used);
    this.#used += size;
    this.#words += words;
    this.#chunks.push({ size, words });
  }

  #grow(size: number): void {
    const [indices, counts] = [new Int32Array(size * 2), new Float32Array(size * 2)];
    indices.set(this.#indices);
    counts.set(this.#counts);
    [this.#indices, this.#counts] = [indices, counts];
  }

  /** The window, in a form that {@link decode} reads. */
  encode(): Uint8Array {
    return seal(KIND, {
      facts: { minimumWords: this.minimumWords },
      arrays: {
        sizes: Int32Array.from(this.#chunks, ({ size }) => size),
        words: Int32Array.from(this.#chunks, ({ words }) => words),
        indices: this.#indices.subarray(0, this.#used),
        counts: this.#counts.subarray(0, this.#used),
      },
    });
  }

  /**
   * Restores what {@link encode} saved.
   *
   * @throws MODEL_INVALID when the bytes are damaged, or not of a window
   */
  static decode(bytes: Uint8Array): SlidingWindow {
    const { facts, arrays } = unseal(KIND, bytes);
    const { sizes, words, indices, counts } = arrays;
    const { minimumWords } = facts;
    if (
      !sizes ||
      !words ||
      !(indices instanceof Int32Array) ||
      !(counts instanceof Float32Array) ||
      typeof minimumWords !== "number"
    ) {
      throw new StreambookError("MODEL_INVALID", "a saved window lacks its numbers; remove it to begin anew");
    }
    const window = new SlidingWindow({ minimumWords });
    let from = 0;
    sizes.forEach((size, chunk) => {
      const to = from + size;
      window.#append({
        indices: indices.subarray(from, to),
        counts: counts.subarray(from, to),
        words: words[chunk] as number,
      });
      from = to;
    });
    return window;
  }
}
