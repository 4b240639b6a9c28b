/** What a learner reads when a cell fails, in a real kernel. */
import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { kernelSpecification } from "../../../setup/learner/kernel.mjs";
import { delay } from "../async/index.ts";
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

test("a type that is unknown is said once, and not again of what is declared with it", async () => {
  const text = await error("const stored: Stored[] = [];\nconst other: Stored = beta;");
  assert.match(text, /^1:15 - There are no names 'Stored', 'beta'\./);
  assert.doesNotMatch(text, /private name/);
});

test("what is older than its cell, which has failed since, is not passed off as new", async () => {
  await error("function double(n: number): number { return 3 * n; }");
  await error("function double(n: number): number { }");
  const { outputs } = await kernel.execute("double(2)", { timeout: 60_000 });
  assert.match(streamText(outputs, "stdout"), /^Note: 'double' is as before: its cell failed.*\n6\n$/);
  await error("function double(n: number): number { return 2 * n; }");
  const repaired = await kernel.execute("double(2)", { timeout: 60_000 });
  assert.equal(streamText(repaired.outputs, "stdout"), "4\n");
});

test("an answer that throws is shown with its check, its line in its own cell, and none of the library's", async () => {
  await error('import { check } from "streambook/notebook";');
  await error("function read(line: string): string {\n  const value = JSON.parse(line);\n  return value.text;\n}");
  assert.equal(
    await error('check("lines", () => read("{"), "a",\n  { hint: "Some lines are no JSON." });'),
    [
      "✗ lines",
      "  an error came instead of a value",
      "  Some lines are no JSON.",
      "SyntaxError: Expected property name or '}' in JSON at position 1 (line 1 column 2)",
      "    in a cell that ran before, line 2: const value = JSON.parse(line);",
      "",
    ].join("\n"),
  );
});

test("the place of a call is its line, however the compiler breaks it", async () => {
  const short = await error(
    'const a = 1;\ncheck("x", () => { const b = a; let c = 0; for (const d of [b]) c += d; return c; }, 2);',
  );
  assert.match(short, /\n {4}in the cell, line 2: check\("x"/);
  const text = await error(
    'const two = 1 + 2;\ncheck("two", two, 2,\n  { hint: "One and two are three, check two again." });',
  );
  assert.match(text, /\n {4}in the cell, line 2: check\("two"/);
  const long = await error(
    'const a = 1;\ncheck("one long name of a check", a,\n  { found: 1, other: 2, third: 3 },\n  { hint: "A hint of many more words than that." });',
  );
  assert.match(long, /\n {4}in the cell, line 2: check\("one/);
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

test("an error that nothing awaited is shown as it is, with what is missing, and without the engine's words", async () => {
  await error(
    'import { check } from "streambook/notebook";\nasync function fail(): Promise<number> { throw new RangeError("n is 0"); }',
  );
  assert.equal(
    await error("void fail();\nawait new Promise((r) => setTimeout(r, 50));"),
    [
      "RangeError: n is 0",
      '    in a cell that ran before, line 2: async function fail(): Promise<number> { throw new RangeError("n is 0"); }',
      "    Nothing awaited this when it failed. Is an `await` missing before the call?",
      "",
    ].join("\n"),
  );
  const forgotten = await error('check("two", async () => 1, 2);\nawait new Promise((r) => setTimeout(r, 50));');
  assert.match(forgotten, /^✗ two\n {2}found {4}1\n[^]*Is an `await` missing/);
  const thrown = await error(
    'void Promise.reject("a text");\nsetTimeout(() => { throw new Error("late"); });\nawait new Promise((r) => setTimeout(r, 50));',
  );
  assert.match(thrown, /^'a text'\n {4}Nothing awaited this[^]*^Error: late[^]*Nothing could catch this: a timer/m);
  assert.doesNotMatch(forgotten + thrown, /Unhandled|Uncaught/);
});

test("packages may be installed beside an open page, and the next cell finds them", async () => {
  assert.match(await error('import { seven } from "lucky-number";'), /Cannot find module 'lucky-number'/);
  const place = join(folder.path, "node_modules", "lucky-number");
  await mkdir(place, { recursive: true });
  await writeFile(join(place, "package.json"), '{ "name": "lucky-number", "main": "index.js", "types": "index.d.ts" }');
  await writeFile(join(place, "index.js"), "exports.seven = 7;");
  await writeFile(join(place, "index.d.ts"), "export declare const seven: number;");
  await delay(1500); // the operating system says so, and the compiler would wait 250 ms
  const { outputs } = await kernel.execute('import { seven } from "lucky-number";\nseven', { timeout: 60_000 });
  assert.deepEqual([streamText(outputs, "stdout"), streamText(outputs, "stderr")], ["7\n", ""]);
  await rm(place, { recursive: true });
  await delay(1500);
  assert.equal(await error("1 + 1"), "");
});
