import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { compiledModule, fetchCompiler, hasCompiler } from "../../assembly/build.mjs";

const skip =
  !hasCompiler() &&
  process.env["STREAMBOOK_TEST_ALL"] === undefined &&
  "needs the compiler of AssemblyScript (102 MB); `npm test -- --all` fetches it";

test("the code is what its source compiles to", { skip }, async () => {
  fetchCompiler();
  const source = await readFile(new URL("./word-scan-code.ts", import.meta.url), "utf8");
  assert.ok(
    source === (await compiledModule()),
    "lib/assembly/word-scan.ts has changed: `npm run assembly` compiles it",
  );
});
