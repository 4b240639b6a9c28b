/** What each character is to a tokenizer, as a table: a look-up for each character, where a regular expression is slow. */

// Each class is a bit, so that "a letter or a mark" is one test.

/** Separates tokens. */
export const SEPARATOR = 0;
/** Begins or continues a token: a letter or digit. */
export const LETTER = 1;
/** Continues a token, but does not begin one: a combining mark. */
export const MARK = 2;
/** Is a token alone, with the marks that follow: a Han character, a hiragana. */
export const ALONE = 4;
/** The first half of a character outside the first 65,536; look at the second half. */
export const HIGH_SURROGATE = 8;

const IS_LETTER = /^[\p{L}\p{N}]$/u;
const IS_MARK = /^\p{M}$/u;
const IS_ALONE = /^[\p{sc=Han}\p{sc=Hiragana}]$/u;

/** The class of one character (a Unicode code point). */
export function classify(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  if (IS_LETTER.test(character)) return IS_ALONE.test(character) ? ALONE : LETTER;
  return IS_MARK.test(character) ? MARK : SEPARATOR;
}

/** The class of the character whose first half stands at a position of UTF-16; a half without its other half separates. */
export function classifyPair(units: Uint16Array, position: number): number {
  const high = units[position] as number;
  const low = units[position + 1] as number;
  return low >= 0xdc00 && low <= 0xdfff ? classify(((high - 0xd800) << 10) + (low - 0xdc00) + 0x10000) : SEPARATOR;
}

let table: Uint8Array | undefined;

/** The classes of the first 65,536 characters, made at the first call (a few milliseconds, 64 KB). */
export function characterClasses(): Uint8Array {
  if (table === undefined) {
    table = new Uint8Array(2 ** 16);
    for (let code = 0; code < table.length; code++) {
      const surrogate = code >= 0xd800 && code <= 0xdfff;
      table[code] = surrogate ? (code <= 0xdbff ? HIGH_SURROGATE : SEPARATOR) : classify(code);
    }
  }
  return table;
}
