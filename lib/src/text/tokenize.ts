/** Text to words, the plain way. {@link TermCounter} does the same without making the words. */
import { stem } from "./stem.ts";
import { englishStopWords } from "./stop-words.ts";

/**
 * A token: one Han character or hiragana, or a run of letters and digits of any other script; combining marks belong to
 * the character before them. Chinese and Japanese have no spaces, so their characters stand alone, as in Unicode's
 * word boundaries (UAX #29); katakana and hangul are written in words.
 */
const TOKEN =
  /[[\p{L}\p{N}]&&[\p{sc=Han}\p{sc=Hiragana}]]\p{M}*|[[\p{L}\p{N}]--[\p{sc=Han}\p{sc=Hiragana}]][[\p{L}\p{N}\p{M}]--[[\p{L}\p{N}]&&[\p{sc=Han}\p{sc=Hiragana}]]]*/gv;

/**
 * The words of a text, lower-cased, in the composed form of Unicode (NFC), so that `é` is one word however it was typed.
 *
 * Letters and digits of every script count; everything else separates: spaces, punctuation, emoji, and the apostrophe
 * (`don't` is `don` and `t`, which are stop words), whichever of its forms is used.
 *
 * @example
 * ```ts
 * import { tokenize } from "streambook/text";
 * console.assert(tokenize("Don't panic: Café №42 🙂 東京").join(" ") === "don t panic café 42 東 京");
 * ```
 */
export function tokenize(text: string): string[] {
  return Array.from(text.matchAll(TOKEN), ([token]) => normalize(token));
}

/** The form in which equal words are equal: composed, lower case. */
export function normalize(token: string): string {
  return token.normalize("NFC").toLowerCase();
}

/** What becomes of the words of a text. */
export interface TermOptions {
  /** Whether words are cut to their stem. @default true */
  readonly stem?: boolean | undefined;
  /** Words that are left out, in lower case; compared before stemming. @default englishStopWords */
  readonly stopWords?: ReadonlySet<string> | undefined;
}

/**
 * The terms of a text: its words without the stop words, stemmed.
 *
 * @example
 * ```ts
 * import { terms } from "streambook/text";
 * console.assert(terms("The bees were swarming").join(" ") === "bee swarm");
 * ```
 */
export function terms(text: string, options: TermOptions = {}): string[] {
  const { stopWords = englishStopWords } = options;
  const words = tokenize(text).filter((word) => !stopWords.has(word));
  return options.stem === false ? words : words.map(stem);
}
