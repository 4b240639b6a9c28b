/** What a learner reads when a cell fails, in a real kernel. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { kernelSpecification } from "../../../setup/learner/kernel.mjs";
import { projectFolder } from "../stack/index.ts";
import { Kernel } from "./kernel.ts";
import { TestFolder } from "./notebooks-for-test.ts";
import { streamText } from "./outputs.ts";

const folder = await TestFolder.make(join(projectFolder(), ".streambook"));
after(() => folder.remove());
let kernel: Kernel;
before(async () => {
  kernel = await Kernel.start({ folder: folder.path, spec: kernelSpecification() });
});
after(() => kernel.close());

async function error(cell: string): Promise<string> {
  const { outputs } = await kernel.execute(cell, { timeout: 60_000 });
  return streamText(outputs, "stderr");
}

test("a syntax error shows itself alone, with its line and a caret", async () => {
  assert.equal(
    await error("const a = 1;\nconst b = = 2;\nconst c: string = 3;\nnowhere();"),
    "2:11 - Expression expected.\n    const b = = 2;\n              ^\n",
  );
  assert.match(await error("function f() {\n  return 1;\n"), /^3:1 - '\}' expected\./);
});

test("a wrong type is shown with its place in the cell as it was written", async () => {
  await error("const broker = 'a';");
  assert.equal(
    await error('const both = { broker }; const n: number = "text";'),
    `1:32 - Type 'string' is not assignable to type 'number'.\n    const both = { broker }; const n: number = "text";\n${" ".repeat(35)}^\n`,
  );
});

test("names that are unknown are said once, with where they may come from", async () => {
  const text = await error("console.log(alpha, beta, alpha);");
  assert.match(
    text,
    /^1:13 - There are no names 'alpha', 'beta'\.\n {4}console.log\(alpha, beta, alpha\);\n {16}\^\nIf a cell above makes this/,
  );
  assert.equal(text.match(/no name/g)?.length, 1);
  assert.match(await error("const longName = 1;\nlongNane"), /Did you mean 'longName'[^]*\nIf a cell above makes this/);
  const mixed = await error("console.log(files, alpha);"); // `files` resembles `File`, which is no reason to set it apart
  assert.match(mixed, /^1:\d+ - There are no names 'files', 'alpha'\./);
  assert.doesNotMatch(mixed, /Did you mean/);
});

test("a cell above that failed is named instead of all that misses it", async () => {
  await error(
    'import { join, resolve } from "node:path";\nconst folder = join("a", "b");\nthrow new Error("no services");',
  );
  assert.match(
    await error("console.log(join('a'), resolve('b'), folder);"),
    /^1:13 - 'join', 'resolve', 'folder' come from a cell above that failed\. Read the error there.*\n$/,
  );
  await error('import { join, resolve } from "node:path";\nconst folder = join("a", "b");');
  assert.equal(await error("console.log(join('a'), resolve('b'), folder);"), "");
});

test("compiled names are nowhere to be read", async () => {
  const text = await error(
    'import * as path from "node:path";\nimport { readFileSync } from "node:fs";\nconst text = readFileSync("/no_1.txt/file");',
  );
  assert.match(text, /in the cell, line 3: const text = readFileSync/);
  assert.match(text, /no_1\.txt/);
  const call = await error('import { constants } from "node:os";\n(constants as unknown as () => void)();');
  assert.match(call, /TypeError: \w*constants is not a function/);
  assert.doesNotMatch(text + call, /_fs_\d|node_os_1|exports\.|__awaited/);
});

test("a service that does not answer may have moved: the first cell knows where", async () => {
  const text = await error(
    'throw Object.assign(new Error("nobody at 127.0.0.1:9092"), { name: "StreambookError", code: "UNREACHABLE" });',
  );
  assert.match(text, /UNREACHABLE[^]*run the first cell again/);
});
