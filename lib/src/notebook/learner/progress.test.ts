/** What counts as a lesson's checks, and that every one that the course has can be counted. */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { isCode, joined, readNotebook, type Cell } from "../file.ts";
import { lessonFiles } from "../course.ts";
import { claimsOf } from "./claims.ts";

const code = (source: string, ...tags: string[]): Cell => ({ cell_type: "code", metadata: { tags }, source });

test("checks are read from the cells, and those of an exercise know its number", () => {
  const claims = claimsOf([
    code(
      'check("one", 1, 1);\nawait checkThrows(\n  "two \\"2\\"", f);\nawait answer(`n is ${n} of ${list.map((x) => `${x}`)}`, f, 1);',
    ),
    code("todo('x')", "exercise"),
    code("check('three', f, 3);\ncheckAll('none');", "exercise-check"),
    code('check("four", f, 4);', "exercise-check"),
  ]);
  assert.deepEqual(
    claims.map(({ name, exercise }) => [name.slice(0, 9), exercise]),
    [
      ["one", undefined],
      ['two "2"', undefined],
      ["n is … of", undefined],
      ["three", 1],
      ["four", 2],
    ],
  );
  assert.ok(claims[1]?.pattern.test('two "2"'));
});

for (const file of lessonFiles())
  test(`every check of ${basename(file, ".ipynb")} is counted, under a name of its own`, async () => {
    const { cells } = await readNotebook(file);
    const claims = claimsOf(cells);
    const calls = cells
      .filter(isCode)
      .flatMap(({ source }) => [...joined(source).matchAll(/(?<![\w.])(?:check|checkThrows|answer)(?:<[^(]*>)?\(/g)]);
    assert.equal(claims.length, calls.length);
    assert.equal(new Set(claims.map(({ name }) => name)).size, claims.length, "no two are called the same");
  });
