import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { defineJob } from "./job.ts";
import { mapStep, reduceStep, runLocal, shuffleStep } from "./local.ts";
import { runOnYarn, type YarnOptions } from "./yarn.ts";

const words = defineJob<number, { word: string; count: number }>({
  name: "words",
  map(line, { emit, count }) {
    for (const word of line.split(" ")) emit([word], 1);
    count("lines");
  },
  reduce([word], ones, { emit }) {
    let count = 0;
    for (const one of ones) count += one;
    emit({ word: String(word), count });
  },
});
const LINES = ["to be or", "not to be"];

test("a job gives its output and its counters", async () => {
  assert.deepEqual(await runLocal(words, LINES), {
    output: [
      [
        { word: "be", count: 2 },
        { word: "not", count: 1 },
        { word: "or", count: 1 },
        { word: "to", count: 2 },
      ],
    ],
    counters: { lines: 2 },
  });
});

test("the steps, one after the other, are the job", async () => {
  const mapped = mapStep(words, LINES);
  assert.deepEqual(mapped[0], { key: ["to"], value: 1 });
  const partitions = shuffleStep(words, mapped, 3);
  assert.equal(partitions.length, 3);
  assert.deepEqual(
    partitions.map((partition) => reduceStep(words, partition)),
    (await runLocal(words, LINES, { reducers: 3 })).output,
  );
});

test("values come in the order of the key's further fields, and a group ends where its first fields change", async () => {
  const job = defineJob<string, string>({
    name: "order",
    sort: ["text", "number-descending"],
    groupFields: 1,
    map: (line, { emit }) => emit([line.slice(0, 1), Number(line.slice(1))], line),
    reduce: ([letter], values, { emit }) => emit(`${letter}: ${[...values].join(" ")}`),
  });
  const { output } = await runLocal(job, ["a1", "b5", "a10", "a9", "b-3"]);
  assert.deepEqual(output, [["a: a10 a9 a1", "b: b5 b-3"]]);
});

test("what reduce leaves unread does not run into the next group", async () => {
  const first = defineJob<number, number>({
    name: "first",
    map: (line, { emit }) => emit([line.slice(0, 1)], Number(line.slice(1))),
    reduce: (_, values, { emit }) => {
      for (const value of values) return emit(value);
    },
  });
  assert.deepEqual((await runLocal(first, ["a1", "a2", "b3", "b4"])).output, [[1, 3]]);
});

test("lines may come asynchronously, and waiting for them can be aborted", async () => {
  const controller = new AbortController();
  async function* lines() {
    yield "to be";
    controller.abort(new Error("enough"));
    yield "or not";
  }
  await assert.rejects(runLocal(words, lines(), { signal: controller.signal }), /enough/);
});

for (const [what, settings] of [
  ["a name that is no counter group", { name: "A b" }],
  ["no key field", { keyFields: 0 }],
  ["more sort orders than fields", { keyFields: 1, sort: ["text", "text"] }],
  ["groups by more than there is", { groupFields: 2 }],
  ["partitions that tear a group apart", { keyFields: 2, groupFields: 1, partitionFields: 2 }],
] as const) {
  test(`a job with ${what} is refused`, () => {
    assert.throws(
      () =>
        defineJob({
          ...words,
          keyFields: 1,
          sort: ["text"],
          groupFields: 1,
          partitionFields: 1,
          ...settings,
        }),
      (error) => isStreambookError(error, "USAGE"),
    );
  });
}

test("no reducer, or a counter's name that Hadoop would misread, is refused", async () => {
  await assert.rejects(runLocal(words, LINES, { reducers: 0 }), /1 reducer or more/);
  const bad = defineJob<number, number>({
    ...words,
    name: "bad",
    map: (_, { count }) => count("a,b"),
    reduce: () => {},
  });
  await assert.rejects(runLocal(bad, LINES), /counter's name/);
});

test("what is no job, such as the answer of a function that forgets to return one, is named, here and on YARN", async () => {
  const nothing = (() => undefined) as unknown as () => typeof words;
  const expected = { code: "USAGE", message: /a job comes from defineJob, and this is undefined/ };
  await assert.rejects(runLocal(nothing(), LINES), expected);
  await assert.rejects(runOnYarn(nothing(), {} as YarnOptions), expected);
});
