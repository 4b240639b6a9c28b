import assert from "node:assert/strict";
import { mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { linkPlainName, openLayout, plainName, removePlainName } from "./layout.ts";

for (const name of ["plain", "two words", "it's", "a,b:c", "größe", "日本語"]) {
  test(`a folder called "${name}" has a name that needs no quoting, and leads there`, async () => {
    const folder = await mkdtemp(join(tmpdir(), `streambook-${name}`));
    try {
      const plain = plainName(folder);
      await linkPlainName(folder);
      assert.match(plain, /^[\w./-]+$/);
      await writeFile(join(plain, "file"), "here");
      assert.equal(await readFile(join(folder, "file"), "utf8"), "here");
      assert.equal(await realpath(plain), await realpath(folder));
      await linkPlainName(folder); // again: nothing to do
    } finally {
      await removePlainName(folder);
      await rm(folder, { recursive: true });
    }
  });
}

test("a link that leads elsewhere is made again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "streambook a b"));
  try {
    const link = plainName(folder);
    await symlink("/nowhere", link);
    await linkPlainName(folder);
    assert.equal(await realpath(link), await realpath(folder));
  } finally {
    await removePlainName(folder);
    await rm(folder, { recursive: true });
  }
});

test("jars can be those of another home; then no archives are built beside them", async () => {
  const own = openLayout({ STREAMBOOK_HOME: "/tmp/x" });
  assert.deepEqual([own.jars, own.ownsJars], ["/tmp/x/jars", true]);
  const shared = openLayout({ STREAMBOOK_HOME: "/tmp/x", STREAMBOOK_JARS: "/tmp/y" });
  assert.deepEqual([shared.jars, shared.ownsJars, shared.archives], ["/tmp/y", false, "/tmp/y/archives"]);
});
