import assert from "node:assert/strict";
import { test } from "node:test";
import { englishStopWords, stem, terms, tokenize } from "./index.ts";

const cases: readonly (readonly [what: string, text: string, words: readonly string[]])[] = [
  ["words are lower-cased and punctuation separates", "Bees, bees — BEES!", ["bees", "bees", "bees"]],
  [
    "digits are words and parts of words",
    "In 1984 the R2D2 cost 3.50",
    ["in", "1984", "the", "r2d2", "cost", "3", "50"],
  ],
  ["an apostrophe separates, in all its forms", "don't l’été o`clock", ["don", "t", "l", "été", "o", "clock"]],
  ["hyphens and underscores separate", "well-known snake_case", ["well", "known", "snake", "case"]],
  ["accents belong to their letters", "Crème brûlée, Ærøskøbing", ["crème", "brûlée", "ærøskøbing"]],
  ["é is one word however it was typed", "é e\u0301", ["é", "é"]],
  ["other alphabets", "Привет, мир! γειά σου ΟΔΟΣ", ["привет", "мир", "γειά", "σου", "οδος"]],
  ["vowel signs belong to their letters", "हिन्दी नमस्ते", ["हिन्दी", "नमस्ते"]],
  ["Han characters and hiragana stand alone", "東京タワーへ行く", ["東", "京", "タワー", "へ", "行", "く"]],
  ["voiced marks stay with their hiragana", "か\u3099", ["が"]],
  ["hangul is written in words", "안녕 세상", ["안녕", "세상"]],
  ["characters beyond 16 bits", "𝒜bc 𠮷野家", ["𝒜bc", "𠮷", "野", "家"]],
  ["emoji separate", "bee🐝bee 👩‍🚀 ❤️", ["bee", "bee"]],
  ["half a character separates", "a\ud835b \udc00c", ["a", "b", "c"]],
  ["a mark alone is nothing", "\u0301 \ufe0f", []],
  ["no text, no words", " \t\r\n", []],
];

for (const [what, text, words] of cases) {
  test(`tokenize: ${what}`, () => assert.deepEqual(tokenize(text), words));
}

const stems: readonly (readonly [word: string, stem: string])[] = [
  // from Porter's paper
  ["caresses", "caress"],
  ["ponies", "poni"],
  ["hopping", "hop"],
  ["relational", "relat"],
  ["generalizations", "gener"],
  ["oscillators", "oscil"],
  // left as they are
  ["as", "as"],
  ["été", "été"],
  ["naïveness", "naïveness"],
  ["r2d2s", "r2d2s"],
  ["東", "東"],
];

for (const [word, expected] of stems) {
  test(`stem: ${word} → ${expected}`, () => assert.equal(stem(word), expected));
}

test("a word of a million letters takes no time to stem", () => {
  const long = "b".repeat(1_000_000);
  assert.equal(stem(long), long);
});

test("terms are words without stop words, stemmed", () => {
  assert.deepEqual(terms("The bees weren't swarming; they'll swarm."), ["bee", "swarm", "swarm"]);
  assert.deepEqual(terms("The bees", { stem: false }), ["bees"]);
  assert.deepEqual(terms("The bees", { stopWords: new Set(["bees"]) }), ["the"]);
});

test("the stop words are natural's, and the pieces of contractions", () => {
  for (const word of ["the", "and", "a", "1", "don", "ll"]) assert.ok(englishStopWords.has(word), word);
  for (const word of ["bee", "queen"]) assert.ok(!englishStopWords.has(word), word);
});
