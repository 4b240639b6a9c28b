import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { minuteOf } from "../expected.ts";
import { LiveReport } from "./live-report.ts";

const NOON = Date.UTC(2026, 8, 13, 12);
const minute = (index: number): string => minuteOf(NOON + index * 60_000);
const open = (index: number, campaign_id: number, views: number) => ({
  ...{ network_id: "meadow", campaign_id, views },
  start: new Date(NOON + index * 60_000).toISOString(),
});
const closed = (index: number, views: number) => ({ network_id: "meadow", minute: minute(index), views });

/** The heights of the bars, from left to right. */
function bars(report: LiveReport): unknown[] {
  return report.snapshot().figures.minutes.data.flatMap(({ y }) => y as unknown[]);
}

suite("the live report", () => {
  test("has nothing to say before the first batch", () => {
    const { numbers } = new LiveReport().snapshot();
    assert.deepEqual(numbers, { read: "0", watermark: "–", behind: "–", late: "0", doubled: "0", rate: "0" });
  });

  test("adds up the campaigns of an open minute, and takes the report's word once the minute is closed", () => {
    const report = new LiveReport();
    report.setOpen([open(0, 1, 10), open(0, 2, 5), open(1, 1, 7)]);
    assert.deepEqual(bars(report), [15, 7]);
    report.addClosed([closed(0, 16)]);
    assert.deepEqual(bars(report), [16, 7], "also as long as the state still has it");
    report.setOpen([open(1, 1, 9)]);
    assert.deepEqual(bars(report), [16, 9]);
  });

  test("shows the last half hour, however long it runs", () => {
    const report = new LiveReport();
    for (let index = 0; index < 100; index++) report.addClosed([closed(index, 1000 + index)]);
    assert.deepEqual(
      bars(report),
      Array.from({ length: 30 }, (_, index) => 1070 + index),
    );
  });

  test("says how far the watermark is behind, and how many views each batch has left out", () => {
    const report = new LiveReport();
    const tally = { doubled: 3, unseen: 0, watermark: NOON, newest: NOON + 60_000 };
    report.addBatch({ ...tally, batch: 4, late: 1000 }, { numInputRows: 500, rate: 10.4 }); // of earlier runs of the job
    for (let batch = 5; batch < 100; batch++)
      report.addBatch({ ...tally, batch, late: 1000 + (batch - 4) * 2 }, { numInputRows: 500, rate: 10.4 });
    const { numbers, figures } = report.snapshot();
    assert.deepEqual(numbers, {
      ...{ read: "48,000", watermark: "12:00:00", behind: "60 s", late: "1,190", doubled: "3", rate: "10" },
    });
    assert.deepEqual(figures.late.data[0]?.["y"], Array<number>(60).fill(2));
  });
});
