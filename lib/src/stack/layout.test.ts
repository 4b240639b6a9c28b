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

test("a folder has one plain name: in every shell, whatever its TMPDIR, and by every way that leads there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "streambook c d"));
  const alias = `${folder} alias`;
  await symlink(folder, alias);
  const before = process.env["TMPDIR"];
  try {
    const names = ["/tmp/one", "/tmp/two words", ""].map((value) => {
      process.env["TMPDIR"] = value;
      return plainName(folder);
    });
    assert.equal(new Set([...names, plainName(alias)]).size, 1, names.join());
    assert.match(names[0] ?? "", /^[\w./-]+$/);
    assert.equal(plainName(join(folder, "not", "yet there")), plainName(join(alias, "not", "yet there")));
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    await rm(alias);
    await rm(folder, { recursive: true });
  }
});

test("what stands at the place of a link, and is no link, is left alone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "streambook e f"));
  const place = plainName(folder);
  try {
    await writeFile(place, "mine");
    await assert.rejects(linkPlainName(folder), { code: "SETUP_MISSING", message: /cannot make the link/ });
    assert.equal(await readFile(place, "utf8"), "mine");
  } finally {
    await rm(place);
    await rm(folder, { recursive: true });
  }
});

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
