/** How rare terms are, learnt while the stream flows, and the weights that follow from it. */
import { seal, unseal } from "../binary/index.ts";
import { StreambookError } from "../errors/index.ts";
import { DEFAULT_FEATURES } from "./hash.ts";
import { type SparseVector, type TermCounts } from "./term-counts.ts";

const KIND = "document-frequencies";

/**
 * Counts in how many documents each bucket occurs, and weighs term counts by it: a term that stands everywhere says
 * nothing, a rare one much. Online: the weights are those of the documents seen so far.
 *
 * Source: idf(t) = ln((N + 1) / (df(t) + 1)), as in Spark's IDF, https://spark.apache.org/docs/latest/ml-features.html#tf-idf
 *
 * @example
 * ```ts
 * import { DocumentFrequencies, TermCounter } from "streambook/text";
 * const counter = new TermCounter();
 * const frequencies = new DocumentFrequencies();
 * for (const text of ["red bee", "red ant"]) frequencies.add(counter.count(text));
 * const [red, bee] = frequencies.weigh(counter.count("red bee")).values;
 * console.assert(red === 0 && bee === 1);
 * ```
 */
export class DocumentFrequencies {
  /** How many buckets there are. */
  readonly features: number;
  readonly #frequencies: Uint32Array;
  #documents = 0;

  /** @param features how many buckets terms are hashed to; the same as the counter's */
  constructor(features = DEFAULT_FEATURES) {
    this.features = features;
    this.#frequencies = new Uint32Array(features);
  }

  /** How many documents were added. */
  get documents(): number {
    return this.#documents;
  }

  /** Adds a document: each bucket that occurs in it counts once, however often it occurs. */
  add({ indices }: TermCounts): void {
    const frequencies = this.#frequencies;
    for (let i = 0; i < indices.length; i++) frequencies[indices[i] as number]!++;
    this.#documents++;
  }

  /** The inverse document frequency of a bucket: 0 when every document has it, ln(N + 1) when none has. */
  idf(index: number): number {
    return Math.log((this.#documents + 1) / ((this.#frequencies[index] ?? 0) + 1));
  }

  /**
   * Weighs counts: term frequency × inverse document frequency, and the result brought to length 1 (L2). A text whose
   * terms are all everywhere, or that has none, becomes a vector of zeros.
   *
   * @throws USAGE when the counts have buckets that these frequencies have not
   */
  weigh({ indices, counts }: TermCounts): SparseVector {
    const frequencies = this.#frequencies;
    const size = indices.length;
    const values = new Float32Array(size);
    const all = Math.log(this.#documents + 1);
    let squares = 0;
    for (let i = 0; i < size; i++) {
      const frequency = frequencies[indices[i] as number] as number;
      const value = (counts[i] as number) * (all - Math.log(frequency + 1));
      values[i] = value;
      squares += value * value;
    }
    if (Number.isNaN(squares)) {
      throw new StreambookError(
        "USAGE",
        `the counts have more than ${this.features} features; give all parts the same number of features`,
      );
    }
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let i = 0; i < size; i++) values[i]! *= scale;
    return { indices, values };
  }

  /** Everything learnt, in a form that {@link decode} reads. */
  encode(): Uint8Array {
    return seal(KIND, { facts: { documents: this.#documents }, arrays: { frequencies: this.#frequencies } });
  }

  /**
   * Restores what {@link encode} saved.
   *
   * @throws MODEL_INVALID when the bytes are damaged, or not of document frequencies
   */
  static decode(bytes: Uint8Array): DocumentFrequencies {
    const { facts, arrays } = unseal(KIND, bytes);
    const { frequencies } = arrays;
    const { documents } = facts;
    if (!(frequencies instanceof Uint32Array) || !Number.isSafeInteger(documents)) {
      throw new StreambookError(
        "MODEL_INVALID",
        "saved document frequencies lack their numbers; remove them to begin anew",
      );
    }
    const restored = new DocumentFrequencies(frequencies.length);
    restored.#frequencies.set(frequencies);
    restored.#documents = documents as number;
    return restored;
  }
}
