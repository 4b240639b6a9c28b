/** Several topics by one process, on the running stack; `test/exactly-once-topics.stack.test.ts` kills it after every step. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { withTimeout } from "../async/index.ts";
import { Hdfs } from "../hdfs/index.ts";
import { type HiveSession, openHive } from "../hive/index.ts";
import { BatchingProducer, deadLetterTopic, deleteTopics, ensureTopic, openConsumers } from "../kafka/index.ts";
import type { Schema } from "../schema/index.ts";
import { type Addresses, addresses } from "../stack/index.ts";
import { ingest, type IngestOptions, type IngestReport } from "./ingest.ts";
import { topicLayout } from "./files/layout.ts";
import type { TopicOptions } from "./topic-options.ts";

const run = randomUUID().slice(0, 8);
const root = `/streambook/test-ingest-${run}`;
const topics: string[] = [];
const tables: string[] = [];
let at: Addresses;
let hdfs: Hdfs;
let hive: HiveSession;

before(async () => {
  at = await addresses();
  hdfs = new Hdfs({ address: at.webhdfs });
  hive = await openHive({ address: at.hive });
});

after(async () => {
  for (const table of tables) await hive.execute(`DROP TABLE IF EXISTS ${table}`);
  await hive.close();
  await hdfs.remove(root, { recursive: true });
  await deleteTopics({ broker: at.kafka, topics: topics.flatMap((topic) => [topic, deadLetterTopic(topic)]) });
});

const schema: Schema = {
  name: "views",
  fields: [
    { name: "id", type: "int", doc: "" },
    { name: "at", type: "timestamp", doc: "" },
    { name: "page", type: "string", nullable: true, doc: "" },
  ],
};

/** The i-th message: a quarter of an hour after the one before. */
const message = (i: number): string =>
  JSON.stringify({
    id: i,
    at: new Date(Date.UTC(2026, 0, 31, 23, 15 * i)).toISOString(),
    ...(i % 2 ? { page: `/${i}` } : {}),
  });

async function send(topic: string, values: readonly string[]): Promise<void> {
  await using producer = await BatchingProducer.open({ broker: at.kafka });
  for (const [i, value] of values.entries()) await producer.send({ topic, key: `k${i % 8}`, value });
  await producer.flush();
}

/** Topics of their own with so many messages each, and a folder of their own. */
async function prepared(...counts: readonly number[]): Promise<TopicOptions[]> {
  const folder = `${root}/${randomUUID().slice(0, 8)}`;
  const made: TopicOptions[] = [];
  for (const count of counts) {
    const topic = `ingest-test-${randomUUID().slice(0, 8)}`;
    topics.push(topic);
    await ensureTopic({ broker: at.kafka, topic, partitions: 2 });
    await send(
      topic,
      Array.from({ length: count }, (_, i) => message(i)),
    );
    made.push({ topic, schema, timeField: "at", folder, layout: topicLayout() });
  }
  return made;
}

const ingestOnce = (given: readonly TopicOptions[], options: Partial<IngestOptions> = {}): Promise<IngestReport> =>
  ingest({ addresses: at, topics: given, group: randomUUID(), once: true, threads: 1, ...options });

/** The data files of a topic by path from its folder, with the ids of their rows. */
async function idsByFile({ folder, topic }: TopicOptions): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  const own = `${folder}/topic=${topic}`;
  for await (const { path } of hdfs.walk(own)) {
    if (path.startsWith(`${own}/_`)) continue; // the mark of the cluster, and what is staged
    const lines = (await hdfs.read(path)).toString("utf8").split("\n").slice(0, -1);
    found.set(
      path.slice(own.length + 1),
      lines.map((line) => (JSON.parse(line) as { id: number }).id),
    );
  }
  return found;
}

