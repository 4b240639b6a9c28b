import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { TermCounts } from "../../text/index.ts";
import { StreamWindows } from "./stream-windows.ts";

/** Counts of so many different terms, each once. */
function chunkOf(terms: number): TermCounts {
  return {
    indices: Uint16Array.from({ length: terms }, (_, i) => i),
    counts: new Float32Array(terms).fill(1),
    words: terms,
  };
}

test("a stream that has ended leaves nothing, however many there were", () => {
  const windows = new StreamWindows();
  for (let i = 0; i < 100_000; i++) {
    windows.push(`${i}`, chunkOf(3), false);
    windows.push(`${i}`, chunkOf(3), true);
  }
  assert.deepEqual([windows.size, windows.room], [0, 0]);
});

test("law: whatever comes, no more is remembered than was allowed", () => {
  const step = fc.record({ stream: fc.nat(40), terms: fc.nat(900), isLast: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const windows = new StreamWindows({ streams: 10, room: 5000 });
      const open = new Set<number>();
      for (const { stream, terms, isLast } of steps) {
        windows.push(`${stream}`, chunkOf(terms), isLast);
        if (isLast) open.delete(stream);
        else open.add(stream);
        assert.ok(windows.size <= Math.min(10, open.size));
        assert.ok(windows.room <= 5000 || windows.size === 1);
      }
    }),
  );
});

test("the stream not heard of for longest is forgotten first", () => {
  const windows = new StreamWindows({ streams: 2, minimumWords: 10 });
  for (const stream of ["a", "b", "a", "c"]) windows.push(stream, chunkOf(2), false);
  assert.equal(windows.push("a", chunkOf(2), false).words, 6);
  assert.equal(windows.push("b", chunkOf(2), false).words, 2);
});
