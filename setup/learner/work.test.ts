/** The learner's copies: without outputs, never written over, and offered a newer version. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { copies, newerVersions, prepareWork, resetCopy } from "./work.mjs";

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const lesson = (text: string, outputs: readonly object[] = []): string =>
  JSON.stringify({
    cells: [
      { cell_type: "markdown", id: "a", metadata: {}, source: ["# Title\n", "text"] },
      {
        cell_type: "code",
        id: "b",
        metadata: {},
        source: [text],
        execution_count: outputs.length > 0 ? 1 : null,
        outputs,
      },
    ],
    metadata: { kernelspec: { name: "streambook" } },
    nbformat: 4,
    nbformat_minor: 5,
  });
const OUTPUT = { output_type: "stream", name: "stdout", text: ["✓ solved\n"] };

/** A project of one lesson, its solution, and the challenge's program. */
async function project(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "streambook work "));
  folders.push(folder);
  for (const name of ["solutions", "challenge"]) await mkdir(join(folder, "notebooks", name), { recursive: true });
  await writeFile(join(folder, "notebooks", "00-one.ipynb"), lesson("first", [OUTPUT]));
  await writeFile(join(folder, "notebooks", "solutions", "00-one.ipynb"), lesson("solved", [OUTPUT]));
  await writeFile(join(folder, "notebooks", "challenge", "consumer.ts"), "stub\n");
  return folder;
}

async function states(folder: string): Promise<Record<string, string>> {
  return Object.fromEntries((await copies(folder)).map(({ name, state }) => [name, state]));
}

const read = (folder: string, name: string): Promise<string> => readFile(join(folder, "work", name), "utf8");

test("a copy has no outputs, and says which version it is", async () => {
  const folder = await project();
  assert.deepEqual(await states(folder), {
    "00-one": "missing",
    "consumer.ts": "missing",
    "solutions/00-one": "missing",
  });
  assert.deepEqual(await prepareWork({ project: folder }), []);
  const text = await read(folder, "00-one.ipynb");
  assert.doesNotMatch(text, /solved/);
  const { metadata, cells } = JSON.parse(text) as {
    metadata: { streambook: { version: string } };
    cells: { outputs?: [] }[];
  };
  assert.match(metadata.streambook.version, /^[0-9a-f]{12}$/);
  assert.deepEqual(cells[1]?.outputs, []);
  assert.equal(await read(folder, "consumer.ts"), "stub\n");
  assert.deepEqual(await states(folder), { "00-one": "fresh", "consumer.ts": "fresh", "solutions/00-one": "fresh" });
});

test("what a learner has done stays, also when there is a newer version, which is offered", async () => {
  const folder = await project();
  await prepareWork({ project: folder });
  const mine = (await read(folder, "00-one.ipynb")).replace("first", "mine");
  await writeFile(join(folder, "work", "00-one.ipynb"), mine);
  assert.equal((await states(folder))["00-one"], "changed");
  await writeFile(join(folder, "notebooks", "00-one.ipynb"), lesson("second"));
  await writeFile(join(folder, "notebooks", "solutions", "00-one.ipynb"), lesson("solved anew"));
  const behind = await prepareWork({ project: folder });
  assert.deepEqual(
    behind.map(({ name }) => name),
    ["00-one"],
  );
  assert.match(newerVersions(behind) ?? "", /newer version of 00-one.*npx streambook lesson reset 00-one/);
  assert.equal(await read(folder, "00-one.ipynb"), mine);
  assert.match(await read(folder, "solutions/00-one.ipynb"), /solved anew/, "nobody had touched it");
});

test("a lesson that was run, or only executed anew by the course, is told apart from one that has changed", async () => {
  const folder = await project();
  await prepareWork({ project: folder });
  await writeFile(join(folder, "notebooks", "00-one.ipynb"), lesson("first", [{ ...OUTPUT, text: ["other"] }]));
  assert.equal((await states(folder))["00-one"], "fresh");
  const { cells, ...rest } = JSON.parse(await read(folder, "00-one.ipynb")) as { cells: { outputs?: object[] }[] };
  const ran = cells.map((cell) => ("outputs" in cell ? { ...cell, outputs: [OUTPUT] } : cell));
  await writeFile(join(folder, "work", "00-one.ipynb"), JSON.stringify({ ...rest, cells: ran }));
  assert.equal((await states(folder))["00-one"], "changed");
});

test("a reset gives a fresh copy and keeps the old one, every time", async () => {
  const folder = await project();
  await prepareWork({ project: folder });
  const now = new Date("2026-01-02T03:04:05Z");
  for (const text of ["mine\n", "mine again\n"]) {
    await writeFile(join(folder, "work", "consumer.ts"), text);
    const [, copy] = await copies(folder);
    assert.ok(copy?.name === "consumer.ts");
    const backup = await resetCopy(copy, { project: folder, now });
    assert.equal(await readFile(backup ?? "", "utf8"), text);
    assert.equal(await read(folder, "consumer.ts"), "stub\n");
  }
  const kept = await readdir(join(folder, "work", "backup"));
  assert.deepEqual(kept.sort(), ["consumer-2026-01-02-030405-1.ts", "consumer-2026-01-02-030405.ts"]);
});

test("a notebook that cannot be read is kept, and can be reset", async () => {
  const folder = await project();
  await prepareWork({ project: folder });
  await writeFile(join(folder, "work", "00-one.ipynb"), "{");
  assert.deepEqual(await prepareWork({ project: folder }), []);
  const [copy] = await copies(folder);
  assert.equal(copy?.state, "unreadable");
  const backup = await resetCopy(copy, { project: folder });
  assert.equal(await readFile(backup ?? "", "utf8"), "{");
  assert.equal((await states(folder))["00-one"], "fresh");
});
