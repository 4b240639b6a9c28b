import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { needsPart } from "../stack/fetch/needs-for-test.ts";
import { compiledModule, fetchCompiler, hasCompiler } from "../../assembly/build.mjs";

const options = hasCompiler() ? {} : needsPart("the compiler of AssemblyScript", 102);

test("the code is what its source compiles to", options, async () => {
  fetchCompiler();
  const source = await readFile(new URL("./word-scan-code.ts", import.meta.url), "utf8");
  assert.ok(
    source === (await compiledModule()),
    "lib/assembly/word-scan.ts has changed: `npm run assembly` compiles it",
  );
});
