/** The rows and files of a table of Delta, from what its commits say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryS3 } from "../../s3/memory-s3-for-test.ts";
import { DeltaTable } from "./delta.ts";

const add = (path: string, rows: number | undefined, more: object = {}): string =>
  JSON.stringify({
    add: { path, size: 100, ...(rows !== undefined && { stats: JSON.stringify({ numRecords: rows }) }), ...more },
  });
const remove = (path: string): string => JSON.stringify({ remove: { path, dataChange: true } });
const shown = (table: DeltaTable): number[] => table.figures().map(({ value }) => value);

test("files that are added count, and those that are taken away do not", () => {
  const table = new DeltaTable("lake", "silver/tweets/");
  table.apply([`{"protocol":{"minReaderVersion":1}}`, add("a", 10), add("b", 5), ""].join("\n"));
  assert.deepEqual(shown(table), [15, 2, 200]);
  assert.deepEqual(table.figures()[0]?.labels, { table: "lake/silver/tweets", topic: "" });
  table.apply([remove("a"), add("c", 7)].join("\n"));
  assert.deepEqual(shown(table), [12, 2, 200]);
});

test("rows that a deletion vector hides do not count, and a file without statistics makes the rows unknown", () => {
  const table = new DeltaTable("lake", "");
  table.apply(add("a", 10));
  table.apply([add("a", 10, { deletionVector: { cardinality: 4 } }), remove("a")].join("\n"));
  assert.deepEqual(shown(table), [6, 1, 100]);
  table.apply(add("b", undefined));
  assert.deepEqual(shown(table), [2, 200], "files and bytes");
});

test("the log is read on from the last commit; one whose beginning is gone says nothing", async () => {
  await using memory = await memoryS3();
  const { s3 } = memory;
  const bucket = await s3.makeBucket("lake");
  const commit = (version: number, text: string) =>
    bucket.put(`t/_delta_log/${String(version).padStart(20, "0")}.json`, text);
  const signal = AbortSignal.timeout(10_000);
  const table = new DeltaTable("lake", "t/");
  await table.readOn(s3, signal);
  assert.deepEqual(table.samples(), []);
  await commit(0, add("a", 10));
  await bucket.put("t/_delta_log/00000000000000000000.crc", "{}");
  await table.readOn(s3, signal);
  await commit(1, add("b", 1));
  const before = memory.seen.length;
  await table.readOn(s3, signal);
  assert.equal(memory.seen.length - before, 2, "a list, and the commit that is new");
  assert.deepEqual(
    table.samples().map(({ value }) => value),
    [11, 2, 200],
  );
  await bucket.delete(`t/_delta_log/${"0".padStart(20, "0")}.json`);
  const cut = new DeltaTable("lake", "t/");
  await cut.readOn(s3, signal);
  assert.deepEqual(cut.samples(), []);
});
