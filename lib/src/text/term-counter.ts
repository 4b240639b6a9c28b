/**
 * The quick way from text to term counts: one scan, and no string for any word that has been met before. Two ways, one result: most texts are
 * scanned in WebAssembly (`word-scan.ts`), all others here.
 */
import { StreambookError } from "../errors/index.ts";
import { characterClasses, classifyPair, ALONE, HIGH_SURROGATE, LETTER, MARK } from "./characters.ts";
import { DEFAULT_FEATURES, hashTerm } from "./hash.ts";
import { stem } from "./stem.ts";
import { englishStopWords } from "./stop-words.ts";
import { Accumulator, type TermCounts, type TermList } from "./term-counts.ts";
import { normalize, type TermOptions } from "./tokenize.ts";
import { WordScan } from "./word-scan.ts";
import { WordTable } from "./word-table.ts";

/** Options of {@link TermCounter}. */
export interface TermCounterOptions extends TermOptions {
  /** How many buckets terms are hashed to. @default 16384 */
  readonly features?: number | undefined;
  /** How many different words are remembered, as they are written; memory is bounded by it. @default 131072 */
  readonly vocabulary?: number | undefined;
}

/** The value of a stop word in the table: it has no bucket. */
const STOP = -1;
const SPACE = 32;
/** With more buckets than this, a bucket does not fit the 16 bits that it has in a {@link TermList} and in WebAssembly. */
const SMALL = 2 ** 16;
/** FNV's prime. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
const PRIME = 0x01000193;

/**
 * Counts the terms of texts: `count(text)` is `countTerms(terms(text))`, many times as fast.
 *
 * The plain way makes a string for every word, lower-cases it, looks it up among the stop words, stems it, and hashes its
 * bytes. But words repeat. So this remembers, for each word as it is written, the bucket it ended in; the memory is a
 * hash table whose key is the word's characters where they stand in the text, so that a word met before costs a glance
 * at each of its characters and nothing else.
 *
 * @example
 * ```ts
 * import { TermCounter } from "streambook/text";
 * const counter = new TermCounter({ features: 1024 });
 * const { counts, words } = counter.count("The bee. The bees!");
 * console.assert(words === 2 && counts[0] === 2);
 * ```
 */
export class TermCounter {
  /** How many buckets terms are hashed to. */
  readonly features: number;
  readonly #stem: boolean;
  readonly #stopWords: ReadonlySet<string>;
  readonly #classes = characterClasses();
  readonly #table: WordTable;
  readonly #accumulator: Accumulator;
  readonly #quick: WordScan | undefined;
  #bytes = Buffer.alloc(2 ** 13);
  #units = unitsOf(this.#bytes);

  /** @throws USAGE when the number of features is not a whole number of 1 or more */
  constructor(options: TermCounterOptions = {}) {
    this.features = options.features ?? DEFAULT_FEATURES;
    if (!Number.isInteger(this.features) || this.features < 1) {
      throw new StreambookError(
        "USAGE",
        `the number of features must be a whole number of 1 or more, and is ${this.features}`,
      );
    }
    this.#stem = options.stem ?? true;
    this.#stopWords = options.stopWords ?? englishStopWords;
    const vocabulary = options.vocabulary ?? 2 ** 17;
    this.#table = new WordTable(vocabulary);
    this.#accumulator = new Accumulator(this.features);
    if (this.features <= SMALL)
      this.#quick = new WordScan({
        features: this.features,
        vocabulary,
        bucketOf: (word) => this.#bucketOf(word),
        otherBucketOf: (text, units, start, end) => this.#find(text, units, start, end, hashOf(units, start, end)),
      });
  }

  /** The counts of a text's terms. Buckets are in the order in which the text first has them. */
  count(text: string): TermCounts {
    const words = this.#quick?.scan(text);
    if (words === undefined) return this.#accumulator.take(this.#scan(text));
    return (this.#quick as WordScan).take(words);
  }

  /**
   * As {@link count}, to the end of a list.
   *
   * @returns how many words were counted
   * @throws USAGE with more features than the list has numbers for, 65536
   */
  countTo(list: TermList, text: string): number {
    if (this.features > SMALL) {
      throw new StreambookError(
        "USAGE",
        `a list of terms has at most ${SMALL} features, and this counter ${this.features}`,
      );
    }
    const quick = this.#quick?.scan(text);
    const words = quick ?? this.#scan(text);
    (quick === undefined ? this.#accumulator : (this.#quick as WordScan)).moveTo(list);
    return words;
  }

  /** Adds up a text's terms; returns how many there are. */
  #scan(text: string): number {
    const units = this.#read(text);
    const classes = this.#classes;
    const accumulator = this.#accumulator;
    const end = text.length;
    let words = 0;
    let position = 0;
    while (position < end) {
      let unit = units[position] as number;
      let kind = classes[unit] as number;
      if (kind === HIGH_SURROGATE) kind = classifyPair(units, position);
      if ((kind & (LETTER | ALONE)) === 0) {
        position++;
        continue;
      }
      const start = position;
      const goesOn = kind === ALONE ? MARK : LETTER | MARK;
      let hash = 0;
      // A character beyond the first 65,536 has two units, and both go into the hash.
      if (classes[unit] === HIGH_SURROGATE) {
        hash = Math.imul(unit, PRIME);
        unit = units[++position] as number;
      }
      for (;;) {
        hash = Math.imul(hash ^ unit, PRIME);
        unit = units[++position] as number;
        kind = classes[unit] as number;
        if ((kind & goesOn) !== 0) continue;
        if (kind !== HIGH_SURROGATE || (classifyPair(units, position) & goesOn) === 0) break;
        hash = Math.imul(hash ^ unit, PRIME);
        unit = units[++position] as number;
      }
      const bucket = this.#find(text, units, start, position, hash);
      if (bucket === STOP) continue;
      accumulator.add(bucket, 1);
      words++;
    }
    return words;
  }

  /** The text's UTF-16 units as numbers, quicker to read than a string, and a separator after them. */
  #read(text: string): Uint16Array {
    if (text.length >= this.#units.length) {
      this.#bytes = Buffer.alloc(4 * text.length);
      this.#units = unitsOf(this.#bytes);
    }
    this.#bytes.write(text, "utf16le");
    this.#units[text.length] = SPACE;
    return this.#units;
  }

  /** The bucket of a word that stands in a text, from the memory, or found the plain way and remembered. */
  #find(text: string, units: Uint16Array, start: number, end: number, hash: number): number {
    const known = this.#table.find(units, start, end, hash);
    if (known !== undefined) return known;
    const bucket = this.#bucketOf(text.slice(start, end));
    this.#table.add(units, start, end, hash, bucket);
    return bucket;
  }

  /** The bucket of a word, the plain way. */
  #bucketOf(word: string): number {
    const normal = normalize(word);
    return this.#stopWords.has(normal) ? STOP : hashTerm(this.#stem ? stem(normal) : normal, this.features);
  }
}

/** The hash of a word, as the scan finds it. */
function hashOf(units: Uint16Array, start: number, end: number): number {
  let hash = 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (units[i] as number), PRIME);
  return hash;
}

/** The same memory as numbers of 16 bits. */
function unitsOf(bytes: Buffer): Uint16Array {
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
}
