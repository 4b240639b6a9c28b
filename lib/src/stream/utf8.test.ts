import assert from "node:assert/strict";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { findBadUtf8, firstBadByte } from "./utf8.ts";

let folder: string;
before(async () => (folder = await mkdtemp(join(tmpdir(), "streambook-utf8-"))));
after(() => rm(folder, { recursive: true }));

async function badByteOf(bytes: Uint8Array): Promise<number | undefined> {
  const path = join(folder, "text");
  await writeFile(path, bytes);
  const file = await open(path);
  try {
    return await findBadUtf8(file);
  } finally {
    await file.close();
  }
}

/** By the platform's decoder: the first replacement character that the bytes do not hold. */
function reference(bytes: Uint8Array): number | undefined {
  let at = 0;
  for (const character of new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)) {
    if (character === "\ufffd" && !(bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd)) return at;
    at += Buffer.byteLength(character);
  }
  return undefined;
}

/** Bytes that are nearly UTF-8. */
const nearlyText = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.string({ unit: "binary" }).map((text) => [...Buffer.from(text)]) },
      { weight: 1, arbitrary: fc.array(fc.integer({ min: 0x7f, max: 0xff }), { maxLength: 4 }) },
    ),
  )
  .map((parts) => Uint8Array.from(parts.flat()));

test("finds where the platform's decoder finds the first bad sequence", () => {
  fc.assert(
    fc.property(nearlyText, (bytes) => assert.equal(firstBadByte(bytes), reference(bytes) ?? bytes.length)),
    { numRuns: 500 },
  );
});

test("finds it in a file as well", async () => {
  await fc.assert(
    fc.asyncProperty(nearlyText, async (bytes) => assert.equal(await badByteOf(bytes), reference(bytes))),
    { numRuns: 60 },
  );
});

const cases: readonly (readonly [string, readonly number[], number | undefined])[] = [
  ["nothing at all", [], undefined],
  ["a byte order mark", [0xef, 0xbb, 0xbf, 0x61], undefined],
  ["the last code point", [0xf4, 0x8f, 0xbf, 0xbf], undefined],
  ["a code point above the last", [0x61, 0xf4, 0x90, 0x80, 0x80], 1],
  ["an overlong slash", [0xc0, 0xaf], 0],
  ["a half of a surrogate pair", [0x61, 0x62, 0xed, 0xa0, 0x80], 2],
  ["Latin-1", [0x63, 0x61, 0x66, 0xe9], 3],
  ["a sequence that the end cuts", [0x61, 0xf0, 0x9f, 0x98], 1],
  ["UTF-16 with its mark", [0xff, 0xfe, 0x61, 0x00], 0],
];
for (const [name, bytes, bad] of cases) {
  test(`${name}: ${bad === undefined ? "is UTF-8" : `bad at byte ${bad}`}`, async () => {
    assert.equal(await badByteOf(Uint8Array.from(bytes)), bad);
  });
}

test("sequences across the blocks in which a file is read", async () => {
  for (const shift of [0, 1, 2, 3]) {
    const bytes = Buffer.from("x".repeat((1 << 20) - shift) + "😀" + "é".repeat(1 << 20));
    assert.equal(await badByteOf(bytes), undefined);
    const bad = (1 << 20) - shift + 4 + 2 * 700_000;
    bytes[bad] = 0xff;
    assert.equal(await badByteOf(bytes), bad);
  }
});
