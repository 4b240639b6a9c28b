import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { test } from "node:test";
import { explainTask, failureLine } from "./failure.ts";

/** As Spark reports it. */
const said = (status: number, errors: string) =>
  `Job aborted due to stage failure: Task 0 in stage 3.0 failed 1 times: org.apache.spark.SparkException: Subprocess exited with status ${status}. Error: ${errors}\n\tat org.apache…`;

test("a failure comes back out of all that Spark says around it", () => {
  const at = `${pathToFileURL(join(process.cwd(), "tasks", "a b.ts")).href}:12:5`;
  const line = failureLine({ task: "a b.ts", message: 'no "x"\n{here}', at, row: '{"id":1}' });
  assert.equal(
    explainTask(said(1, `noise\n${line}`)),
    `the task a b.ts failed at ${join("tasks", "a b.ts")}:12: no "x" {here}; its row: {"id":1}`,
  );
});

test("a failure fits into what Spark keeps of a process, whatever is in it", () => {
  for (const text of ["x".repeat(5000), "😀".repeat(5000), "\0".repeat(5000)]) {
    const line = failureLine({ task: text, message: text, at: "", row: text });
    assert.ok(Buffer.byteLength(line) <= 2000, String(Buffer.byteLength(line)));
    assert.match(explainTask(said(1, line)) ?? "", /^the task .* failed: /s);
  }
});

test("a process that could say nothing is explained by its status", () => {
  assert.match(explainTask(said(134, "FATAL ERROR")) ?? "", /ran out of memory/);
  assert.match(explainTask(said(127, "bash: x: No such file")) ?? "", /no Node on the executor/);
  assert.match(explainTask(said(3, "odd")) ?? "", /status 3: odd/);
  assert.equal(explainTask("Job aborted: something else"), undefined);
});
