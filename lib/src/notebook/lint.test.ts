/** Cells as code: what a strict compiler and the linter must find in a notebook, and what they must let pass. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { projectFolder } from "../stack/index.ts";
import { beyondLimits, lintNotebooks, measureNotebook } from "./lint.ts";
import { failing, prose, TestFolder } from "./notebooks-for-test.ts";

const folder = await TestFolder.make(join(projectFolder(), ".streambook"));
after(() => folder.remove());

test("each fault is found in its cell and line", async () => {
  const file = await folder.write("faults", [
    "const a = 1;\ninterface Point { x: number }",
    prose("Some words."),
    "const ok: Point = { x: a };\nconst bad: Point = { x: 'one' };",
    "async function work(): Promise<number> { return a; }",
    "\nwork();",
    "const nothing: string = null;",
  ]);
  const problems = (await lintNotebooks([file])).map(({ cell, line, rule }) => `${cell}:${line} ${rule}`);
  assert.deepEqual(problems.sort(), ["2:2 TS2322", "4:2 @typescript-eslint/no-floating-promises", "5:1 TS2322"]);
});

test("what the kernel allows passes: names declared again, awaiting at the top, errors shown on purpose", async () => {
  const file = await folder.write("fine", [
    "const a = 1; enum Kind { One }",
    "const a = String(Kind.One);\na.toUpperCase()",
    "await Promise.resolve(a);",
    failing("const wrong: number = 'text';"),
    "// @ts-expect-error shown on purpose\nconst wrong: number = 'text';",
    "export const kept = { a };\nconst { a: again } = kept;",
    "again.length + kept.a.length",
    'import stopwords from "natural/lib/natural/util/stopwords.js";\nstopwords.words.length',
  ]);
  assert.deepEqual(await lintNotebooks([file]), []);
});

test("a notebook is measured: code without blank lines, prose without its code", async () => {
  const words = "One two three four. ".repeat(5);
  const file = await folder.write("measures", [
    prose(`# Title\n\n${words}\n\`\`\`ts\nno words here\n\`\`\``),
    "a;\n\nb;",
    "c;",
  ]);
  const measures = await measureNotebook(file);
  assert.deepEqual(
    { ...measures, file: "" },
    { file: "", cells: 2, lines: 3, median: 1.5, longest: 2, words: 21, wordsPerLine: 7 },
  );
  assert.deepEqual(beyondLimits(measures), []);
  assert.equal(beyondLimits({ ...measures, median: 6, longest: 26, wordsPerLine: 3 }).length, 3);
});