async function idsOf(topic: TopicOptions): Promise<number[]> {
  return [...(await idsByFile(topic)).values()].flat().sort((a, b) => a - b);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

test("each topic goes to its own folder, each message to the file of its hour, late ones too", async () => {
  const [views, sales] = (await prepared(12, 0)) as [TopicOptions, TopicOptions];
  await send(views.topic, [message(0), message(40)]); // an hour that is long over, and the next day
  await send(sales.topic, [message(7), "not a message"]);
  const report = await ingestOnce([views, sales]);
  assert.deepEqual(
    report.topics.map(({ topic, read, rows, deadLetters }) => [topic, read, rows, deadLetters]),
    [
      [views.topic, 14, 14, 0],
      [sales.topic, 2, 1, 1],
    ],
  );
  assert.deepEqual([report.read, report.rows, report.deadLetters], [16, 15, 1]);
  for (const topic of [views, sales])
    for (const [path, ids] of await idsByFile(topic)) {
      const [, date, hour, first, last] =
        new RegExp(`^date=(.*)/hour=(.*)/${topic.topic}_\\d_(\\d{19})-(\\d{19})\\.json$`).exec(path) ??
        assert.fail(path);
      assert.ok(Number(last) - Number(first) + 1 >= ids.length, path);
      for (const id of ids) assert.ok(message(id).includes(`"${date}T${hour}:`), `${id} in ${path}`);
    }
  assert.deepEqual(await idsOf(views), [0, ...upTo(12), 40]);
  assert.deepEqual(await idsOf(sales), [7]);
});

for (const [format, by] of [
  ["ndjson", "hour"],
  ["parquet", "date"],
] as const) {
  test(`a Hive table over files of ${format} by ${by} has every row, and finds them by their time`, async () => {
    const [views, sales] = (await prepared(20, 5)) as [TopicOptions, TopicOptions];
    const name = `ingest_test_${randomUUID().slice(0, 8)}`;
    tables.push(name);
    const layout = topicLayout({ by, format });
    await ingestOnce([
      { ...views, layout, table: { name } },
      { ...sales, layout },
    ]);
    const rows = await hive.query(`SELECT * FROM ${name} t ORDER BY id`);
    assert.deepEqual(
      rows.map((row) => row["id"]),
      upTo(20),
    );
    assert.deepEqual([rows[3]?.["page"], rows[4]?.["page"]], ["/3", null]);
    const where = by === "hour" ? "`date` = '2026-02-01' AND hour = '01'" : "`date` = '2026-01-31'";
    const found = await hive.query(`SELECT id FROM ${name} WHERE ${where} ORDER BY id`);
    assert.deepEqual(
      found.map((row) => row["id"]),
      by === "hour" ? [8, 9, 10, 11] : [0, 1, 2, 3],
    );
    await hive.execute(`DROP TABLE ${name}`);
    assert.equal((await ingestOnce([{ ...views, layout, table: { name } }])).read, 0);
    const again = await hive.query(`SELECT COUNT(*) AS n FROM ${name}`);
    assert.equal(Number(again[0]?.["n"]), 20, "a table that is made later finds what is there");
  });
}

test("a topic keeps to its format and to its layout: anything else is refused, and nothing is written", async () => {
  const [views] = (await prepared(6)) as [TopicOptions];
  await ingestOnce([views]);
  for (const [layout, expected] of [
    [
      topicLayout({ by: "date" }),
      /holds .*hour=.*, and files by date cannot stand beside it; use the same partitioning/,
    ],
    [
      topicLayout({ format: "parquet" }),
      /\.json, and files of the format parquet cannot stand beside it; use the same format/,
    ],
  ] as const)
    await assert.rejects(ingestOnce([{ ...views, layout }]), { code: "USAGE", message: expected });
  assert.deepEqual(await idsOf(views), upTo(6));
});

test("a topic whose rows are slow does not hold up the others", async () => {
  const [slow, quick] = (await prepared(60, 60)) as [TopicOptions, TopicOptions];
  const quickIsDone = Promise.withResolvers<void>();
  let published = 0;
  const report = await withTimeout("both topics", 60_000, () =>
    ingestOnce([slow, quick], {
      async onStep(step, range) {
        if (range.startsWith(slow.topic) && step === "labelled") await quickIsDone.promise;
        if (!range.startsWith(quick.topic) || step !== "partition-added") return;
        const [, first, last] = / (\d+)…(\d+)$/.exec(range) ?? [];
        published += Number(last) - Number(first) + 1;
        if (published === 60) quickIsDone.resolve();
      },
    }),
  );
  assert.deepEqual(
    report.topics.map(({ rows }) => rows),
    [60, 60],
  );
});

test("a process that slept longer than its group waits goes on, also in topics of which it had read all", async () => {
  const [views, empty] = (await prepared(40, 0)) as [TopicOptions, TopicOptions];
  let slept = false;
  const report = await withTimeout("the run to end", 60_000, () =>
    ingestOnce([views, empty], {
      onStep(step) {
        if (step !== "encoded" || slept) return;
        slept = true;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 9500);
      },
    }),
  );
  assert.equal(report.rows, 40);
  assert.deepEqual(await idsOf(views), upTo(40));
});

