/** Which files become one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { allRuns, chainsOf, type DataFileStatus, newestRun } from "./runs.ts";

const limits = { target: 1000, most: 10 };

/** Files of some sizes, one offset each, from an offset on. */
function files(sizes: readonly number[], { first = 0, partition = 0, topic = "t" } = {}): DataFileStatus[] {
  return sizes.map((length, index) => {
    const offset = BigInt(first + index);
    return { topic, partition, first: offset, last: offset, length, path: `/${topic}/${partition}/${offset}` };
  });
}
const sizes = (runs: readonly (readonly DataFileStatus[])[]): number[][] =>
  runs.map((run) => run.map(({ length }) => length));

test("neighbours are a chain: a missing offset, another partition, topic or format begins another", () => {
  const all = [
    ...files([1, 2]),
    ...files([3, 4], { first: 3 }),
    ...files([5], { partition: 1, first: 2 }),
    ...files([6], { topic: "u", first: 2 }),
    ...files([7], { first: 2 }).map((file) => ({ ...file, format: "ndjson" as const })),
  ];
  assert.deepEqual(sizes(chainsOf(all.toReversed())).sort(), [[1, 2], [3, 4], [5], [6], [7]]);
});

test("all of a chain is joined, up to the size and the number that may be; what has no neighbour left stays", () => {
  assert.deepEqual(sizes(allRuns(files([400, 400, 300, 900, 50, 50]), limits)), [
    [400, 400],
    [900, 50, 50],
  ]);
  assert.deepEqual(
    allRuns(files(Array.from({ length: 25 }, () => 1)), limits).map(({ length }) => length),
    [10, 10, 5],
  );
  assert.deepEqual(allRuns(files([2000]), limits), []);
});

test("joined until nothing is left to join, no two neighbours fit into one file", () => {
  let chain = files(Array.from({ length: 500 }, (_, index) => 1 + ((index * 37) % 90)));
  for (let pass = 0; ; pass++) {
    const runs = allRuns(chain, limits);
    if (runs.length === 0) break;
    assert.ok(pass < 20, "it does not end");
    chain = joined(chain, runs);
  }
  for (const [index, file] of chain.entries())
    if (index > 0) assert.ok(file.length + (chain[index - 1]?.length ?? 0) > limits.target);
});

test("beside a consumer, the newest are joined when there are enough; the older ones when they are no larger", () => {
  assert.deepEqual(newestRun(files([100, 10, 10, 10]), 4, limits), []);
  assert.deepEqual(sizes([newestRun(files([100, 40, 40, 40, 40]), 4, limits)]), [[100, 40, 40, 40, 40]]);
  assert.deepEqual(sizes([newestRun(files([300, 40, 40, 40, 40]), 4, limits)]), [[40, 40, 40, 40]]);
});

test("law: however long a stream, there are few files, and each byte is in few joins", () => {
  const atLeast = 8;
  const count = 4096;
  let chain: DataFileStatus[] = [];
  let moved = 0;
  for (let next = 0; next < count; next++) {
    chain.push(...files([100], { first: next }));
    const run = newestRun(chain, atLeast, { target: 100 * count, most: Infinity });
    if (run.length === 0) continue;
    moved += run.reduce((sum, { length }) => sum + length, 0);
    chain = joined(chain, [run]);
  }
  assert.ok(chain.length < atLeast + Math.log2(count), `${chain.length} files`);
  assert.ok(moved / (100 * count) < 2 * Math.log2(count), `each byte in ${moved / (100 * count)} joins`);
});

/** The chain when runs of it are one file each. */
function joined(chain: readonly DataFileStatus[], runs: readonly (readonly DataFileStatus[])[]): DataFileStatus[] {
  const parts = new Set(runs.flat());
  const wholes = runs.map((run) => ({
    ...(run[0] as DataFileStatus),
    last: (run.at(-1) as DataFileStatus).last,
    length: run.reduce((sum, { length }) => sum + length, 0),
  }));
  return [...chain.filter((file) => !parts.has(file)), ...wholes].sort((a, b) => (a.first < b.first ? -1 : 1));
}
