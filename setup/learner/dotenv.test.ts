/** The file `.env`: the kernel's folder is added, and nothing of the user's is lost. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { dotEnvIsOld, withJupyterPath, writeDotEnv } from "./dotenv.mjs";

const cases: [name: string, before: string, after: string][] = [
  ["no file", "", "JUPYTER_PATH=/ours\n"],
  ["other settings, with comments", "# mine\nA=1\n\nB='2'\n", "# mine\nA=1\n\nB='2'\nJUPYTER_PATH=/ours\n"],
  ["no line end at the end", "A=1", "A=1\nJUPYTER_PATH=/ours\n"],
  ["another folder", "JUPYTER_PATH=/mine\nA=1\n", "JUPYTER_PATH=/mine:/ours\nA=1\n"],
  ["another folder, in quotes", 'export JUPYTER_PATH="/my own" # why\n', "JUPYTER_PATH='/my own:/ours'\n"],
  ["an empty value", "JUPYTER_PATH=\n", "JUPYTER_PATH=/ours\n"],
  ["a comment that names it", "# JUPYTER_PATH=/old\n", "# JUPYTER_PATH=/old\nJUPYTER_PATH=/ours\n"],
  ["a longer name", "MY_JUPYTER_PATH=/x\n", "MY_JUPYTER_PATH=/x\nJUPYTER_PATH=/ours\n"],
];
for (const [name, before, after] of cases)
  test(`JUPYTER_PATH is added: ${name}`, () => {
    assert.equal(withJupyterPath(before, "/ours"), after);
    assert.equal(withJupyterPath(after, "/ours"), after, "once");
  });

test("the file is written once, and again when the project has moved", async () => {
  const project = await mkdtemp(join(tmpdir(), "streambook env "));
  try {
    await writeFile(join(project, ".env"), "COMPOSE_PROFILES=spark\n");
    assert.equal(await dotEnvIsOld(project), true);
    assert.equal(await writeDotEnv({ project }), true);
    const line = `JUPYTER_PATH='${join(project, ".streambook", "jupyter")}'`;
    assert.equal(await readFile(join(project, ".env"), "utf8"), `COMPOSE_PROFILES=spark\n${line}\n`);
    assert.equal(await dotEnvIsOld(project), false);
    assert.equal(await writeDotEnv({ project }), false);
  } finally {
    await rm(project, { recursive: true, force: true });
  }
});
