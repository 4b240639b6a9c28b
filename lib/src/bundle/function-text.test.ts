import assert from "node:assert/strict";
import { test } from "node:test";
import { runInThisContext } from "node:vm";
import { moduleText, writeModule } from "./function-text.ts";
import { isStreambookError } from "../errors/index.ts";
import { defineJob, type Job } from "../mapreduce/job.ts";
import { runLocal } from "../mapreduce/local.ts";
import order from "../mapreduce/order-job-for-test.ts";

async function loaded(job: Job): Promise<Job> {
  const written = await writeModule({ kind: "job", name: job.name, value: job });
  try {
    return ((await import(written.url.href)) as { default: Job }).default;
  } finally {
    await written.remove();
  }
}

const words = defineJob<number, [string, number]>({
  name: "words",
  map: (line, { emit }) => line.split(" ").forEach((word) => emit([word], 1)),
  reduce: function ([word], ones, { emit }) {
    emit([String(word), [...ones].length]);
  },
});

test("a job that was written down is the same job: methods, arrows and functions", async () => {
  assert.deepEqual((await runLocal(await loaded(words), ["b a b"])).output, [
    [
      ["a", 1],
      ["b", 2],
    ],
  ]);
  const lines = [2, 10, 1].map((number) => JSON.stringify({ group: "g", text: "t", number, value: "v" }));
  const there = await loaded(order);
  assert.deepEqual(await runLocal(there, lines), await runLocal(order, lines));
  assert.equal(JSON.stringify(there), JSON.stringify(order));
});

test("a name from outside is named when it is used, not before", async () => {
  // As a kernel compiles a name of another cell.
  const map = runInThisContext("(line, { emit }) => { if (line !== exports.stopWord) emit([line], 1); }") as never;
  const there = await loaded({ ...words, map });
  await assert.rejects(runLocal(there, ["a"]), /the job uses stopWord, which is outside its functions/);
});

test("a function without a text of its own is refused", () => {
  const bound = { ...words, map: words.map.bind(words) };
  assert.throws(
    () => moduleText({ kind: "job", name: "words", value: bound }),
    (error) => isStreambookError(error, "USAGE") && /function map of the job words has no text/.test(error.message),
  );
});
