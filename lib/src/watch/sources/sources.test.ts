/** Figures of topics and tables, from what is seen of a cluster and of folders. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObservedCluster } from "../../kafka/index.ts";
import type { Sample } from "../../metrics/index.ts";
import { tableSamples } from "./tables.ts";
import { TopicFigures } from "./topics.ts";

const shown = (samples: readonly Sample[]): Record<string, number> =>
  Object.fromEntries(
    samples.map(({ name, labels, value }) => [
      [name.replace(/^streambook_(?:kafka_)?/, ""), ...Object.values(labels)].join(" "),
      value,
    ]),
  );

const cluster = (ends: readonly number[], bytes: number, committed?: readonly number[]): ObservedCluster => ({
  brokers: 1,
  topics: [{ topic: "t", ends: new Map(ends.entries()), bytes }],
  groups:
    committed === undefined
      ? []
      : [{ group: "g", members: 2, committed: new Map([["t", new Map(committed.entries())]]) }],
});

test("lag is by partition, with the time that the oldest message has been waiting", () => {
  const figures = new TopicFigures();
  figures.of(cluster([10, 10], 100, [10, 10]), 0);
  const found = shown(figures.of(cluster([30, 10], 300, [15, 10]), 7));
  assert.equal(found["group_lag_messages g t 0"], 15);
  assert.equal(found["group_lag_messages g t 1"], 0);
  const later = shown(figures.of(cluster([30, 10], 300, [15, 10]), 17));
  assert.equal(later["group_lag_age_seconds g t 0"], 10);
  assert.equal(later["group_lag_age_seconds g t 1"], 0);
  assert.equal(later["group_read_messages_total g t"], 25);
  assert.equal(later["group_members g"], 2);
});

test("what was there before the watch is asked for once, and counts from its own time", () => {
  const figures = new TopicFigures();
  const seen = cluster([90], 100, [40]);
  assert.deepEqual([...figures.older(seen, 1000)], ["t"]);
  figures.noteEarlier(new Set(["t"]), [
    { at: -2600, ends: new Map([["t", new Map([[0, 30]])]]) },
    { at: -800, ends: new Map([["t", new Map([[0, 45]])]]) },
  ]);
  assert.equal(shown(figures.of(seen, 1000))["group_lag_age_seconds g t 0"], 1800);
  assert.deepEqual([...figures.older(seen, 1002)], []);
  assert.deepEqual([...figures.older({ ...seen, topics: [] }, 1004)], []);
  assert.deepEqual([...figures.older(seen, 1006)], ["t"], "a topic made anew");
});

test("bytes written are what a topic has grown by; one that Kafka makes smaller has not unwritten them", () => {
  const figures = new TopicFigures();
  const written = [1000, 1500, 200, 700].map(
    (bytes, second) => shown(figures.of(cluster([0], bytes), second))["topic_written_bytes_total t"],
  );
  assert.deepEqual(written, [0, 500, 500, 1000]);
});

test("a group that is ahead of a topic made anew has no lag, and one of a topic that is gone has no figures", () => {
  const figures = new TopicFigures();
  assert.equal(shown(figures.of(cluster([5], 10, [90]), 0))["group_lag_messages g t 0"], 0);
  const gone = shown(figures.of({ ...cluster([5], 10, [5]), topics: [] }, 1));
  assert.deepEqual(gone, { brokers: 1, "group_members g": 2 });
});

test("a table's rows are the offsets in the names of its files, by topic; files of Spark have no rows that one could see", () => {
  const files = [
    { name: `chunks+0+${"0".padStart(19, "0")}+${"99".padStart(19, "0")}.parquet`, length: 1000 },
    { name: `chunks+1+${"50".padStart(19, "0")}+${"59".padStart(19, "0")}.parquet`, length: 100 },
    { name: `other_0_${"0".padStart(19, "0")}-${"4".padStart(19, "0")}.json`, length: 7 },
    { name: "views+spark+part-00000-x.parquet", length: 5 },
    { name: "notes.txt", length: 1 },
  ];
  assert.deepEqual(shown(tableSamples("topic=a", files)), {
    "table_rows a chunks": 110,
    "table_files a chunks": 2,
    "table_size_bytes a chunks": 1100,
    "table_rows a other": 5,
    "table_files a other": 1,
    "table_size_bytes a other": 7,
    "table_files a views": 1,
    "table_size_bytes a views": 5,
    "table_files a ": 1,
    "table_size_bytes a ": 1,
  });
});
