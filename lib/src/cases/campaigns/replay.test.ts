import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ReadMessage } from "./expected.ts";
import type { AdView } from "./generate.ts";
import { LAG_STEP, Replay, watermarkBatch } from "./replay.ts";

const view = { view_id: "", start_timestamp: "", end_timestamp: "", banner_id: 1, campaign_id: 1 } satisfies AdView;

function message(end: number, changes: Partial<ReadMessage> = {}): ReadMessage {
  return { event: { topic: "t", key: "k", value: "" }, view, start: end, end, isDouble: false, ...changes };
}

suite("the watermark, replayed", () => {
  test("holds a batch against the watermark that the one before it has brought, and what is at it is late", () => {
    const batches = [
      { ends: [2], watermark: -Infinity },
      { ends: [4], watermark: 40_000 },
      { ends: [7], watermark: 90_000 },
    ];
    const replay = new Replay({ batches, partitions: 1, messages: 7 });
    const ends = [100_000, 1000, 2000, 150_000, 40_000, 40_001, 30_000];
    for (const end of ends) replay.add(message(end));
    assert.equal(replay.late, 2);
    assert.deepEqual(
      replay.sample.filter(({ isLate }) => isLate).map(({ index }) => index),
      [4, 6],
    );
    const behind = [0, 99, 98, 0, 110, 109, 120].map((seconds) => Math.floor(seconds / LAG_STEP));
    assert.deepEqual(
      replay.lags.flatMap((views, lag) => Array<number>(views).fill(lag)),
      behind.sort((a, b) => a - b),
    );
  });

  test("counts a double that is late as late, and what cannot be read takes a place and is no view", () => {
    const batches = [
      { ends: [1], watermark: 10 },
      { ends: [5], watermark: 10 },
    ];
    const replay = new Replay({ batches, partitions: 1, messages: 5 });
    replay.add(message(NaN, { view: undefined }));
    replay.add(message(5));
    replay.add(message(5, { isDouble: true }));
    replay.add(message(20));
    replay.add(message(20, { isDouble: true }));
    assert.deepEqual([replay.late, replay.doubled], [2, 1]);
  });

  test("keeps a sample that does not grow with the views", () => {
    const replay = new Replay({ batches: [], partitions: 4, messages: 50_000 });
    for (let index = 0; index < 50_000; index++) replay.add(message(index));
    assert.ok(replay.sample.length > 1000 && replay.sample.length < 3000);
  });
});

test("a batch is read from what Spark reports: offsets as text, and no watermark before the first view", () => {
  const source = {
    ...{ description: "", startOffset: null, numInputRows: 1, inputRowsPerSecond: 1, processedRowsPerSecond: 1 },
    endOffset: '{"ad-views":{"10":7,"2":5}}',
  };
  assert.deepEqual(watermarkBatch({ sources: [source], eventTime: { watermark: "1970-01-01T00:00:00.000Z" } }), {
    ends: [5, 7],
    watermark: -Infinity,
  });
  assert.deepEqual(watermarkBatch({ sources: [source], eventTime: { watermark: "2026-01-01T00:00:00.000Z" } }), {
    ends: [5, 7],
    watermark: Date.UTC(2026, 0),
  });
});
