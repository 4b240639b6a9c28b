import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ExpectedReport } from "./expected.ts";
import { type Found, proofs } from "./proofs.ts";

const row = (minute: string, total_count: number) => ({
  ...{ network_id: "meadow", minute, campaign_id: 1, avg_duration: 1.5, total_count },
});
const [first, second] = [row("2026-09-13T12-00-00Z", 10), row("2026-09-13T12-01-00Z", 4)];
const report: ExpectedReport = {
  rows: [first, second],
  ...{ messages: 18, readable: 16, malformed: 2, doubled: 2, unknown: 0, from: 0, to: 0 },
};
const watermark = Date.parse("2026-09-13T12:01:00Z");
const found: Found = {
  job: {
    views: { read: 18, rows: 16, files: 1, bytes: 1, deadLetters: 2 },
    reported: 18,
    tally: { batch: 3, late: 1, doubled: 2, unseen: 0, watermark },
  },
  batches: [],
  streamed: [row("2026-09-13T12-00-00Z", 9)],
  open: [{ network_id: "meadow", campaign_id: 1, start: "2026-09-13T12:01:00.000Z", views: 4 }],
  compaction: { compacted: 1, before: 2, after: 1 },
  compacted: [row("2026-09-13T12-00-00Z", 9)],
  correction: { closed: "2026-09-13T12-00-00Z", replaced: 1, added: 1 },
  corrected: [first],
  ofAllViews: [first, second],
  ...{ rows: 16, views: 14, deadLetters: 2 },
};
const replay = { late: 1, doubled: 2 };
const differing = (other: Partial<Found>): string[] =>
  proofs({ ...found, ...other }, { report, replay }).flatMap(({ name, different }) => (different > 0 ? [name] : []));

suite("the proofs of a run", () => {
  test("hold when the report has the closed minutes, and everything else is counted somewhere", () => {
    assert.deepEqual(differing({}), []);
  });

  const faults: readonly (readonly [what: string, other: Partial<Found>, said: RegExp])[] = [
    ["a minute that is open in the report", { corrected: [first, second] }, /closed minutes/],
    ["a late view that the correction has not added", { corrected: [row(first.minute, 9)] }, /closed minutes/],
    ["a compaction that changes a number", { compacted: [first] }, /compacted/],
    ["a view that the table lacks", { rows: 15 }, /Rows of the table/],
    ["a dead letter too many", { deadLetters: 3 }, /Rows of the table/],
    ["another answer of all views", { ofAllViews: [first] }, /all views/],
    ["a view that is in none of the counts", { open: [] }, /Nothing is lost/],
  ];
  for (const [what, other, said] of faults)
    test(`find ${what}`, () => {
      assert.ok(differing(other).some((name) => said.test(name)), differing(other).join("; ")); // prettier-ignore
    });

  test("do not ask the stream for counts that it cannot have: of batches that nobody followed", () => {
    const job = { ...found.job, tally: { ...found.job.tally, late: 0, unseen: 2 } };
    assert.deepEqual(differing({ job }), []);
    assert.ok(differing({ job: { ...job, tally: { ...job.tally, unseen: 0 } } }).length > 0);
  });

  test("leave the report out when no minute is closed", () => {
    const { watermark: _, ...tally } = found.job.tally;
    const names = proofs({ ...found, job: { ...found.job, tally }, corrected: [] }, { report, replay }).map(
      ({ name }) => name,
    );
    assert.ok(!names.some((name) => /closed minutes/.test(name)));
  });
});
