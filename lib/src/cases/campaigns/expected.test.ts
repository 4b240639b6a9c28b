import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { loadSchema } from "../../schema/index.ts";
import { take } from "../events/event.ts";
import { expectedReport, minuteOf, timeOfMinute } from "./expected.ts";
import { type AdView, adViews } from "./generate.ts";

const schema = await loadSchema("schemas/ad-views.json");
const dictionary = [
  { network: "meadow", id: 1, name: "Bread" },
  { network: "harbour", id: 2, name: "Ropes" },
];

let views = 0;
function message(ended: string, seconds: number, changes: Partial<Record<keyof AdView, unknown>> = {}) {
  const end = new Date(`2026-09-13T${ended}Z`);
  const start = new Date(end.getTime() - seconds * 1000);
  const view = {
    view_id: `view-${views++}`,
    start_timestamp: start.toISOString(),
    end_timestamp: end.toISOString(),
    banner_id: 1,
    campaign_id: 1,
    ...changes,
  };
  return { topic: "ad-views", key: String(view.view_id), value: JSON.stringify(view) };
}

suite("the plain answer", () => {
  test("counts views in the minute in which they end, and takes the average of their seconds", () => {
    const { rows } = expectedReport(
      [
        message("06:49:00.000", 30),
        message("06:49:59.999", 4.5),
        message("06:50:00.000", 1),
        message("06:49:10", 1, { campaign_id: 2 }),
      ],
      schema,
      dictionary,
    );
    const minute = "2026-09-13T06-49-00Z";
    assert.deepEqual(rows, [
      { network_id: "harbour", minute, campaign_id: 2, avg_duration: 1, total_count: 1 },
      { network_id: "meadow", minute, campaign_id: 1, avg_duration: 17.25, total_count: 2 },
      { network_id: "meadow", minute: "2026-09-13T06-50-00Z", campaign_id: 1, avg_duration: 1, total_count: 1 },
    ]);
  });

  test("counts a view that is there twice once, one of a campaign that is not known, and what is no view", () => {
    const twice = message("06:49:00", 1);
    const stranger = message("06:49:01", 1, { campaign_id: 77 });
    const bad = [{ ...twice, value: "{" }, message("06:49:00", -1), message("06:49:00", 1, { banner_id: 0 })];
    const { rows, from, to, ...counts } = expectedReport([twice, stranger, ...bad, twice], schema, dictionary);
    assert.deepEqual(counts, { messages: 6, readable: 3, malformed: 3, doubled: 1, unknown: 1 });
    assert.deepEqual(
      rows.map(({ network_id, total_count }) => [network_id, total_count]),
      [
        ["meadow", 1],
        ["unknown", 1],
      ],
    );
    assert.deepEqual([to - from, minuteOf(from)], [1000, "2026-09-13T06-49-00Z"]);
  });

  test("of nothing is nothing", () => {
    const { rows, ...counts } = expectedReport([], schema, dictionary);
    assert.deepEqual(rows, []);
    assert.deepEqual(counts, { messages: 0, readable: 0, malformed: 0, doubled: 0, unknown: 0, from: NaN, to: NaN });
  });

  test("finds every double that the generator makes, without keeping all ids", () => {
    const events = [...take(adViews({ doubled: 0.1 }), 60_000)];
    const { doubled, readable } = expectedReport(events, schema);
    const good = events.filter(({ value }) => expectedReport([{ topic: "", key: "", value }], schema).readable === 1);
    assert.equal(readable, good.length);
    assert.equal(doubled, good.length - new Set(good.map(({ key }) => key)).size);
  });
});

test("a minute as it names a folder is read back", () => {
  for (const time of [0, 1_789_000_000_000, Date.parse("2026-12-31T23:59:59.999Z")])
    assert.equal(timeOfMinute(minuteOf(time)), Math.floor(time / 60_000) * 60_000);
});
