import assert from "node:assert/strict";
import { test } from "node:test";
import { stamped } from "./columns.ts";

test("every row has the time of its batch and the date of its own hour", async () => {
  const parsed = {
    ...{ batch: 0, rows: 3, offsets: new Uint32Array(3), sizes: new Uint32Array(3), marks: {}, malformed: [] },
    ...{ periods: ["2026-06-29T23", "2026-06-30T00"], period: Uint32Array.of(0, 1, 0) },
  };
  const batch = { partition: 0, generation: 1, firstOffset: 0n, nextOffset: 3n, parsed };
  const [labelled] = await stamped(() => new Date("2026-07-01T08:00:00Z")).push(batch);
  const values = labelled?.added.map((column) => {
    assert.ok(!ArrayBuffer.isView(column));
    return Array.from(column.index, (place) => column.values[place]);
  });
  assert.deepEqual(values, [
    Array.from({ length: 3 }, () => "2026-07-01T08:00:00.000Z"),
    ["2026-06-29", "2026-06-30", "2026-06-29"],
  ]);
});
