/** The quick way from text to term counts: one scan, and no string for any word that has been met before. */
import { StreambookError } from "../errors/index.ts";
import { characterClasses, classifyPair, ALONE, HIGH_SURROGATE, LETTER, MARK } from "./characters.ts";
import { DEFAULT_FEATURES, hashTerm } from "./hash.ts";
import { stem } from "./stem.ts";
import { englishStopWords } from "./stop-words.ts";
import { Accumulator, type TermCounts, type TermList } from "./term-counts.ts";
import { normalize, type TermOptions } from "./tokenize.ts";
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
    this.#table = new WordTable(options.vocabulary);
    this.#accumulator = new Accumulator(this.features);
  }

  /** The counts of a text's terms. Buckets are in the order in which the text first has them. */
  count(text: string): TermCounts {
    const words = this.#scan(text);
    return this.#accumulator.take(words);
  }

  /**
   * As {@link count}, to the end of a list.
   *
   * @returns how many words were counted
   * @throws USAGE with more features than the list has numbers for, 65536
   */
  countTo(list: TermList, text: string): number {
    if (this.features > 2 ** 16) {
      throw new StreambookError(
        "USAGE",
        `a list of terms has at most 65536 features, and this counter ${this.features}`,
      );
    }
    const words = this.#scan(text);
    this.#accumulator.moveTo(list);
    return words;
  }

  /** Adds up a text's terms; returns how many there are. */
  #scan(text: string): number {
    const units = this.#read(text);
    const classes = this.#classes;
    const table = this.#table;
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
      const bucket = table.find(units, start, position, hash) ?? this.#learn(text, start, position, hash);
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

  /** Meets a word for the first time: does what the plain way does, and remembers the result. */
  #learn(text: string, start: number, end: number, hash: number): number {
    const word = normalize(text.slice(start, end));
    const bucket = this.#stopWords.has(word) ? STOP : hashTerm(this.#stem ? stem(word) : word, this.features);
    this.#table.add(this.#units, start, end, hash, bucket);
    return bucket;
  }
}

/** The same memory as numbers of 16 bits. */
function unitsOf(bytes: Buffer): Uint16Array {
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
}