test("a topic that cannot go on ends the run, and the others keep what they have", async () => {
  const [views, sales] = (await prepared(30, 30)) as [TopicOptions, TopicOptions];
  await ingestOnce([sales]);
  const files = [...(await idsByFile(sales)).keys()];
  const name = (files[0] ?? "").replace(/.*\//, "");
  await hdfs.mkdirs(`${sales.folder}/topic=${sales.topic}/date=2027-01-01/hour=00`);
  await hdfs.write(`${sales.folder}/topic=${sales.topic}/date=2027-01-01/hour=00/${name}`, Buffer.from(""));
  await assert.rejects(
    withTimeout("the run to end", 30_000, () => ingestOnce([views, sales])),
    (error: Error) => {
      assert.match(error.message, /two data files claim the same offsets: date=.*\.json and date=.*\.json/);
      return (error as Error & { code: string }).code === "OFFSETS_OVERLAP";
    },
  );
  await ingestOnce([views]);
  assert.deepEqual(await idsOf(views), upTo(30));
});

test("two processes of one group share all topics; one stops, and nothing is lost or doubled", async () => {
  const given = await prepared(80, 80);
  const group = randomUUID();
  const stops = [new AbortController(), new AbortController()];
  const rows = [0, 0];
  const runs = stops.map(({ signal }, i) =>
    ingest({
      addresses: at,
      topics: given,
      group,
      threads: 1,
      flushRecords: 10,
      flushSeconds: 0.3,
      signal,
      onProgress: (progress) => void (rows[i] = progress.rows),
    }),
  );
  const failed = Promise.race(runs).then(() => assert.fail("a process has ended before it was stopped"));
  failed.catch(() => undefined);
  const tick = (): Promise<void> => Promise.race([setTimeout(200), failed]);
  let sent = 80;
  while (rows.includes(0)) {
    await tick();
    for (const { topic } of given)
      await send(
        topic,
        [...Array(8).keys()].map((i) => message(sent + i)),
      );
    sent += 8;
  }
  stops[1]?.abort();
  const second = await runs[1];
  await withTimeout("the first one to write the rest", 60_000, async () => {
    while ((rows[0] ?? 0) + (second?.rows ?? 0) < sent * given.length) await setTimeout(200);
  });
  stops[0]?.abort();
  await runs[0];
  for (const topic of given) assert.deepEqual(await idsOf(topic), upTo(sent));
});

test("a run that reads once waits for what a member that reads no more has of the partitions", async () => {
  const given = await prepared(40, 40);
  const group = randomUUID();
  const positions = (): Promise<Map<number, bigint>> => Promise.resolve(new Map<number, bigint>());
  const idle = await openConsumers({
    broker: at.kafka,
    group,
    topics: given.map(({ topic }) => ({ topic, positions })),
  });
  const shares: number[] = [];
  const running = ingestOnce(given, {
    group,
    onProgress: () => void shares.push(idle.reduce((sum, { assignment }) => sum + assignment.length, 0)),
  });
  await setTimeout(4000); // its own share takes less
  await idle[0]?.close();
  assert.equal((await running).rows, 80);
  assert.ok(shares.includes(2), "the other member had its share of the partitions");
  for (const topic of given) assert.deepEqual(await idsOf(topic), upTo(40));
});

test("a folder belongs to one Kafka cluster", async () => {
  const [views] = (await prepared(3)) as [TopicOptions];
  await ingestOnce([views]);
  const mark = `${views.folder}/topic=${views.topic}/_kafka-cluster`;
  await hdfs.write(mark, Buffer.from("another-cluster\n"), { overwrite: true });
  await assert.rejects(ingestOnce([views]), {
    code: "WRONG_CLUSTER",
    message: /^the folder \/streambook\/.*\/topic=.* holds messages of the Kafka cluster another-cluster/,
  });
});
