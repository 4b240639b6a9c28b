import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { checkOutput, noteText, prepareOutput } from "./output.ts";

let folder = "";
let data = "";
let output = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "streambook output "));
  [data, output] = [join(folder, "texts"), join(folder, "deep", "output")];
  await write("texts/a.txt");
});
afterEach(() => rm(folder, { recursive: true }));

async function write(path: string, content = "x"): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

async function tree(): Promise<string[]> {
  return (await readdir(output, { recursive: true })).sort();
}

/** What a run writes. */
async function runOnce(texts: readonly string[]): Promise<void> {
  await prepareOutput(output, data);
  await write("deep/output/logs/chunks_20260304T093000.000Z.ndjson");
  for (const text of texts) {
    await noteText(output, text);
    await write(`deep/output/refresh/${text}`);
  }
  await write("deep/output/report.json");
}

test("a run replaces what the last one has written, and nothing else", async () => {
  await runOnce(["maple.md", "# old.md"]);
  await write("deep/output/notes.txt");
  await write("deep/output/nb00/lines.ndjson");
  await runOnce(["river.md"]);
  assert.deepEqual(
    (await tree()).filter((name) => name.includes(".") && !name.startsWith(".")),
    ["logs/chunks_20260304T093000.000Z.ndjson", "nb00/lines.ndjson", "notes.txt", "refresh/river.md", "report.json"],
  );
});

for (const stranger of ["refresh/thesis.md", "refresh/.hidden", "logs/diary.txt", "refresh/drafts/one.md"]) {
  test(`${stranger} in the output of a run is nobody's to remove`, async () => {
    await runOnce(["maple.md"]);
    await write(`deep/output/${stranger}`);
    const before = await tree();
    await assert.rejects(prepareOutput(output, data), {
      code: "NOT_OURS",
      message: new RegExp(`holds .*/${stranger.replace("/one.md", "")}, which no run has written; move it away`),
    });
    assert.deepEqual(await tree(), before);
  });
}

test("a folder that holds anything else is refused; one in which lessons alone keep things is not", async () => {
  await write("deep/output/nb00/lines.ndjson");
  await checkOutput(output, data);
  await write("deep/output/logs/mine");
  await assert.rejects(checkOutput(output, data), { code: "NOT_OURS", message: /output holds other things \(logs\)/ });
  assert.deepEqual(await tree(), ["logs", "logs/mine", "nb00", "nb00/lines.ndjson"]);
});

test("the folder of the texts is not written into, by whatever way it is reached", async () => {
  await symlink(folder, join(folder, "deep-link"));
  await runOnce(["maple.md"]);
  const cases: [output: string, data: string][] = [
    [data, data],
    [join(data, "out"), data],
    [folder, data],
    [join(folder, "deep-link", "texts", "new"), data],
    [output, join(output, "refresh")], // the rebuilt texts as the texts of another run
    [output, join(folder, "deep-link", "deep", "output")],
  ];
  const before = await tree();
  for (const [to, from] of cases)
    await assert.rejects(prepareOutput(to, from), { code: "USAGE", message: /one is in the other/ }, `${to} ${from}`);
  assert.deepEqual(await tree(), before);
  await checkOutput(join(folder, "texts and more"), data);
});

test("what the marker of an earlier version promised is kept: all of refresh/ is a run's", async () => {
  await write("deep/output/.streambook-run", "The next run that writes here replaces what the last one has written.\n");
  await write("deep/output/refresh/maple.md");
  await prepareOutput(output, data);
  assert.deepEqual(await tree(), [".streambook-run"]);
});

test("a folder that cannot be is said", async () => {
  await write("file");
  await assert.rejects(prepareOutput(join(folder, "file"), data), { code: "USAGE", message: /cannot write to/ });
  await assert.rejects(prepareOutput("/proc/streambook", data), { code: "USAGE", message: /cannot write to/ });
});
