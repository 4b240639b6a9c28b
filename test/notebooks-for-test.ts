/**
 * Notebooks as tests: each run from its first cell to its last in a fresh kernel, on the running services. One, which needs none of them,
 * is run with every cell sent twice; `npm run notebooks -- --twice` does so with all, in minutes.
 */
import assert from "node:assert/strict";
import { relative } from "node:path";
import { test } from "node:test";
import { kernelSpecification } from "../setup/learner/kernel.mjs";
import { furtherServices, lessonFiles, runNotebook, solutionFiles, streamText } from "../lib/src/notebook/index.ts";
import { CORE, profileOf, projectFolder, resolveServices } from "../lib/src/stack/index.ts";

/**
 * The lessons and solutions that need just these services beside the core.
 *
 * @param words services, groups or profiles, with `+` between them, as the names of tests have them: `spark+tweets`; "" for the core alone
 */
export function notebooksWith(words: string): string[] {
  const names = words === "" ? [] : resolveServices(words.split("+"));
  const wanted = names.filter((name) => profileOf(name) !== CORE).join(" ");
  return [...lessonFiles(), ...solutionFiles()].filter((file) => furtherServices(file).join(" ") === wanted);
}

/** Longest time of a cell, in milliseconds: other tests want the same two cores. */
const LONGEST = 300_000;
const TWICE = ["notebooks/03-tokens.ipynb"];

/** A test for each notebook. @param options of the tests: whether they are skipped, and why */
export function testNotebooks(files: readonly string[], options: { readonly skip?: string | false } = {}): void {
  const spec = kernelSpecification();
  for (const file of files) {
    const twice = TWICE.includes(relative(projectFolder(), file));
    const title = `${relative(projectFolder(), file)} runs from its first cell to its last${twice ? ", each sent twice" : ""}`;
    test(title, options, async () => {
      const report = await runNotebook(file, { spec, twice, timeout: LONGEST });
      const failed = report.cells.flatMap(({ number, failure, source, outputs }) =>
        failure === undefined ? [] : [{ number, failure, source, said: streamText(outputs, "stderr") }],
      );
      assert.deepEqual(failed, []);
      assert.equal(report.cells.length, report.total);
      assert.equal(report.ok, true);
    });
  }
}
