import PorterStemmer from "natural/lib/natural/stemmers/porter_stemmer.js";

/** Porter's rules are made for English, and the regular expressions behind them are slow on very long words. */
const STEMMABLE = /^[a-z]{3,40}$/;

/**
 * The stem of a word: `running` → `run`, by Porter's algorithm as `natural` has it. The rules are for English, so words
 * with other letters than a–z, and those longer than any English word (40 letters), stay as they are.
 *
 * Source: M. F. Porter, An algorithm for suffix stripping, Program 14 (3), 1980, https://tartarus.org/martin/PorterStemmer/
 *
 * @param word in lower case
 *
 * @example
 * ```ts
 * import { stem } from "streambook/text";
 * console.assert(stem("running") === "run" && stem("été") === "été");
 * ```
 */
export function stem(word: string): string {
  return STEMMABLE.test(word) ? PorterStemmer.stem(word) : word;
}
