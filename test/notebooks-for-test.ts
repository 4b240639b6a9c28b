/** Runs notebooks as tests: from the first cell to the last in a fresh kernel, on the running services. */
import assert from "node:assert/strict";
import { relative } from "node:path";
import { test } from "node:test";
import { kernelSpecification } from "../setup/learner/kernel.mjs";
import { runNotebook, streamText } from "../lib/src/notebook/index.ts";
import { projectFolder } from "../lib/src/stack/index.ts";

/** A test for each notebook. @param options of the tests: whether they are skipped, and why */
export function testNotebooks(files: readonly string[], options: { readonly skip?: string | false } = {}): void {
  const spec = kernelSpecification();
  for (const file of files)
    test(`${relative(projectFolder(), file)} runs from its first cell to its last`, options, async () => {
      const report = await runNotebook(file, { spec });
      const failed = report.cells.flatMap(({ number, failure, source, outputs }) =>
        failure === undefined ? [] : [{ number, failure, source, said: streamText(outputs, "stderr") }],
      );
      assert.deepEqual(failed, []);
      assert.equal(report.cells.length, report.total);
      assert.equal(report.ok, true);
    });
}
