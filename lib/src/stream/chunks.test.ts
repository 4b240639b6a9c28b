import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isStreambookError } from "../errors/index.ts";
import { Chunker, chunksOf } from "./chunks.ts";

/** Text of any code units, lone halves of surrogate pairs among them. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom("a", "é", "漢", "😀", "\r\n", "\u2028", "\ufeff", "\0"),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    ),
  )
  .map((parts) => parts.join(""));

test("chunks joined are the text, each of the size wanted but the last, however the pieces come", () => {
  fc.assert(
    fc.property(fc.array(anyText), fc.integer({ min: 1, max: 9 }), (pieces, size) => {
      const chunks = [...chunksOf(pieces, size)];
      assert.equal(chunks.join(""), pieces.join(""));
      for (const chunk of chunks.slice(0, -1)) assert.equal([...chunk].length, size);
      if (chunks.length > 0) {
        const last = [...(chunks.at(-1) as string)].length;
        assert.ok(last >= 1 && last <= size);
      }
    }),
  );
});

test("where the pieces end makes no difference", () => {
  fc.assert(
    fc.property(anyText, fc.array(fc.nat(40)), fc.integer({ min: 1, max: 5 }), (text, cuts, size) => {
      const ends = [...cuts.filter((cut) => cut <= text.length), 0, text.length].sort((a, b) => a - b);
      const pieces = ends.slice(1).map((end, i) => text.slice(ends[i], end));
      assert.deepEqual([...chunksOf(pieces, size)], [...chunksOf([text], size)]);
    }),
  );
});

test("a chunker can be used again after the end", () => {
  const chunker = new Chunker(2);
  assert.deepEqual([chunker.push("abc"), chunker.end()], [["ab"], ["c"]]);
  assert.deepEqual([chunker.push("xy"), chunker.end()], [["xy"], []]);
});

test("a chunk size that is no whole number of 1 or more is wrong usage", () => {
  for (const size of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(
      () => [...chunksOf(["text"], size)],
      (error) => isStreambookError(error, "USAGE") && /chunk size/.test(error.message),
    );
  }
});
