/** The words of a stream's last chunks, because one short chunk alone says too little to be classified. */
import { seal, unseal } from "../binary/index.ts";
import { StreambookError } from "../errors/index.ts";
import { Accumulator, emptyCounts, type TermCounts } from "./term-counts.ts";

/** Options of {@link SlidingWindow}. */
export interface SlidingWindowOptions {
  /** How many words the window holds at least, once the stream has had so many. @default 100 */
  readonly minimumWords?: number | undefined;
}

const KIND = "sliding-window";

/** One for all windows: it is empty between calls. */
const accumulator = new Accumulator();

/**
 * Adds up the counts of a stream's last chunks: as few of them as hold the minimum of words. One window per stream.
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
  #chunks: TermCounts[] = [];
  #words = 0;

  constructor({ minimumWords = 100 }: SlidingWindowOptions = {}) {
    this.minimumWords = minimumWords;
  }

  /** How many words are in the window. */
  get words(): number {
    return this.#words;
  }

  /** Takes in the stream's next chunk; returns the counts of the window, the chunk included. */
  push(counts: TermCounts): TermCounts {
    if (counts.words > 0) {
      this.#chunks.push(counts);
      this.#words += counts.words;
      while (this.#words - (this.#chunks[0] as TermCounts).words >= this.minimumWords && this.#chunks.length > 1) {
        this.#words -= (this.#chunks.shift() as TermCounts).words;
      }
    }
    return this.#sum();
  }

  #sum(): TermCounts {
    if (this.#chunks.length <= 1) return this.#chunks[0] ?? emptyCounts;
    for (const { indices, counts } of this.#chunks) {
      for (let i = 0; i < indices.length; i++) accumulator.add(indices[i] as number, counts[i] as number);
    }
    return accumulator.take(this.#words);
  }

  /** The window's chunks, in a form that {@link decode} reads. */
  encode(): Uint8Array {
    const chunks = this.#chunks;
    return seal(KIND, {
      facts: { minimumWords: this.minimumWords },
      arrays: {
        sizes: Int32Array.from(chunks, ({ indices }) => indices.length),
        words: Int32Array.from(chunks, ({ words }) => words),
        indices: Int32Array.from(chunks.flatMap(({ indices }) => [...indices])),
        counts: Float32Array.from(chunks.flatMap(({ counts }) => [...counts])),
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
    if (
      !sizes ||
      !words ||
      !(indices instanceof Int32Array) ||
      !(counts instanceof Float32Array) ||
      typeof facts["minimumWords"] !== "number"
    ) {
      throw new StreambookError("MODEL_INVALID", "a saved window lacks its numbers; remove it to begin anew");
    }
    const window = new SlidingWindow({ minimumWords: facts["minimumWords"] });
    let from = 0;
    for (let chunk = 0; chunk < sizes.length; chunk++) {
      const to = from + (sizes[chunk] as number);
      window.#chunks.push({
        indices: indices.slice(from, to),
        counts: counts.slice(from, to),
        words: words[chunk] as number,
      });
      window.#words += words[chunk] as number;
      from = to;
    }
    return window;
  }
}
