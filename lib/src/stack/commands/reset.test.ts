import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { HOME_MARK } from "../../../../setup/owned.mjs";
import { down } from "./down.ts";
import { hadoopClient } from "./hadoop-client.ts";
import { reset } from "./reset.ts";
import { up } from "./up.ts";
import { ownServices } from "../own-services-for-test.ts";

const folder = await mkdtemp(join(tmpdir(), "streambook reset "));
after(() => rm(folder, { recursive: true }));

/** A folder of somebody's, whose folders are called as ours are. */
async function theirs(name: string): Promise<string> {
  const home = join(folder, name);
  for (const path of [
    "data/photos/me.jpg",
    "conf/my.conf",
    "logs/diary.txt",
    "tmp/draft.txt",
    "state.json",
    "jars/j",
  ]) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), "years of work");
  }
  return home;
}

const commands = {
  reset,
  down,
  up,
  "a client of Hadoop": ({ environment }: { environment: NodeJS.ProcessEnv }) => hadoopClient(environment),
};
for (const [name, command] of Object.entries(commands)) {
  test(`${name} refuses a home that it has not made, and leaves everything in it`, async () => {
    const home = await theirs(name);
    const before = (await readdir(home, { recursive: true })).sort();
    await assert.rejects(command({ environment: { ...ownServices(), STREAMBOOK_HOME: home } }), {
      code: "NOT_OURS",
      message: /^STREAMBOOK_HOME is .*, which holds things that are not streambook's \(conf\).*; set it to a new/,
    });
    assert.deepEqual((await readdir(home, { recursive: true })).sort(), before);
    assert.equal(await readFile(join(home, "data", "photos", "me.jpg"), "utf8"), "years of work");
  });
}

test("reset with an empty STREAMBOOK_HOME asks about the project's own home, not the current folder", async () => {
  const asked: string[] = [];
  const confirm = async (folders: readonly string[]): Promise<boolean> => {
    asked.push(...folders);
    return false;
  };
  assert.equal(await reset({ environment: { STREAMBOOK_HOME: "" }, confirm }), false);
  assert.ok(asked.length > 0 && asked.every((path) => path.includes("/.streambook/")), asked.join());
});

test("reset removes what a marked home keeps, and the home when nothing else is left", async () => {
  const home = await theirs("marked");
  await writeFile(join(home, HOME_MARK.name), HOME_MARK.text);
  const environment = { ...ownServices(), STREAMBOOK_JARS: "", STREAMBOOK_HOME: home };
  assert.equal(await reset({ environment }), true);
  assert.deepEqual((await readdir(home)).sort(), [HOME_MARK.name, "jars"]);
  assert.equal(await reset({ environment, jars: true }), true);
  await assert.rejects(readdir(home), { code: "ENOENT" });
});
