import assert from "node:assert/strict";
import { test } from "node:test";
import { enginesTable, median, summarize, type EngineRun } from "./table.ts";

const run = (
  engine: EngineRun["engine"],
  round: number,
  seconds: number,
  more: Partial<EngineRun> = {},
): EngineRun => ({
  engine,
  round,
  load: 0,
  measured: { seconds, cpuSeconds: seconds * 2, peakBytes: seconds * 1e8 },
  rows: { rows: 1000, distinct: 1000, clusters: 5 },
  ...more,
});

test("a ratio is the median of the rounds' ratios: a slow moment that met both does not count", () => {
  const [ours, python] = summarize([
    ...[run("ours", 1, 2), run("python", 1, 3)],
    ...[run("ours", 2, 20), run("python", 2, 30)],
    ...[run("ours", 3, 2), run("python", 3, 4)],
  ]);
  assert.deepEqual([ours?.seconds, ours?.ratio], [2, 1]);
  assert.deepEqual([python?.seconds, python?.ratio], [4, 1.5]);
  assert.equal(ours?.peakBytes, 2e9, "the largest of all rounds");
});

test("the warm-up is in no figure, but its rows must be the messages", () => {
  const warmUp = [run("ours", 0, 20), run("python", 0, 1)];
  const [ours, python] = summarize([...warmUp, run("ours", 1, 2), run("python", 1, 3)]);
  assert.deepEqual([ours?.seconds, ours?.peakBytes, python?.ratio], [2, 2e8, 1.5]);
  const [, wrong] = summarize([run("ours", 0, 2), run("python", 0, 3, { problem: "lost" }), run("python", 1, 3)]);
  assert.deepEqual(wrong, { engine: "python", problem: "lost" });
});

test("an engine that has lost rows once is named, and none of its figures is quoted", () => {
  const figures = summarize([
    ...[run("ours", 1, 2), run("python", 1, 3)],
    ...[run("ours", 2, 2), run("python", 2, 1, { problem: "999 rows of 1000 messages" })],
  ]);
  assert.deepEqual(figures[1], { engine: "python", problem: "999 rows of 1000 messages" });
  const table = enginesTable(figures, 1000);
  assert.match(table, /^python +(?:– *){6}$/m);
  assert.match(table, /python is not quoted: 999 rows of 1000 messages/);
});

test("without ours there are times, and no ratio to it", () => {
  const [, python] = summarize([run("ours", 1, 2, { problem: "ended with exit code 1" }), run("python", 1, 3)]);
  assert.deepEqual([python?.seconds, python?.ratio], [3, undefined]);
});

test("the table has a line for each engine; what a system does not show is a dash", () => {
  const { measured, ...rest } = run("ours", 1, 2);
  const unseen = { seconds: measured?.seconds ?? 0, cpuSeconds: undefined, peakBytes: undefined };
  assert.deepEqual(enginesTable(summarize([{ ...rest, measured: unseen }, run("pyspark", 1, 3)]), 1000).split("\n"), [
    "engine   seconds  of ours  messages/s  CPU, µs/message  peak MB  clusters",
    "-------  -------  -------  ----------  ---------------  -------  --------",
    "ours         2.0     1.00         500                –        –         5",
    "pyspark      3.0     1.50         333             6000      300         5",
  ]);
});

test("the median of an even number is between the two in the middle", () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([]), undefined);
});
