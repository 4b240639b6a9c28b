import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { chunksOf } from "./chunks.ts";
import { LineReader, PIECE } from "./line-reader.ts";
import { TextFolder } from "./texts.ts";

let folder: string;
before(async () => (folder = await mkdtemp(join(tmpdir(), "streambook-lines-"))));
after(() => rm(folder, { recursive: true }));

/** The pieces of a text's lines, so many lines at once. */
async function piecesOf(text: string, chunkSize: number, from: number, lines?: number): Promise<Buffer[]> {
  await writeFile(join(folder, "text"), text);
  const open = await (await TextFolder.open(folder)).open("text");
  assert.ok(open !== undefined);
  const reader = new LineReader(open, chunkSize, from);
  const pieces: Buffer[] = [];
  for (let piece; (piece = await reader.read(lines)) !== undefined;) pieces.push(piece);
  await open.close();
  return pieces;
}

/** What the lines must be, by way of strings. */
const linesOf = (text: string, chunkSize: number, from: number): string[] =>
  [...chunksOf([text], chunkSize)].slice(from).map((chunk) => `${JSON.stringify({ chunk })}\n`);

/** Texts with everything that is escaped, of one to four bytes a character, longer than a block. */
const texts = fc
  .tuple(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom("a", "é", "漢", "😀", "\0", '"', "\\", "\n", "\u2028"),
  )
  .chain(([some, filler]) => fc.nat(PIECE).map((count) => some + filler.repeat(count) + some))
  .map((text) => text.toWellFormed());

test("the lines are those of the chunks, wherever blocks end and wherever a reader begins", async () => {
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 5000 }), fc.nat(8), async (text, chunkSize, from) => {
      const pieces = await piecesOf(text, chunkSize, from);
      assert.equal(Buffer.concat(pieces).toString(), linesOf(text, chunkSize, from).join(""));
      for (const piece of pieces) assert.ok(piece.length <= PIECE);
    }),
    { numRuns: 60 },
  );
});

test("no more lines come than are asked for", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      async (text, chunkSize) => {
        const pieces = await piecesOf(text.toWellFormed(), chunkSize, 0, 1);
        assert.equal(Buffer.concat(pieces).toString(), linesOf(text.toWellFormed(), chunkSize, 0).join(""));
        for (const piece of pieces) assert.ok(!piece.subarray(0, -1).includes("\n"), "a line ends with its piece");
      },
    ),
    { numRuns: 40 },
  );
});
