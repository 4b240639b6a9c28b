import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { WordTable } from "./word-table.ts";

const units = (word: string): Uint16Array => Uint16Array.from(word, (_, i) => word.charCodeAt(i));

test("what was added is found, and nothing else, even when all words have one hash", () => {
  const words = fc.uniqueArray(
    fc.string({ minLength: 1, maxLength: 12 }).filter((word) => units(word).length === word.length),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(words, fc.constantFrom(0, 0xff, -1), (words, hashBits) => {
      const table = new WordTable(2 ** 17);
      const hash = (word: string): number => word.charCodeAt(0) & hashBits;
      words.forEach((word, i) => {
        assert.equal(table.find(units(word), 0, word.length, hash(word)), undefined);
        table.add(units(word), 0, word.length, hash(word), i - 1);
      });
      words.forEach((word, i) => assert.equal(table.find(units(`x${word}y`), 1, word.length + 1, hash(word)), i - 1));
    }),
    { numRuns: 50 },
  );
});

test("memory is bounded on an endless vocabulary", () => {
  const table = new WordTable(1000);
  let most = 0;
  for (let i = 0; i < 50_000; i++) {
    const word = units(`word${i}`);
    table.add(word, 0, word.length, Math.imul(i, 0x9e3779b1), i);
    most = Math.max(most, table.size);
    assert.equal(table.find(word, 0, word.length, Math.imul(i, 0x9e3779b1)), i);
  }
  assert.equal(most, 1000);
});

test("words of more than 64 characters are not kept", () => {
  const table = new WordTable(2 ** 17);
  const word = units("w".repeat(65));
  table.add(word, 0, 65, 1, 1);
  assert.equal(table.size, 0);
});
