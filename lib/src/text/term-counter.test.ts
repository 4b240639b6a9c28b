import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isStreambookError } from "../errors/index.ts";
import { countTerms, TermCounter, terms, type TermCounterOptions, type TermCounts } from "./index.ts";

/** Counts in a form that can be compared. */
function plain({ indices, counts, words }: TermCounts): unknown {
  return { indices: [...indices], counts: [...counts], words };
}

function expected(text: string, options: TermCounterOptions = {}): unknown {
  return plain(countTerms(terms(text, options), options.features));
}

/** Texts of everything that matters: words that come again, all scripts, marks, halves of characters. */
const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "bee",
      "Bees",
      "swarming",
      "the",
      "THE",
      "don't",
      "été",
      "e\u0301te\u0301",
      "ΟΔΟΣ",
      "東京",
      "がき",
      "か\u3099",
      "𠮷野",
      "𝒜bc",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(" ", ", ", "\n", "\t", "🐝", "👩‍🚀", "-", "'", "’", "_", "\u0301", "\ufe0f", "\u200d"),
  },
  { weight: 1, arbitrary: fc.constantFrom("\ud835", "\udc9c", "\ud83d", "\udfff") },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
);
const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));

test("counting is the plain way counted, whatever the text", () => {
  const counter = new TermCounter();
  fc.assert(
    fc.property(text, (text) => assert.deepEqual(plain(counter.count(text)), expected(text))),
    { numRuns: 2000 },
  );
});

test("so it is with every option, and with a memory that overflows", () => {
  const options = fc.record({
    features: fc.constantFrom(1, 7, 1000, 2 ** 17),
    stem: fc.boolean(),
    stopWords: fc.constantFrom(new Set<string>(), new Set(["bee", "東"])),
    vocabulary: fc.constantFrom(1, 3, 2 ** 17),
  });
  fc.assert(
    fc.property(options, fc.array(text, { minLength: 1, maxLength: 4 }), (options, texts) => {
      const counter = new TermCounter(options);
      for (const text of [...texts, ...texts]) assert.deepEqual(plain(counter.count(text)), expected(text, options));
    }),
    { numRuns: 500 },
  );
});

test("every character of Unicode is classed as the plain way classes it", () => {
  const counter = new TermCounter({ stem: false, stopWords: new Set() });
  for (let from = 0; from < 0x110000; from += 0x400) {
    const codes = Array.from({ length: 0x400 }, (_, i) => from + i);
    const text = codes.map((code) => `x${String.fromCodePoint(code)}y ${String.fromCodePoint(code)}`).join(" ");
    assert.deepEqual(
      plain(counter.count(text)),
      expected(text, { stem: false, stopWords: new Set() }),
      `U+${from.toString(16)}`,
    );
  }
});

test("a text longer than any before it is counted whole", () => {
  const counter = new TermCounter();
  for (const words of [1, 5000, 10, 100_000]) {
    assert.equal(counter.count("bee ".repeat(words)).counts[0], words);
  }
});

test("one word of a million letters is one word", () => {
  const long = "ab".repeat(500_000);
  assert.deepEqual(plain(new TermCounter().count(`${long} ${long}`)), expected(`${long} ${long}`));
});

test("no bucket comes twice", () => {
  const { indices } = new TermCounter({ features: 3 }).count("one bee two ants three wasps four flies");
  assert.equal(new Set(indices).size, indices.length);
});

test("a text without words has empty counts", () => {
  assert.deepEqual(plain(new TermCounter().count("… the 🐝")), { indices: [], counts: [], words: 0 });
});

test("results do not change when more is counted", () => {
  const counter = new TermCounter();
  const first = counter.count("bee ant");
  const before = plain(first);
  counter.count("ant ant wasp");
  assert.deepEqual(plain(first), before);
});

test("numbers of buckets that make no sense are refused", () => {
  for (const features of [0, -1, 1.5, NaN]) {
    assert.throws(
      () => new TermCounter({ features }),
      (error) => isStreambookError(error, "USAGE"),
      String(features),
    );
  }
});
