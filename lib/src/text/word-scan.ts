/**
 * The words of a text, found and counted in WebAssembly: sixteen characters at a time, where JavaScript looks at each. What is done there
 * stands in `lib/assembly/word-scan.ts`; this gives it its memory. The law: of every text that it takes it counts what the plain way counts
 * (`term-counter.test.ts`). It takes texts of letters, digits and what separates them; one with combining marks, with Han characters or hiragana, or with
 * characters beyond the first 65,536 is left to JavaScript.
 */
import { characterClasses } from "./characters.ts";
import type { TermCounts, TermList } from "./term-counts.ts";
import { wordScanCode } from "./word-scan-code.ts";

/** Options of a {@link WordScan}. */
export interface WordScanOptions {
  /** How many buckets there are, 1 to 65536. */
  readonly features: number;
  /** How many words are remembered at most. */
  readonly vocabulary: number;
  /** The bucket of a word, which is remembered; below 0 for one that does not count. */
  readonly bucketOf: (word: string) => number;
  /** The bucket of a word that is not remembered here, because it is long, or has characters of more than one byte. */
  readonly otherBucketOf: (text: string, units: Uint16Array, start: number, end: number) => number;
}

/** What the code exports. */
interface Exports {
  readonly place: (...places: readonly number[]) => void;
  readonly scan: (length: number) => number;
  readonly take: () => number;
}

const PAGE = 64 << 10;
/** A place in the table has 20 bits, and more words than this are not worth their memory. */
const MOST_WORDS = 2 ** 17;
/** Entries of the table's index at first. */
const ENTRIES = 2 ** 12;
/** UTF-16 units that the code may write and read after a text. */
const AFTER_TEXT = 128;
/** UTF-16 units of a text for which there is room at first. */
const FIRST_ROOM = 2 ** 12;

/** One module for all: compiling takes a millisecond. */
let compiled: WebAssembly.Module | undefined;

/** Counts words by bucket, one text after the other. */
export class WordScan {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: Exports;
  readonly #textAt: number;
  readonly #indices: number;
  readonly #counts: number;
  /** The memory behind a text's place, twice: to write it, and its units. They are others when the memory has grown. */
  #bytes = Buffer.alloc(0);
  #units = new Uint16Array(0);
  #text = "";

  constructor({ features, vocabulary, bucketOf, otherBucketOf }: WordScanOptions) {
    const words = Math.min(vocabulary, MOST_WORDS);
    let end = 0;
    const place = (bytes: number): number => {
      const at = end;
      end += Math.ceil(bytes / 64) * 64; // no vector lies in two lines of the cache
      return at;
    };
    const classes = place(2 ** 16);
    const index = place(4 * 2 * Math.max(ENTRIES, 2 ** Math.ceil(Math.log2(words))));
    const [keys, values] = [place(16 * (words + 1)), place(4 * (words + 1))];
    const [sums, touched, counts] = [place(4 * features), place(2 * (features + 1)), place(4 * features)];
    const masks = place(17 * 16);
    [this.#textAt, this.#indices, this.#counts] = [end, touched, counts];
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE) });
    compiled ??= new WebAssembly.Module(Buffer.from(wordScanCode, "base64"));
    const instance = new WebAssembly.Instance(compiled, {
      env: { memory: this.#memory },
      "word-scan": {
        meet: (start: number, end: number) => bucketOf(this.#text.slice(start, end)),
        other: (start: number, end: number) => otherBucketOf(this.#text, this.#units, start, end),
      },
    });
    this.#exports = instance.exports as unknown as Exports;
    new Uint8Array(this.#memory.buffer).set(characterClasses(), classes);
    this.#exports.place(classes, index, keys, values, sums, touched, counts, masks, this.#textAt, words, ENTRIES);
    this.#makeRoom(FIRST_ROOM);
  }

  /** Adds up the words of a text. @returns how many there are; undefined for a text that it leaves to others */
  scan(text: string): number | undefined {
    if (text.length + AFTER_TEXT > this.#units.length) this.#makeRoom(text.length);
    this.#bytes.write(text, "utf16le");
    this.#text = text;
    const words = this.#exports.scan(text.length);
    this.#text = "";
    if (words >= 0) return words;
    this.#exports.take(); // what was added up until then
    return undefined;
  }

  /** The sums of the buckets, in the order in which they were added to first; begins anew. */
  take(words: number): TermCounts {
    const [indices, counts] = this.#taken();
    return { indices: indices.slice(), counts: counts.slice(), words };
  }

  /** As {@link take}, to the end of a list. */
  moveTo(list: TermList): void {
    const [indices, counts] = this.#taken();
    list.reserve(indices.length);
    list.indices.set(indices, list.size);
    list.counts.set(counts, list.size);
    list.size += indices.length;
  }

  /** Buckets and sums where they lie in memory: what comes next writes over them. */
  #taken(): [Uint16Array, Float32Array] {
    const size = this.#exports.take();
    const { buffer } = this.#memory;
    return [new Uint16Array(buffer, this.#indices, size), new Float32Array(buffer, this.#counts, size)];
  }

  /** Makes room for a text of so many UTF-16 units. */
  #makeRoom(length: number): void {
    const pages = Math.ceil((this.#textAt + 2 * (length + AFTER_TEXT)) / PAGE);
    const more = pages - this.#memory.buffer.byteLength / PAGE;
    if (more > 0) this.#memory.grow(more);
    const { buffer } = this.#memory;
    this.#bytes = Buffer.from(buffer, this.#textAt);
    this.#units = new Uint16Array(buffer, this.#textAt);
  }
}
