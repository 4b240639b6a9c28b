import assert from "node:assert/strict";
import { test } from "node:test";
import type { StreamProgress } from "../../spark/index.ts";
import { addBatch, type Tally } from "./tally.ts";

const nothing: Tally = { batch: -1, late: 0, doubled: 0, unseen: 0 };

function batch(batchId: number, late: number, eventTime: Record<string, string> = {}): StreamProgress {
  const operator = { numRowsTotal: 1, numRowsUpdated: 1, numRowsDroppedByWatermark: late, memoryUsedBytes: 1 };
  return {
    ...{ batchId, timestamp: "", numInputRows: 1, inputRowsPerSecond: 1, processedRowsPerSecond: 1, durationMs: {} },
    stateOperators: [
      { ...operator, numRowsDroppedByWatermark: 0, customMetrics: {} },
      { ...operator, customMetrics: { numDroppedDuplicateRows: 10 } },
    ],
    ...{ sources: [], sink: {}, eventTime },
  };
}

test("what batches left out adds up, and a batch that is reported again adds nothing", () => {
  const two = addBatch(addBatch(nothing, batch(0, 1)), batch(1, 2));
  assert.deepEqual(two, { batch: 1, late: 3, doubled: 20, unseen: 0 });
  assert.equal(addBatch(two, batch(1, 2)), two);
  assert.equal(addBatch(two, batch(0, 1)), two);
});

test("batches that nobody has seen are counted", () => {
  assert.deepEqual(addBatch(addBatch(nothing, batch(0, 1)), batch(4, 2)), {
    batch: 4,
    late: 3,
    doubled: 20,
    unseen: 3,
  });
});

test("the watermark and the newest view only go on, and 1970 is none", () => {
  const first = addBatch(nothing, batch(0, 0, { watermark: "1970-01-01T00:00:00.000Z", max: "2026-01-01T00:01:00Z" }));
  assert.equal(first.watermark, undefined);
  const then = addBatch(first, batch(1, 0, { watermark: "2026-01-01T00:00:00Z", max: "2026-01-01T00:00:30Z" }));
  assert.deepEqual([then.watermark, then.newest], [Date.UTC(2026, 0), Date.UTC(2026, 0, 1, 0, 1)]);
  const idle = addBatch(then, batch(2, 0, { watermark: "2026-01-01T00:00:00Z" }));
  assert.deepEqual([idle.watermark, idle.newest], [then.watermark, then.newest]);
});
