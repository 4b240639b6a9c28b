import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import fc from "fast-check";
import { isStreambookError } from "../../errors/index.ts";
import { fileNameOf, prepareFolder, RebuiltFiles } from "./rebuilt-files.ts";
import type { StreamEnd } from "./rebuild-job.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rebuilt-"));
});
afterEach(() => rm(folder, { recursive: true }));

function end(uri: string, stream: string, text: string, more: Partial<StreamEnd> = {}): StreamEnd {
  const sha256 = createHash("sha256").update(text).digest("hex");
  const whole = { complete: true, chunks: 1, duplicates: 0, gaps: [], missing: 0, conflicts: [], ended: true };
  return { uri, stream, bytes: Buffer.byteLength(text), sha256, ...whole, ...more };
}

async function write(
  streams: readonly (readonly [uri: string, stream: string, text: string, more?: Partial<StreamEnd>])[],
) {
  const files = new RebuiltFiles(folder);
  for (const [uri, stream, text, more] of streams) {
    for (const piece of text.match(/.{1,3}/gsu) ?? []) await files.add({ uri, stream, text: piece });
    await files.add(end(uri, stream, text, more));
  }
  await files.end();
  return files.texts;
}

test("a text becomes a file, an empty one too", async () => {
  await write([
    ["/a.md", "1", "zażółć 😀\r\n"],
    ["/empty.md", "2", ""],
  ]);
  assert.equal(await readFile(join(folder, "a.md"), "utf8"), "zażółć 😀\r\n");
  assert.deepEqual((await readdir(folder)).sort(), ["a.md", "empty.md"]);
});

test("of several streams of one URI the newest complete one has the plain name", async () => {
  const texts = await write([
    ["/a.md", "01", "oldest"],
    ["/a.md", "02", "older"],
    ["/a.md", "03", "new but broken", { complete: false, ended: false }],
  ]);
  assert.equal(await readFile(join(folder, "a.md"), "utf8"), "older");
  assert.equal(await readFile(join(folder, "a.md~01"), "utf8"), "oldest");
  assert.deepEqual(
    texts.map(({ streamId, file, problem }) => [streamId, file ?? problem]),
    [
      ["03", "the last chunk is missing, or not the last"],
      ["01", "a.md~01"],
      ["02", "a.md"],
    ],
  );
});

test("a text that is not complete has no file, and its faults have words", async () => {
  const faults: [Partial<StreamEnd>, RegExp][] = [
    [{ missing: 1, gaps: [[4, 4]] }, /^1 chunk is missing \(seq 4\)$/],
    [
      {
        missing: 5,
        gaps: [
          [1, 3],
          [7, 8],
        ],
      },
      /^5 chunks are missing \(seq 1–3, 7–8\)$/,
    ],
    [{ conflicts: [2], ended: false }, /different contents; the last chunk is missing/],
    [{}, /Unicode/],
  ];
  for (const [fault, words] of faults) {
    const [text] = await write([["/a.md", "1", "x", { complete: false, ...fault }]]);
    assert.match(text?.problem ?? "", words);
    assert.equal(text?.file, undefined);
  }
  assert.deepEqual(await readdir(folder), []);
});

for (const [uri, name] of [
  ["/../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"],
  ["/..", "%2E%2E"],
  ["/", "%"],
  ["//etc/passwd", "%2Fetc%2Fpasswd"],
  ["/C:\\x", "C%3A%5Cx"],
  ["/a\u0000b\n", "a%00b%0A"],
  ["/.hidden", "%2Ehidden"],
  ["/100%~", "100%25%7E"],
  ["/zażółć 😀.md", "zażółć 😀.md"],
] as const) {
  test(`the URI ${JSON.stringify(uri)} is the file ${name}`, async () => {
    assert.equal(fileNameOf(uri), name);
    await write([[uri, "1", "x"]]);
    assert.deepEqual(await readdir(folder), [name]);
  });
}

test("law: no name leaves the folder or is too long for it, and no two streams have the same name", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.stringMatching(/^[./\\%~:a]{0,9}$/),
    fc.string({ unit: "grapheme", minLength: 140, maxLength: 300 }),
  );
  const stream = fc.record({ uri: text.map((path) => `/${path}`), older: fc.option(text, { nil: undefined }) });
  fc.assert(
    fc.property(stream, stream, (a, b) => {
      const name = fileNameOf(a.uri, a.older);
      assert.equal(resolve(folder, name), join(folder, name));
      assert.ok(!/[/\\\p{Cc}]/u.test(name) && !name.startsWith(".") && Buffer.byteLength(name) <= 247);
      if (a.uri !== b.uri || a.older !== b.older) assert.notEqual(name, fileNameOf(b.uri, b.older));
    }),
    { numRuns: 500 },
  );
});

test("two streams with an address and ids as long as they can be are both kept", async () => {
  const uri = `/${"😀".repeat(100)}`;
  const ids = ["1", "2"].map((digit) => digit.repeat(300)) as [string, string];
  const texts = await write([
    [uri, ids[0], "older"],
    [uri, ids[1], "newer"],
    ["/z", "3", "after them"],
  ]);
  assert.deepEqual(await Promise.all(texts.map(({ file = "" }) => readFile(join(folder, file), "utf8"))), [
    "older",
    "newer",
    "after them",
  ]);
});

test("a symbolic link in the folder is replaced, not followed", async () => {
  const outside = join(folder, "outside");
  await writeFile(outside, "mine");
  await mkdir(join(folder, "out"));
  await symlink(outside, join(folder, "out", "a.md"));
  folder = join(folder, "out");
  try {
    await write([["/a.md", "1", "text"]]);
  } finally {
    folder = resolve(folder, "..");
  }
  assert.equal(await readFile(outside, "utf8"), "mine");
  assert.equal(await readFile(join(folder, "out", "a.md"), "utf8"), "text");
});

test("bytes that changed on the way are noticed, and output that breaks off, and neither leaves a file", async () => {
  const changed = new RebuiltFiles(folder);
  await changed.add({ uri: "/a", stream: "1", text: "x" });
  await assert.rejects(changed.add(end("/a", "1", "y")), (error) => isStreambookError(error, "INTERNAL"));
  await changed.discard();
  const short = new RebuiltFiles(folder);
  await short.add({ uri: "/a", stream: "1", text: "x" });
  await assert.rejects(short.end(), (error) => isStreambookError(error, "JOB_FAILED"));
  await short.discard();
  assert.deepEqual(await readdir(folder), []);
});

test("a folder that holds files is only written to when they may be replaced", async () => {
  await writeFile(join(folder, "a.md"), "old");
  await assert.rejects(prepareFolder(folder, false), (error) => isStreambookError(error, "USAGE"));
  await prepareFolder(folder, true);
  await prepareFolder(join(folder, "new", "deep"), false);
});
