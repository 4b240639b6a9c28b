/**
 * An invented language in which texts have subjects. Nothing in it can be known beforehand, its subjects are as hard to
 * distinguish as one likes, and what each text is about is certain; so it shows what a clustering is worth.
 */
import { StreambookError } from "../errors/index.ts";
import { Random } from "../random/index.ts";

/** Options of {@link InventedLanguage}. */
export interface LanguageOptions {
  /** How many topics there are. @default 6 */
  readonly topics?: number | undefined;
  /** Seed of the words and of their use. @default 7 */
  readonly seed?: number | undefined;
  /** How many different words there are. @default 20000 */
  readonly vocabulary?: number | undefined;
  /** The part of a text's words that its topic chooses, 0 to 1; the others are the same for all topics. @default 0.3 */
  readonly topicality?: number | undefined;
  /** The part of a topic's words that it has in common with its neighbour, 0 to 1. @default 0.5 */
  readonly overlap?: number | undefined;
  /** The part of the words chosen by a topic that is chosen by another one than the text's, 0 to 1. @default 0.2 */
  readonly stray?: number | undefined;
}

/** How steeply the use of words falls with their rank. Real texts have about 1 (Zipf's law). */
const ZIPF = 1.07;
/** Ranks below this are the function words of the language: no topic prefers one. */
const FUNCTION_WORDS = 300;

/**
 * Words of Zipf's frequencies, and topics that prefer some of them. Every word can stand in every text: a topic only ranks
 * the same vocabulary in another order, so its favourites are rarer words elsewhere.
 *
 * @example
 * ```ts
 * import { InventedLanguage } from "streambook/corpus";
 * import { Random } from "streambook/random";
 * const language = new InventedLanguage({ topics: 3, seed: 1 });
 * const random = new Random(5);
 * console.assert(/^[A-Z][a-z ,]+[.?!]$/.test(language.sentence(2, random)));
 * ```
 */
export class InventedLanguage {
  /** How many topics there are. */
  readonly topics: number;
  readonly #words: readonly string[];
  /** Running sums of the words' frequencies, by rank. */
  readonly #cumulative: Float64Array;
  readonly #topicality: number;
  readonly #overlap: number;
  readonly #stray: number;

  /** @throws USAGE when a number is out of range */
  constructor(options: LanguageOptions = {}) {
    const { topics = 6, seed = 7, vocabulary = 20_000, topicality = 0.3, overlap = 0.5, stray = 0.2 } = options;
    if (!Number.isInteger(topics) || topics < 1 || topics > 1000)
      throw outOfRange("topics", "a whole number from 1 to 1000", topics);
    if (!Number.isInteger(vocabulary) || vocabulary < 1000 || vocabulary > 200_000) {
      throw outOfRange("vocabulary", "a whole number from 1,000 to 200,000", vocabulary);
    }
    for (const [name, part] of Object.entries({ topicality, overlap, stray })) {
      if (!(part >= 0 && part <= 1)) throw outOfRange(name, "from 0 to 1", part);
    }
    this.topics = topics;
    this.#words = inventWords(vocabulary, new Random(seed));
    this.#cumulative = new Float64Array(vocabulary);
    let sum = 0;
    for (let rank = 0; rank < vocabulary; rank++) this.#cumulative[rank] = sum += 1 / (rank + 1) ** ZIPF;
    this.#topicality = topicality;
    this.#overlap = overlap;
    this.#stray = stray;
  }

  /** A word of a text about a topic. */
  word(topic: number, random: Random): string {
    const rank = this.#rank(random);
    if (random.next() >= this.#topicality) return this.#words[rank] as string;
    const chooser = random.next() < this.#stray ? random.below(this.topics) : topic;
    return this.#words[this.#topicRank(rank, chooser)] as string;
  }

  /** A sentence of 5 to 20 words about a topic. */
  sentence(topic: number, random: Random): string {
    const length = 5 + random.below(16);
    let sentence = "";
    for (let i = 0; i < length; i++) {
      const word = this.word(topic, random);
      const comma = i > 1 && i < length - 1 && random.next() < 0.08 ? "," : "";
      sentence += i === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : ` ${word}${comma}`;
    }
    return sentence + (random.next() < 0.9 ? "." : random.pick(["?", "!"]));
  }

  /** A paragraph of 2 to 7 sentences about a topic, without a line break. */
  paragraph(topic: number, random: Random): string {
    return Array.from({ length: 2 + random.below(6) }, () => this.sentence(topic, random)).join(" ");
  }

  /** A rank from 0, the lower the likelier. */
  #rank(random: Random): number {
    const target = random.next() * (this.#cumulative.at(-1) as number);
    let low = 0;
    let high = this.#cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#cumulative[middle] as number) < target) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The word that a topic has at a rank: the vocabulary in an order of the topic's own, some ranks as its neighbour has them. */
  #topicRank(rank: number, topic: number): number {
    const shared = fraction(rank) < this.#overlap;
    const order = shared ? (topic - (topic % 2)) % this.topics : topic;
    const others = this.#words.length - FUNCTION_WORDS;
    return FUNCTION_WORDS + ((rank * 7 + order * Math.floor(others / this.topics)) % others);
  }
}

/** Spreads whole numbers evenly over 0 to 1, by the golden ratio. */
function fraction(rank: number): number {
  return (rank * 0.618033988749895) % 1;
}

function outOfRange(name: string, range: string, value: number): StreambookError {
  return new StreambookError("USAGE", `invented language: ${name} must be ${range}, and is ${value}`);
}

const ONSETS = "b c d f g h l m n p r s t v w st tr ch sh".split(" ");
const VOWELS = "a e i o u ea ou ai".split(" ");
const ENDINGS = ["", "", "s", "n", "t", "r", "ng", "ed", "ly"];
/** So many of the commonest words have one syllable, as in real languages. */
const SHORT_WORDS = 200;

/** Different words that can be spoken, the commonest of them short. */
function inventWords(count: number, random: Random): string[] {
  const words = new Set<string>();
  while (words.size < count) {
    const syllables = words.size < SHORT_WORDS ? 1 : 1 + random.below(3);
    let word = "";
    for (let i = 0; i < syllables; i++) word += random.pick(ONSETS) + random.pick(VOWELS);
    words.add(word + random.pick(ENDINGS));
  }
  return [...words];
}
