import assert from "node:assert/strict";
import { test } from "node:test";
import { rawHours } from "./completeness.ts";
import type { RawFile } from "./raw-files.ts";

const topics = [
  { topic: "a", partitions: 2 },
  { topic: "b", partitions: 1 },
];
/** `a0 2026-10-24T15 @100`: a file of a partition and hour, and when it came, in seconds. */
function filesOf(...texts: readonly string[]): RawFile[] {
  return texts.map((text, index) => {
    const [, topic = "", partition, hour = "", modified] = /^(\w)(\d) (\S+) @(\d+)$/.exec(text) ?? [];
    const path = `/raw/topic=${topic}/${hour}/${index}.json`;
    return { path, topic, partition: Number(partition), hour, bytes: 1, modified: Number(modified) * 1000 };
  });
}
const statesOf = (files: readonly RawFile[], now: number, timeLimit = 600) =>
  rawHours(files, { topics, now: now * 1000, timeLimit: timeLimit * 1000 }).map(({ hour, complete, waitingFor }) =>
    [hour, complete ?? "waits for", ...waitingFor].join(" "),
  );

const [one, two, three] = ["2026-10-24T23", "2026-10-25T00", "2026-10-25T02"];

test("an hour is complete when every partition of every topic has events of a later one", () => {
  const files = filesOf(`a0 ${one} @1`, `a0 ${two} @2`, `a1 ${two} @2`, `b0 ${one} @1`);
  assert.deepEqual(statesOf(files, 2), [`${one} waits for b[0]`, `${two} waits for a[0] a[1] b[0]`]);
  const more = [...files, ...filesOf(`b0 ${three} @3`)];
  assert.deepEqual(statesOf(more, 3), [
    `${one} passed`,
    `${two} waits for a[0] a[1]`,
    `${three} waits for a[0] a[1] b[0]`,
  ]);
});

test("a partition of which nothing is known is waited for, too", () => {
  assert.deepEqual(statesOf(filesOf(`a0 ${one} @1`, `a0 ${two} @1`), 1), [
    `${one} waits for a[1] b[0]`,
    `${two} waits for a[0] a[1] b[0]`,
  ]);
});

test("the time limit counts from when the first partition has passed the hour, however much comes of it afterwards", () => {
  const files = filesOf(`a0 ${one} @1`, `a0 ${two} @100`, `a1 ${one} @150`, `a0 ${two} @900`);
  assert.equal(statesOf(files, 699)[0], `${one} waits for a[1] b[0]`);
  assert.equal(statesOf(files, 700)[0], `${one} time limit a[1] b[0]`);
});

test("the last hour, which nobody has passed, waits from its newest file", () => {
  const files = filesOf(`a0 ${one} @100`, `b0 ${one} @500`);
  assert.deepEqual(statesOf(files, 1099), [`${one} waits for a[0] a[1] b[0]`]);
  assert.deepEqual(statesOf(files, 1100), [`${one} time limit a[0] a[1] b[0]`]);
  assert.deepEqual(statesOf(files, 500, 0), [`${one} time limit a[0] a[1] b[0]`]);
});

test("an hour without events is none, and where there is nothing there is nothing to do", () => {
  assert.deepEqual(statesOf([], 1), []);
  const files = ["a0", "a1", "b0"].flatMap((partition) =>
    filesOf(`${partition} ${two} @1`, `${partition} ${three} @1`),
  );
  assert.deepEqual(
    statesOf(files, 1).map((state) => state.split(" ")[0]),
    [two, three],
  );
});
