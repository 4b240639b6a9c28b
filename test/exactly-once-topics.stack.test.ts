/** The promise of exactly once for several topics read by one process: killed after every step, nothing is lost or doubled in any. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { type CommitStep, ingest, type IngestReport, nextOffsets, topicLayout } from "../lib/src/ingest/index.ts";
import { BatchingProducer, deadLetterTopic, deleteTopics, ensureTopic } from "../lib/src/kafka/index.ts";
import { type Addresses, addresses } from "../lib/src/stack/index.ts";
import { clickOf, type Kind, kinds, topicsIn } from "./fixtures/clicks.ts";
import { runUntilKilled } from "./fixtures/killed.ts";

const run = randomUUID().slice(0, 8);
const root = `/streambook/test-${run}`;
const topicOf = (kind: Kind): string => `${kind}_${run}`;
/** Messages of each topic that can be read; beside them there are two that cannot. */
const COUNT = 120;
const layout = topicLayout();

/** After which step the process is killed, and the how manieth time it is done for one of the topics. */
const kills: readonly (readonly [step: CommitStep, occurrence: number])[] = [
  ["read", 1],
  ["labelled", 1],
  ["encoded", 2],
  ["staged", 3],
  ["model-saved", 1],
  ["renamed", 1],
  ["renamed", 4],
  ["committed", 2],
  ["partition-added", 3],
];

let at: Addresses;
let hdfs: Hdfs;

before(async () => {
  at = await addresses();
  hdfs = new Hdfs({ address: at.webhdfs });
  await using producer = await BatchingProducer.open({ broker: at.kafka });
  for (const kind of kinds) {
    const topic = topicOf(kind);
    await ensureTopic({ broker: at.kafka, topic, partitions: 2 });
    for (let i = 0; i < COUNT; i++) {
      await producer.send({ topic, key: `user ${i % 8}`, value: JSON.stringify(clickOf(kind, i)) });
      if (i === 20 || i === 90) await producer.send({ topic, key: `user ${i % 8}`, value: `{"id": ${i}}` });
    }
  }
  await producer.flush();
});

after(async () => {
  await hdfs.remove(root, { recursive: true });
  const topics = kinds.map(topicOf);
  await deleteTopics({ broker: at.kafka, topics: [...topics, ...topics.map(deadLetterTopic)] });
});

function ingestAll(folder: string): Promise<IngestReport> {
  const group = `${folder}-${randomUUID()}`;
  return ingest({ addresses: at, topics: topicsIn(folder, run), group, flushRecords: 10, once: true, threads: 2 });
}

interface StoredFile {
  readonly path: string;
  readonly lines: readonly string[];
}

/** The data files of a topic, each with the path from the topic's folder. */
async function filesOf(folder: string, kind: Kind): Promise<StoredFile[]> {
  const own = `${folder}/topic=${topicOf(kind)}`;
  const files: StoredFile[] = [];
  if (!(await hdfs.exists(own))) return files; // killed before anything was made
  for await (const { path } of hdfs.walk(own)) {
    const name = path.slice(own.length + 1);
    if (name.startsWith("_")) continue; // the mark of the cluster, and what is staged
    const text = (await hdfs.read(path)).toString("utf8");
    files.push({ path: name, lines: text.split("\n").slice(0, -1) });
  }
  return files;
}

/** Checks that no file claims what another does, and that none is missing between them. */
async function checkRanges(folder: string): Promise<void> {
  for (const kind of kinds) {
    const ranges = (await filesOf(folder, kind)).map(
      ({ path }) => layout.parse(path) ?? assert.fail(`${path} is not a data file`),
    );
    assert.deepEqual(nextOffsets(ranges).holes, []);
  }
}

/** Checks that every message of every topic is one line, in a file of its hour whose range it belongs to. */
async function checkWhole(folder: string): Promise<void> {
  for (const kind of kinds) {
    const found: string[] = [];
    for (const { path, lines } of await filesOf(folder, kind)) {
      const range = layout.parse(path) ?? assert.fail(`${path} is not a data file`);
      for (const line of lines) {
        const { kafka_partition, kafka_offset, ...message } = JSON.parse(line) as Record<string, unknown>;
        assert.equal(kafka_partition, range.partition);
        const offset = BigInt(kafka_offset as number);
        assert.ok(offset >= range.first && offset <= range.last, `${path} holds the offset ${offset}`);
        if (range.period !== undefined) assert.ok(String(message["at"]).startsWith(range.period), `${line} in ${path}`);
        found.push(JSON.stringify(message));
      }
    }
    const sent = Array.from({ length: COUNT }, (_, i) => JSON.stringify(clickOf(kind, i)));
    assert.deepEqual(found.sort(), sent.sort());
  }
}

for (const [index, [step, occurrence]] of kills.entries()) {
  const kind = kinds[index % kinds.length] as Kind;
  test(`killed after "${step}" of ${kind} (${occurrence}. time), and started again: every message once, in its hour`, async () => {
    const folder = `${root}/${step}-${occurrence}`;
    const signal = await runUntilKilled("ingest-and-die.ts", { run, folder, kind, step, occurrence });
    assert.equal(signal, "SIGKILL", `"${step}" was not done ${occurrence} times: the test has too few messages`);
    await checkRanges(folder);
    await ingestAll(folder);
    await checkWhole(folder);
  });
}

test("killed again and again, it ends with every message once, and there is nothing left to do", async () => {
  const folder = `${root}/again`;
  for (const [index, [step]] of kills.entries()) {
    const kind = kinds[(index + 1) % kinds.length] as Kind;
    await runUntilKilled("ingest-and-die.ts", { run, folder, kind, step, occurrence: 1 });
    await checkRanges(folder);
  }
  await ingestAll(folder);
  await checkRanges(folder);
  await checkWhole(folder);
  const { read, rows, files } = await ingestAll(folder);
  assert.deepEqual([read, rows, files], [0, 0, 0]);
});
