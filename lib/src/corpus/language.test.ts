import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isStreambookError } from "../errors/index.ts";
import { Random } from "../random/index.ts";
import { InventedLanguage, labelledChunks } from "./index.ts";

const language = new InventedLanguage({ topics: 4, seed: 1 });

/** How often each word comes in so many words about a topic. */
function use(topic: number, words = 40_000): Map<string, number> {
  const random = new Random(topic + 10);
  const times = new Map<string, number>();
  for (let i = 0; i < words; i++) {
    const word = language.word(topic, random);
    times.set(word, (times.get(word) ?? 0) + 1);
  }
  return times;
}

test("words can be spoken, and a sentence looks like one", () => {
  const random = new Random(1);
  for (let i = 0; i < 200; i++) assert.match(language.sentence(i % 4, random), /^[A-Z][a-z]*(?:,? [a-z]+)*[.?!]$/);
});

test("a few words make up much of a text, as Zipf's law has it", () => {
  const times = [...use(0).values()].sort((a, b) => b - a);
  const part = (count: number): number => times.slice(0, count).reduce((sum, n) => sum + n, 0) / 40_000;
  assert.ok(part(100) > 0.35 && part(100) < 0.65, `${part(100)} in the first 100`);
  assert.ok(times.length > 4000, `${times.length} different words`);
});

test("topics overlap: most words of one come in the others too", () => {
  const [a, b] = [use(0), use(1)];
  let shared = 0;
  for (const [word, times] of a) if (b.has(word)) shared += times;
  assert.ok(shared / 40_000 > 0.85, `${shared / 40_000} of the words`);
});

test("with no topicality the topics do not differ", () => {
  const none = new InventedLanguage({ topics: 3, topicality: 0 });
  const speak = (topic: number): string => none.sentence(topic, new Random(5));
  assert.equal(speak(0), speak(2));
});

test("a seed makes one language", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const speak = (): string => new InventedLanguage({ seed, vocabulary: 1000 }).paragraph(0, new Random(1));
      assert.equal(speak(), speak());
    }),
    { numRuns: 10 },
  );
});

test("numbers that make no sense are refused", () => {
  for (const options of [
    { topics: 0 },
    { topics: 1.5 },
    { topicality: 2 },
    { overlap: -1 },
    { stray: NaN },
    { vocabulary: 10 },
  ]) {
    assert.throws(
      () => new InventedLanguage(options),
      (error) => isStreambookError(error, "USAGE"),
      JSON.stringify(options),
    );
  }
});

test("labelled chunks are of the length asked for, and those of a stream joined are its text", () => {
  const short = [...labelledChunks({ topics: 3, chunks: 400, characters: 50, texts: 6, seed: 2 })];
  const long = [...labelledChunks({ topics: 3, chunks: 400, characters: 75, texts: 6, seed: 2 })];
  assert.ok(short.every(({ text, topic, stream }) => text.length === 50 && topic === stream % 3));
  for (let stream = 0; stream < 6; stream++) {
    const [a, b] = [short, long].map((chunks) =>
      chunks
        .filter((chunk) => chunk.stream === stream)
        .map(({ text }) => text)
        .join(""),
    ) as [string, string];
    const length = Math.min(a.length, b.length);
    assert.ok(length > 1000);
    assert.equal(a.slice(0, length), b.slice(0, length));
  }
});
