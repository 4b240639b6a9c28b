import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countTerms, SlidingWindow, TermCounter, type TermCounts } from "./index.ts";

const words = ["bee", "ant", "wasp", "fly", "moth"];
const chunk = fc.array(fc.constantFrom(...words), { maxLength: 30 });

/** The window by its definition: the last chunks, as few as hold the minimum. */
function lastChunks(chunks: readonly (readonly string[])[], minimum: number): string[] {
  let window: string[] = [];
  for (const chunk of chunks.toReversed()) {
    if (window.length >= minimum) break;
    window = [...chunk, ...window];
  }
  return window;
}

function byBucket({ indices, counts, words }: TermCounts): unknown {
  return {
    words,
    counts: new Map([...indices].map((bucket, i) => [bucket, counts[i]] as const).sort(([a], [b]) => a - b)),
  };
}

test("the window is the sum of the last chunks, as few as hold the minimum of words", () => {
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 30 }), fc.integer({ min: 1, max: 60 }), (chunks, minimumWords) => {
      const window = new SlidingWindow({ minimumWords });
      chunks.forEach((chunk, i) => {
        const sum = window.push(countTerms(chunk));
        assert.deepEqual(byBucket(sum), byBucket(countTerms(lastChunks(chunks.slice(0, i + 1), minimumWords))));
        assert.equal(new Set(sum.indices).size, sum.indices.length, "no bucket twice");
        assert.equal(window.words, sum.words);
      });
    }),
  );
});

test("a chunk that is enough alone is given back as it is", () => {
  const counts = new TermCounter().count("bee ".repeat(100));
  assert.equal(new SlidingWindow().push(counts), counts);
});

test("empty chunks change nothing, and take no memory", () => {
  const window = new SlidingWindow({ minimumWords: 10 });
  const before = byBucket(window.push(countTerms(["bee"])));
  for (let i = 0; i < 1000; i++) assert.deepEqual(byBucket(window.push(countTerms([]))), before);
  assert.ok(window.encode().length < 400);
});

test("streams do not disturb each other", () => {
  const [a, b] = [new SlidingWindow(), new SlidingWindow()];
  a.push(countTerms(["bee"]));
  b.push(countTerms(["ant"]));
  assert.deepEqual(byBucket(a.push(countTerms(["bee"]))), byBucket(countTerms(["bee", "bee"])));
});

test("a saved window goes on where it was", () => {
  fc.assert(
    fc.property(fc.array(chunk), fc.array(chunk), (before, after) => {
      const window = new SlidingWindow({ minimumWords: 40 });
      for (const chunk of before) window.push(countTerms(chunk));
      const restored = SlidingWindow.decode(window.encode());
      for (const chunk of after) assert.deepEqual(restored.push(countTerms(chunk)), window.push(countTerms(chunk)));
    }),
  );
});
