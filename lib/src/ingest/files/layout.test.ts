import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FilePlace, Layout } from "./layout.ts";
import { tableLayout, topicLayout } from "./layout.ts";

const column = { name: "event_date", type: "string", doc: "" } as const;
const layouts: readonly (readonly [string, Layout])[] = [
  ["a table by date", tableLayout({ column })],
  ["a table by date, as NDJSON", tableLayout({ column, format: "ndjson" })],
  ["topics by hour", topicLayout()],
  ["topics by date", topicLayout({ by: "date" })],
  ["one topic by hour, in a folder of its own already", topicLayout({ perTopic: false })],
  ["topics by hour, as Parquet", topicLayout({ by: "hour", format: "parquet" })],
];

/** Places of files in a layout. */
function placesIn({ granularity, format }: Layout): fc.Arbitrary<FilePlace> {
  return fc
    .record({
      topic: fc.stringMatching(/^[A-Za-z0-9._-]{1,40}$/),
      partition: fc.nat(1000),
      first: fc.bigInt({ min: 0n, max: 2n ** 62n }),
      length: fc.bigInt({ min: 0n, max: 10_000n }),
      time: fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
    })
    .map(({ length, time, ...range }) => ({
      ...range,
      last: range.first + length,
      ...(format === "ndjson" ? { format } : {}),
      period: time.toISOString().slice(0, granularity === "hour" ? 13 : 10),
    }));
}

const pathOf = (layout: Layout, place: FilePlace): string => `${layout.folderOf(place.period)}/${layout.nameOf(place)}`;

for (const [what, layout] of layouts) {
  test(`law: the path of a file says its range and its date or hour (${what})`, () => {
    fc.assert(fc.property(placesIn(layout), (place) => assert.deepEqual(layout.parse(pathOf(layout, place)), place)));
  });

  test(`law: names of one partition sort as their offsets do (${what})`, () => {
    fc.assert(
      fc.property(placesIn(layout), placesIn(layout), (a, b) => {
        const [x, y] = [a, { ...b, topic: a.topic, partition: a.partition }];
        if (x.first !== y.first) assert.equal(layout.nameOf(x) < layout.nameOf(y), x.first < y.first);
      }),
    );
  });
}

test("paths are as they are documented", () => {
  const place = { topic: "user_events", partition: 2, first: 40n, last: 79n, period: "2026-01-31T05" };
  const [first, last] = ["0000000000000000040", "0000000000000000079"];
  const byHour = topicLayout();
  assert.equal(byHour.topicFolder("user_events"), "topic=user_events");
  assert.equal(topicLayout({ perTopic: false }).topicFolder("user_events"), "");
  assert.equal(pathOf(byHour, place), `date=2026-01-31/hour=05/user_events_2_${first}-${last}.json`);
  const table = tableLayout({ column });
  assert.equal(table.topicFolder("user_events"), "");
  assert.equal(
    pathOf(table, { ...place, period: "2026-01-31" }),
    `event_date=2026-01-31/user_events+2+${first}+${last}.parquet`,
  );
});

test("a file counts wherever it stands below the folder, and others do not", () => {
  const layout = topicLayout();
  assert.deepEqual(layout.parse("a_b_0_1-2.json"), {
    topic: "a_b",
    partition: 0,
    first: 1n,
    last: 2n,
    format: "ndjson",
  });
  for (const name of [
    "_kafka-cluster",
    "a_0_1-2.json.crc",
    "a_0_1-2.json.0a1b2c3d-0000-4000-8000-000000000000",
    "a+0+1+2.ndjson",
    "a_0_1.json",
    ".a_0_1-2.json.uploading",
    "",
  ])
    assert.equal(layout.parse(`date=2026-01-31/hour=05/${name}`), undefined, name);
});
