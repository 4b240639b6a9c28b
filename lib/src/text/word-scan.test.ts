import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hashTerm } from "./hash.ts";
import { countTerms, TermList } from "./term-counts.ts";
import { normalize, tokenize } from "./tokenize.ts";
import { WordScan } from "./word-scan.ts";

const FEATURES = 1000;

/** A scan, and what it asked for: words that it then remembered, and words that it leaves to others. */
function scanOf(vocabulary = 2 ** 17) {
  const asked = { met: [] as string[], others: [] as string[] };
  const bucketOf = (word: string): number => hashTerm(normalize(word), FEATURES);
  const scan = new WordScan({
    features: FEATURES,
    vocabulary,
    bucketOf: (word) => {
      asked.met.push(word);
      return bucketOf(word);
    },
    otherBucketOf: (text, units, start, end) => {
      const word = text.slice(start, end);
      assert.equal(String.fromCharCode(...units.subarray(start, end)), word);
      asked.others.push(word);
      return bucketOf(word);
    },
  });
  return { scan, asked };
}

function counted(scan: WordScan, text: string): unknown {
  const words = scan.scan(text);
  assert.notEqual(words, undefined, `not taken: ${JSON.stringify(text)}`);
  const { indices, counts } = scan.take(words as number);
  return { indices: [...indices], counts: [...counts], words };
}

function expected(text: string): unknown {
  const { indices, counts, words } = countTerms(tokenize(text), FEATURES);
  return { indices: [...indices], counts: [...counts], words };
}

/** Letters of one byte and of two, digits, and what separates them. */
const piece = fc.oneof(
  fc.constantFrom("bee", "Bees", "R2D2", "don't", "Straße", "naïveté", "ΟΔΟΣ", "улей", "œuvre", "ﬁ", "٣", "’", "“x”"),
  fc.constantFrom(" ", ", ", "\n", "—", "_", "\u00a0", "×", "÷", "\u0000", "\uffff", "\u00ad", "ª"),
  fc.string({ unit: fc.constantFrom(..."abcxyz0189 éÿ"), maxLength: 40 }),
);

test("words are counted as the plain way counts them, wherever they stand in the blocks", () => {
  const { scan } = scanOf();
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(text, (text) => assert.deepEqual(counted(scan, text), expected(text))),
    { numRuns: 2000 },
  );
  for (let blanks = 0; blanks < 140; blanks++)
    for (const word of ["a", "x".repeat(16), "x".repeat(17), "y".repeat(70), "é", "ж"]) {
      const text = `${" ".repeat(blanks)}${word}`;
      assert.deepEqual(counted(scan, text), expected(text), JSON.stringify(text));
    }
});

test("a word of one byte a character is asked for once, up to sixteen characters; others each time", () => {
  const { scan, asked } = scanOf();
  const text = "bee naïve sixteencharacter seventeencharacte улей";
  for (let i = 0; i < 3; i++) counted(scan, text);
  assert.deepEqual(asked.met, ["bee", "naïve", "sixteencharacter"]);
  assert.deepEqual(asked.others, Array(3).fill(["seventeencharacte", "улей"]).flat());
});

test("a table that is full forgets, and counts on; one that grows loses nothing", () => {
  const words = Array.from({ length: 10_000 }, (_, i) => `w${i}`);
  const { scan: small, asked } = scanOf(100);
  const { scan: large, asked: once } = scanOf();
  for (let round = 0; round < 2; round++)
    for (const scan of [small, large])
      for (let at = 0; at < words.length; at += 500) {
        const text = words.slice(at, at + 500).join(" ");
        assert.deepEqual(counted(scan, text), expected(text));
      }
  assert.equal(asked.met.length, 2 * words.length);
  assert.equal(once.met.length, words.length);
});

test("a text with marks, Han characters, hiragana or pairs is left to others, and leaves nothing behind", () => {
  const { scan } = scanOf();
  for (const odd of ["e\u0301", "東", "が", "𝒜", "🐝"]) {
    assert.equal(scan.scan(`bee ${"ant ".repeat(40)}${odd}`), undefined, odd);
    assert.deepEqual(counted(scan, "bee"), expected("bee"));
  }
});

test("counts go to the end of a list", () => {
  const { scan } = scanOf();
  const list = new TermList();
  for (const text of ["bee bee", "ant"]) {
    scan.scan(text);
    scan.moveTo(list);
  }
  assert.deepEqual([...list.counts.subarray(0, list.size)], [2, 1]);
  assert.deepEqual([...list.indices.subarray(0, list.size)], [hashTerm("bee", FEATURES), hashTerm("ant", FEATURES)]);
});
