/** The built package, as programs and the notebooks' kernel import it: every room by its name, with types. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { projectFolder } from "../lib/src/stack/index.ts";

const lib = join(projectFolder(), "lib");
const rooms = globSync("src/*/index.ts", { cwd: lib }).map((file) => file.split("/")[1] as string);

for (const room of rooms) {
  test(`streambook/${room} exports what its door says, and has types`, async () => {
    const [built, source] = (await Promise.all([
      import(`streambook/${room}`),
      import(pathToFileURL(join(lib, "src", room, "index.ts")).href),
    ])) as [object, object];
    assert.deepEqual(Object.keys(built).sort(), Object.keys(source).sort());
    await access(join(lib, "dist", room, "index.d.ts"));
  });
}

test("nothing of the built library imports a source file", async () => {
  const built = globSync("dist/**/*.js", { cwd: lib });
  assert.ok(built.length > 100);
  const wrong: string[] = [];
  for (const file of built)
    if (/^(?! *\*).*\b(?:import\(|from )"\.[^"]*\.ts"/m.test(await readFile(join(lib, file), "utf8"))) wrong.push(file);
  assert.deepEqual(
    wrong,
    [],
    "a dynamic import in a function with `await using` keeps its path: give it a function of its own",
  );
});

test("streambook itself has the errors and the waiting", async () => {
  const built = (await import("streambook")) as object;
  assert.ok("StreambookError" in built && "retry" in built);
  assert.match(createRequire(import.meta.url).resolve("streambook"), /lib.dist.index\.js$/);
});
