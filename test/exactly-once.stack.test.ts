/** The promise of the pipeline, under fire: the consumer is killed after every step, and nothing is lost or doubled. */
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { type HiveSession, openHive } from "../lib/src/hive/index.ts";
import {
  type CommitStep,
  type FileFormat,
  nextOffsets,
  type OffsetRange,
  parseFileName,
} from "../lib/src/ingest/index.ts";
import { BatchingProducer, deleteTopics, ensureTopic } from "../lib/src/kafka/index.ts";
import { loadSchema } from "../lib/src/schema/index.ts";
import { type Addresses, addresses } from "../lib/src/stack/index.ts";
import { consume, type ConsumeReport, dropTable, hdfsFolders } from "../lib/src/texts/index.ts";
import { runUntilKilled } from "./fixtures/killed.ts";

const run = randomUUID().slice(0, 8);
const topic = `exactly-once-${run}`;
/** Each format with a table of its own, and how often each step is survived. */
const formats: readonly (readonly [format: FileFormat, table: string, occurrences: readonly number[]])[] = [
  ["parquet", `exactly_once_${run}`, [1, 2]],
  ["ndjson", `exactly_once_lines_${run}`, [1]],
];
const schema = await loadSchema("schemas/chunks.json");
const steps: readonly CommitStep[] = [
  "read",
  "labelled",
  "encoded",
  "staged",
  "model-saved",
  "renamed",
  "committed",
  "partition-added",
];

const subjects = ["sea wave harbour lighthouse storm", "bread flour oven yeast crust", "bishop rook pawn king check"];
const streams = Array.from({ length: 8 }, (_, index) => `/${index}.md`).map((uri, index) => ({
  uri,
  id: `stream-${index}-${run}`,
  chunks: Array.from(
    { length: 60 },
    (_, seq) => `${subjects[index % 3]} number ${seq}\tquoted "so" ${"é😀\r\n".repeat(seq % 4)}`,
  ),
}));
const total = streams.reduce((sum, { chunks }) => sum + chunks.length, 0);

let at: Addresses;
let hdfs: Hdfs;
let hive: HiveSession;

before(async () => {
  at = await addresses();
  hdfs = new Hdfs({ address: at.webhdfs });
  hive = await openHive({ address: at.hive });
  await ensureTopic({ broker: at.kafka, topic, partitions: 2 });
  await using producer = await BatchingProducer.open({ broker: at.kafka });
  for (let seq = 0; seq < 60; seq++) {
    for (const { uri, id, chunks } of streams) {
      // The date changes in the middle: the file must end there.
      const event_time = `2026-01-31T23:59:${String(seq).padStart(2, "0")}.000001Z`;
      const message = {
        agent_id: "Agent_Test",
        destination_uri: uri,
        event_time: seq < 30 ? event_time : event_time.replace("01-31", "02-01"),
        chunk: chunks[seq],
        stream_id: id,
        seq,
        is_last: seq === 59,
      };
      await producer.send({ topic, key: uri, value: JSON.stringify(message) });
    }
  }
  await producer.flush();
});

after(async () => {
  for (const [, table] of formats) await dropTable(hive, hdfs, table);
  await hive.close();
  await deleteTopics({ broker: at.kafka, topics: [topic] });
});

/** A run of the consumer to the end of the topic, as a member of a group of its own. */
function consumeAll(table: string, format: FileFormat, group: string): Promise<ConsumeReport> {
  return consume({
    addresses: at,
    schema,
    topic,
    table,
    format,
    group: `${table}-${group}`,
    clusters: 3,
    warmUp: 20,
    flushRecords: 10,
    once: true,
  });
}

async function publishedRanges(table: string): Promise<OffsetRange[]> {
  const ranges: OffsetRange[] = [];
  if (!(await hdfs.exists(`${hdfsFolders.warehouse}/${table}`))) return ranges; // killed before anything was made
  for await (const { name } of hdfs.walk(`${hdfsFolders.warehouse}/${table}`)) {
    if (name.startsWith("_")) continue; // the mark of the table's cluster
    const range = parseFileName(name);
    assert.ok(range, `${name} is not a data file`);
    ranges.push(range);
  }
  return ranges;
}

for (const [format, table, occurrences] of formats) {
  for (const occurrence of occurrences) {
    for (const step of steps) {
      test(`${format}: killed after "${step}" (${occurrence}. time), no offset is claimed twice`, async () => {
        const signal = await runUntilKilled("consume-and-die.ts", { topic, table, format, step, occurrence });
        assert.equal(
          signal,
          "SIGKILL",
          `the consumer reached the end before "${step}" was done ${occurrence} times: the test has too few messages`,
        );
        const { holes } = nextOffsets(await publishedRanges(table));
        assert.deepEqual(holes, []);
      });
    }
  }

  test(`${format}: started again, it ends with every message once`, async () => {
    const report = await consumeAll(table, format, "last");
    assert.equal(report.deadLetters, 0);
    const rows = await hive.query(
      `SELECT kafka_partition, kafka_offset, destination_uri, seq, chunk, event_date, CAST(event_time AS STRING) AS event_time, cluster, model_version FROM ${table}`,
    );
    assert.equal(rows.length, total);
    assert.equal(
      new Set(rows.map((row) => `${String(row["kafka_partition"])}/${String(row["kafka_offset"])}`)).size,
      total,
    );
    for (const { uri, chunks } of streams) {
      const ours = rows
        .filter((row) => row["destination_uri"] === uri)
        .sort((a, b) => Number(a["seq"]) - Number(b["seq"]));
      const sha = (text: string): string => createHash("sha256").update(text).digest("hex");
      assert.equal(
        sha(ours.map((row) => row["chunk"]).join("")),
        sha(chunks.join("")),
        `${uri} is rebuilt byte for byte`,
      );
    }
    for (const row of rows) {
      assert.equal(row["event_date"], Number(row["seq"]) < 30 ? "2026-01-31" : "2026-02-01");
      assert.ok(
        String(row["event_time"]).startsWith(String(row["event_date"])),
        `${String(row["event_time"])} lies on ${String(row["event_date"])}`,
      );
      assert.ok(Number(row["cluster"]) >= 0 && Number(row["cluster"]) < 3);
      assert.match(String(row["model_version"]), /^s42\.\d{6}$/);
    }
  });

  test(`${format}: once more, there is nothing left to do`, async () => {
    const report = await consumeAll(table, format, "idle");
    assert.deepEqual([report.rows, report.files], [0, 0]);
  });
}
