import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { claimFolder, claimHome, HOME_MARK, homeProblem, makeFolder, strangerIn } from "./owned.mjs";
import { homeFolder, jarsFolder, OWN_HOME, PROJECT } from "./paths.mjs";
import { setting } from "./settings.mjs";

const folder = await mkdtemp(join(tmpdir(), "streambook owned "));
after(() => rm(folder, { recursive: true }));
const mark = { name: ".mark", text: "ours\n" };

test("a variable that is empty or blank counts as not set", () => {
  for (const value of [undefined, "", " ", "\t"]) {
    assert.equal(setting("X", { X: value }), undefined);
    assert.equal(homeFolder({ STREAMBOOK_HOME: value }), join(PROJECT, ".streambook"));
    assert.equal(jarsFolder({ STREAMBOOK_JARS: value }), join(PROJECT, ".streambook", "jars"));
  }
  assert.equal(homeFolder({ STREAMBOOK_HOME: "/a b" }), "/a b");
});

test("a folder that is new or empty becomes ours, and stays ours whatever is put in it", async () => {
  const fresh = join(folder, "deep", "new");
  assert.equal(await claimFolder(fresh, mark), undefined);
  assert.equal(await readFile(join(fresh, ".mark"), "utf8"), "ours\n");
  await writeFile(join(fresh, "data"), "");
  assert.equal(await claimFolder(fresh, mark), undefined);
  const empty = join(folder, "empty disk");
  await mkdir(join(empty, "lost+found"), { recursive: true });
  assert.equal(await claimFolder(empty, mark), undefined, "a new disk is empty");
});

test("a folder with anything in it is not ours, and nothing is written there", async () => {
  const theirs = join(folder, "theirs");
  await mkdir(theirs);
  await writeFile(join(theirs, ".hidden"), "x");
  assert.equal(await claimFolder(theirs, mark), ".hidden");
  assert.equal(await strangerIn(theirs, mark), ".hidden");
  assert.deepEqual(await readdir(theirs), [".hidden"]);
  assert.match(
    (await claimHome(theirs)) ?? "",
    /^STREAMBOOK_HOME is .*theirs, which holds .*\(\.hidden\).*; set it to a/,
  );
  assert.deepEqual(await readdir(theirs), [".hidden"]);
});

test("the project's own home is ours without a mark: earlier versions made it so", async () => {
  assert.equal(await homeProblem(OWN_HOME), undefined);
});

test("a home that is a file, or cannot be made, is a plain problem", async () => {
  const file = join(folder, "file");
  await writeFile(file, "");
  assert.match((await claimHome(file)) ?? "", /file cannot be used \(it is not a folder\); set STREAMBOOK_HOME/);
  assert.match((await homeProblem(join(file, "in it"))) ?? "", /it is not a folder/);
  assert.match((await claimHome("/proc/streambook")) ?? "", /cannot be used .*; set STREAMBOOK_HOME/);
});

test("looking at a home changes nothing", async () => {
  const absent = join(folder, "absent");
  assert.equal(await homeProblem(absent), undefined);
  await assert.rejects(readdir(absent), { code: "ENOENT" });
  assert.ok(HOME_MARK.text.includes("reset"));
});

test("a folder is made with those it is in, or refused at once", async () => {
  await makeFolder(join(folder, "one", "two", "three"));
  await makeFolder(join(folder, "one", "two", "three"));
  assert.deepEqual(await readdir(join(folder, "one", "two")), ["three"]);
  await writeFile(join(folder, "file"), "");
  await assert.rejects(makeFolder(join(folder, "file")), { code: "EEXIST" });
  await assert.rejects(makeFolder(join(folder, "file", "in")), { code: "ENOTDIR" });
  // Node's own way does not come back from here.
  if (process.platform === "linux") await assert.rejects(makeFolder("/proc/streambook/in"), { code: "ENOENT" });
});
