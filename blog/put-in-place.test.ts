import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { putInPlace } from "./put-in-place.ts";

const folder = await mkdtemp(join(tmpdir(), "streambook blog in place "));
after(() => rm(folder, { recursive: true }));

test("the site is replaced whole, and what stands beside it is left alone, whatever it is called", async () => {
  const site = join(folder, "site");
  const beside = [`site.new-${process.pid}`, `site.old-${process.pid}`];
  for (const name of beside) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, "mine"), "years of work");
  }
  await putInPlace(new Map([["a/old.html", "old"]]), site);
  await putInPlace(new Map([["new.html", "new"]]), site);
  assert.deepEqual((await readdir(site)).sort(), [".streambook-blog", "new.html"]);
  for (const name of beside) assert.equal(await readFile(join(folder, name, "mine"), "utf8"), "years of work");
  assert.deepEqual((await readdir(folder)).sort(), ["site", ...beside].sort());
});

test("an interrupted build leaves the site as it was", async () => {
  const site = join(folder, "kept");
  await putInPlace(new Map([["index.html", "old"]]), site);
  const stop = AbortSignal.abort(new Error("stopped"));
  await assert.rejects(putInPlace(new Map([["index.html", "new"]]), site, stop), /stopped/);
  assert.equal(await readFile(join(site, "index.html"), "utf8"), "old");
  assert.ok((await readdir(folder)).every((name) => !name.includes("building")));
});
