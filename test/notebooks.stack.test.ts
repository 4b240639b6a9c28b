/** Every lesson and every solution, run from its first cell to its last in a fresh kernel, on the running services. */
import assert from "node:assert/strict";
import { relative } from "node:path";
import { test } from "node:test";
import { kernelSpecification } from "../setup/learner/kernel.mjs";
import { lessonFiles, runNotebook, solutionFiles, streamText } from "../lib/src/notebook/index.ts";
import { projectFolder } from "../lib/src/stack/index.ts";

const spec = kernelSpecification();

for (const file of [...lessonFiles(), ...solutionFiles()]) {
  test(`${relative(projectFolder(), file)} runs from its first cell to its last`, async () => {
    const report = await runNotebook(file, { spec });
    const failed = report.cells.flatMap(({ number, failure, source, outputs }) =>
      failure === undefined ? [] : [{ number, failure, source, said: streamText(outputs, "stderr") }],
    );
    assert.deepEqual(failed, []);
    assert.equal(report.cells.length, report.total);
    assert.equal(report.ok, true);
  });
}
