import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findChromium } from "./chromium.ts";

test("a browser is one of the path, or that of CHROMIUM; a file that cannot be run is none", async () => {
  const folder = await mkdtemp(join(tmpdir(), "streambook-browser-"));
  try {
    const [inPath, named] = [join(folder, "chromium"), join(folder, "my-browser")];
    for (const file of [inPath, named]) await writeFile(file, "", { mode: 0o644 });
    assert.notEqual(findChromium({ PATH: folder, CHROMIUM: named }), named);
    for (const file of [inPath, named]) await chmod(file, 0o755);
    assert.equal(findChromium({ PATH: folder }), inPath);
    assert.equal(findChromium({ PATH: folder, CHROMIUM: named }), named);
  } finally {
    await rm(folder, { recursive: true });
  }
});
