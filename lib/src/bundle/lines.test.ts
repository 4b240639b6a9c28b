import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { linesOf } from "./lines.ts";

async function all(chunks: Iterable<Uint8Array>): Promise<{ lines: string[]; invalid: number }> {
  let invalid = 0;
  const lines: string[] = [];
  for await (const line of linesOf(chunks, (count) => (invalid += count))) lines.push(line);
  return { lines, invalid };
}

/** Cuts bytes anywhere, in the middle of a character too. */
function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

test("law: lines are the same wherever the bytes are cut", async () => {
  const line = fc.string({ unit: "grapheme", maxLength: 10 }).filter((text) => !text.includes("\n"));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(), { maxLength: 10 }), fc.boolean(), async (lines, at, closed) => {
      const text = lines.map((each) => `${each}\n`).join("") + (closed ? "" : "rest");
      const found = await all(cut(Buffer.from(text), at));
      assert.deepEqual(found.lines, closed ? lines : [...lines, "rest"]);
    }),
  );
});

test("only \\n ends a line", async () => {
  assert.deepEqual((await all([Buffer.from("a\rb\r\nc\u2028d\n")])).lines, ["a\rb\r", "c\u2028d"]);
});

test("lines that are not UTF-8 are counted and skipped, and no others", async () => {
  const bytes = Buffer.concat([
    Buffer.from("eins\n"),
    Buffer.from([0xff, 0x0a]),
    Buffer.from("zwei\n"),
    Buffer.from([0xc3]),
  ]);
  for (const at of [[], [5], [6], [7, 9]])
    assert.deepEqual(await all(cut(bytes, at)), { lines: ["eins", "zwei"], invalid: 2 });
});

test("memory that is used again does no harm", async () => {
  const shared = Buffer.alloc(3);
  function* reused() {
    for (const part of ["ab\n", "cde", "f\ng", "hij"]) {
      shared.write(part);
      yield shared;
    }
  }
  assert.deepEqual((await all(reused())).lines, ["ab", "cdef", "ghij"]);
});
