/** `streambook ingest` as a user calls it: three topics into NDJSON by hour, stopped and started again. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { topicLayout } from "../lib/src/ingest/index.ts";
import { BatchingProducer, deadLetterTopic, deleteTopics, ensureTopic } from "../lib/src/kafka/index.ts";
import { type Addresses, addresses } from "../lib/src/stack/index.ts";
import { clickOf, type Kind, kinds, schemas } from "./fixtures/clicks.ts";
import { command, start } from "./fixtures/command.ts";

const run = randomUUID().slice(0, 8);
const folder = `/streambook/test-command-${run}`;
const topicOf = (kind: Kind): string => `${kind}_${run}`;
const COUNT = 40;
let at: Addresses;
let hdfs: Hdfs;
let files: string;
let topics: readonly string[];

before(async () => {
  at = await addresses();
  hdfs = new Hdfs({ address: at.webhdfs });
  files = await mkdtemp(join(tmpdir(), "streambook-ingest-"));
  for (const kind of kinds) await writeFile(join(files, `${kind}.json`), JSON.stringify(schemas[kind]));
  topics = [
    ...["--topic", `${topicOf("views")},${topicOf("events")}`, "--topic", topicOf("sales")],
    ...kinds.flatMap((kind) => ["--schema-file", `${topicOf(kind)}=${join(files, `${kind}.json`)}`]),
    ...["--to", folder],
  ];
  for (const kind of kinds) await ensureTopic({ broker: at.kafka, topic: topicOf(kind), partitions: 3 });
  await send(0, COUNT);
});

after(async () => {
  await rm(files, { recursive: true });
  await hdfs.remove(folder, { recursive: true });
  const all = kinds.map(topicOf);
  await deleteTopics({ broker: at.kafka, topics: [...all, ...all.map(deadLetterTopic)] });
});

/** Sends messages of every topic, and one that cannot be read to the first. */
async function send(from: number, to: number): Promise<void> {
  await using producer = await BatchingProducer.open({ broker: at.kafka });
  for (let i = from; i < to; i++)
    for (const kind of kinds)
      await producer.send({ topic: topicOf(kind), key: `user ${i % 9}`, value: JSON.stringify(clickOf(kind, i)) });
  if (from === 0) await producer.send({ topic: topicOf("views"), value: "no message" });
  await producer.flush();
}

/** How many rows each topic has on HDFS, each in a file whose name and folders the layout knows. */
async function rowsOnHdfs(): Promise<number[]> {
  const counts: number[] = [];
  for (const kind of kinds) {
    const own = `${folder}/topic=${topicOf(kind)}`;
    const ids = new Set<string>();
    let lines = 0;
    for await (const { path } of hdfs.walk(own)) {
      if (path.startsWith(`${own}/_`)) continue; // the mark of the cluster, and what is staged
      assert.ok(topicLayout().parse(path.slice(own.length + 1))?.period, path);
      for (const line of (await hdfs.read(path)).toString().split("\n").slice(0, -1)) {
        ids.add((JSON.parse(line) as { id: string }).id);
        lines++;
      }
    }
    assert.equal(ids.size, lines, `${kind}: no message twice`);
    counts.push(lines);
  }
  return counts;
}

test("--once takes what is there, and reports each topic and all together", async () => {
  const { code, stderr } = await command("ingest", [...topics, "--once"]);
  assert.equal(code, 0, stderr);
  for (const [kind, rest] of [
    ["views", `${COUNT + 1} messages read, ${COUNT} rows in \\d+ files, 1 dead letter \\(views_${run}-dead-letter\\)`],
    ["events", `${COUNT} messages read, ${COUNT} rows in \\d+ files`],
    ["sales", `${COUNT} messages read, ${COUNT} rows in \\d+ files`],
  ] as const)
    assert.match(stderr, new RegExp(`^ingest: ${topicOf(kind)}: ${rest}, in ${folder}/topic=${topicOf(kind)}$`, "m"));
  assert.match(
    stderr,
    new RegExp(
      `^ingest: ${3 * COUNT + 1} messages read, ${3 * COUNT} rows in \\d+ files, 1 dead letter, [\\d.]+ s$`,
      "m",
    ),
  );
  assert.deepEqual(await rowsOnHdfs(), [COUNT, COUNT, COUNT]);
});

test("Ctrl-C flushes what was read, and ends with 0; killed and started again, nothing is lost or doubled", async () => {
  const stopped = start("ingest", [...topics, "--flush-seconds", "600"]);
  await stopped.said(/reads views_/);
  await send(COUNT, COUNT + 30);
  await stopped.said(/9\d messages read/);
  stopped.child.kill("SIGINT");
  const { code, stderr } = await stopped.ended;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^ingest: 90 messages read, 90 rows in \d+ files, /m);
  const killed = start("ingest", [...topics, "--flush-records", "5"]);
  await killed.said(/reads views_/);
  await send(COUNT + 30, COUNT + 90);
  await killed.said(/rows in [1-9]\d* files/);
  killed.child.kill("SIGKILL");
  await killed.ended;
  assert.equal((await command("ingest", [...topics, "--once", "--group", `after ${run}`])).code, 0);
  assert.deepEqual(await rowsOnHdfs(), [COUNT + 90, COUNT + 90, COUNT + 90]);
});

test("what does not fit what is there is refused in one line", async () => {
  const [host] = at.kafka.split(":"); // of which the port alone is given
  for (const [words, message] of [
    [["--by", "date"], /^streambook: the folder .* holds .*, and files by date cannot stand beside it/m],
    [["--format", "parquet"], /^streambook: the folder .* holds .*, and files of the format parquet cannot/m],
    [["--kafka-broker-port", "1"], new RegExp(`^streambook: .* ${host}:1 `, "m")],
  ] as const) {
    const { code, stderr } = await command("ingest", [...topics, "--once", ...words]);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^\s+at /m);
    assert.equal(code, words[0] === "--kafka-broker-port" ? 1 : 2);
  }
});
