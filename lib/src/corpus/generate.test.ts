import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { generateCorpus } from "./index.ts";

const home = await mkdtemp(join(tmpdir(), "streambook-corpus-"));
after(() => rm(home, { recursive: true, force: true }));
let folders = 0;
const folder = (): string => join(home, String(++folders));

async function contents(output: string): Promise<Record<string, string>> {
  const names = (await readdir(output, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  return Object.fromEntries(
    await Promise.all(
      names.map(async ({ name, parentPath }) => [name, await readFile(join(parentPath, name), "utf8")] as const),
    ),
  );
}

test("the texts have the size, the names and the topics asked for", async () => {
  const output = folder();
  const { texts, bytes, labels } = await generateCorpus({ topics: 3, texts: 12, size: 200_000, seed: 7, output });
  assert.deepEqual(
    texts.map(({ name }) => name),
    Array.from({ length: 12 }, (_, i) => `text-${String(i + 1).padStart(2, "0")}.txt`),
  );
  assert.deepEqual(
    texts.map(({ topic }) => topic),
    [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2],
  );
  for (const { name, bytes } of texts) assert.equal((await stat(join(output, name))).size, bytes);
  assert.ok(bytes >= 200_000 && bytes < 220_000, `${bytes} bytes`);
  assert.deepEqual(
    JSON.parse(await readFile(labels, "utf8")),
    Object.fromEntries(texts.map(({ name, topic }) => [name, topic])),
  );
});

test("the folder itself holds texts and nothing else, so that it can be streamed as it is", async () => {
  const output = folder();
  await generateCorpus({ texts: 4, size: 4000, output });
  const files = (await readdir(output, { withFileTypes: true })).filter((entry) => entry.isFile());
  assert.ok(files.every(({ name }) => /^text-\d+\.txt$/.test(name)));
});

test("the same options give the same bytes, another seed gives others", async () => {
  const [a, b, c] = [folder(), folder(), folder()];
  for (const [output, seed] of [
    [a, 7],
    [b, 7],
    [c, 8],
  ] as const)
    await generateCorpus({ topics: 2, texts: 4, size: 40_000, seed, output });
  assert.deepEqual(await contents(a), await contents(b));
  assert.notDeepEqual(await contents(a), await contents(c));
});

test("a folder with files is refused, and left as it is", async () => {
  const output = folder();
  await generateCorpus({ texts: 2, size: 2000, seed: 1, output });
  const before = await contents(output);
  await assert.rejects(generateCorpus({ texts: 2, size: 2000, seed: 2, output }), {
    code: "USAGE",
    message: /already has files/,
    hint: { change: ["output"], replace: true },
  });
  assert.deepEqual(await contents(output), before);
});

test("overwriting replaces the texts of the earlier run, and only these", async () => {
  const output = folder();
  await generateCorpus({ texts: 5, size: 5000, seed: 1, output });
  await writeFile(join(output, "mine.txt"), "mine");
  await generateCorpus({ texts: 3, size: 3000, seed: 2, output }, { overwrite: true });
  assert.deepEqual((await readdir(output)).sort(), ["labels", "mine.txt", "text-1.txt", "text-2.txt", "text-3.txt"]);
  assert.equal(await readFile(join(output, "mine.txt"), "utf8"), "mine");
});

for (const theirs of ["labels/labels.json", "labels/notes.txt", "text-2.txt"]) {
  test(`${theirs} of somebody's is never written over`, async () => {
    const output = folder();
    await mkdir(join(output, "labels"), { recursive: true });
    await writeFile(join(output, theirs), `{ "text-1.txt": 0 }`);
    await writeFile(join(output, "text-1.txt"), "mine");
    const before = await contents(output);
    for (const overwrite of [false, true]) {
      await assert.rejects(generateCorpus({ texts: 2, size: 2000, output }, { overwrite }), (error) =>
        isStreambookError(error, overwrite ? "NOT_OURS" : "USAGE"),
      );
      assert.deepEqual(await contents(output), before);
    }
  });
}

test("an empty folder with labels of somebody's is refused too", async () => {
  const output = folder();
  await mkdir(join(output, "labels"), { recursive: true });
  await writeFile(join(output, "labels", "labels.json"), "{}");
  await assert.rejects(generateCorpus({ texts: 2, size: 2000, output }), (error) =>
    isStreambookError(error, "NOT_OURS"),
  );
  assert.deepEqual(await contents(output), { "labels.json": "{}" });
});

test("an interrupted run leaves no half-written text", async () => {
  const output = folder();
  const controller = new AbortController();
  const run = generateCorpus(
    { texts: 3, size: 3_000_000, output },
    { signal: controller.signal, onProgress: ({ bytes }) => void (bytes > 1_500_000 && controller.abort()) },
  );
  await assert.rejects(run, { name: "AbortError" });
  const left = (await readdir(output)).filter((name) => name !== "labels");
  assert.ok(
    left.every((name) => name.endsWith(".txt")),
    left.join(),
  );
  for (const name of left) assert.match(await readFile(join(output, name), "utf8"), /[.?!]\n$/);
});

test("progress grows to the whole", async () => {
  const seen: number[] = [];
  const { bytes } = await generateCorpus(
    { texts: 4, size: 1_000_000, output: folder() },
    { onProgress: ({ bytes }) => void seen.push(bytes) },
  );
  assert.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
  );
  assert.equal(seen.at(-1), bytes);
});

test("with a damaged list of labels nobody knows whose the texts are, and they are left alone", async () => {
  const output = folder();
  await generateCorpus({ texts: 2, size: 2000, output });
  await writeFile(join(output, "labels", "labels.json"), "{");
  const before = await contents(output);
  await assert.rejects(
    generateCorpus({ texts: 2, size: 2000, output }, { overwrite: true }),
    (error) => isStreambookError(error, "NOT_OURS") && error.message.includes("text-1.txt"),
  );
  assert.deepEqual(await contents(output), before);
});

test("numbers that make no sense are refused before anything is written", async () => {
  const output = folder();
  for (const options of [{ texts: 0 }, { texts: 1.5 }, { size: 10 }, { size: NaN }, { topics: 0 }]) {
    await assert.rejects(
      generateCorpus({ ...options, output }),
      (error) => isStreambookError(error, "USAGE"),
      JSON.stringify(options),
    );
  }
  await assert.rejects(readdir(output), { code: "ENOENT" });
});
