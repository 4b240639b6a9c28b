import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { after, before, beforeEach, suite, test } from "node:test";
import { Hdfs } from "../../hdfs/index.ts";
import { type HiveSession, openHive } from "../../hive/index.ts";
import { placeColumns, tableDestination } from "../../ingest/index.ts";
import { HiveTable } from "../../ingest/files/hive-table.ts";
import { BatchingProducer, deadLetterTopic, deleteTopics, ensureTopic, topicOffsets } from "../../kafka/index.ts";
import { loadSchema, type Schema } from "../../schema/index.ts";
import { type Addresses, addresses, projectFolder } from "../../stack/index.ts";
import { clusterColumns } from "../consume/chunk-table.ts";
import { createViewOf, dropTable, hdfsFolders } from "../folders.ts";
import { RUN_PROPERTIES, runLog, RunNames } from "./run-names.ts";

suite("the names of a run", () => {
  let at: Addresses;
  let hdfs: Hdfs;
  let hive: HiveSession;
  let schema: Schema;
  let [topic, table] = ["", ""];
  const used: [topic: string, table: string][] = [];

  before(async () => {
    at = await addresses();
    hdfs = new Hdfs({ address: at.webhdfs });
    hive = await openHive({ address: at.hive });
    schema = await loadSchema(join(projectFolder(), "schemas", "chunks.json"));
  });
  beforeEach(() => {
    const id = randomUUID().slice(0, 8);
    [topic, table] = [`names-${id}`, `names_${id}`];
    used.push([topic, table]);
  });
  after(async () => {
    for (const [topic, table] of used) {
      await dropTable(hive, hdfs, table);
      await deleteTopics({ broker: at.kafka, topics: [topic, deadLetterTopic(topic)] });
      const marks = [topic, deadLetterTopic(topic)].map((name) => `topic/${name}`);
      for (const mark of [...marks, `table/${table}`]) await hdfs.remove(`/streambook/marks/${mark}.json`);
      await hdfs.remove(runLog(table), { recursive: true });
    }
    await hive.close();
    hdfs.close();
  });

  const take = (more: { replace?: boolean } = {}): Promise<RunNames> =>
    RunNames.take({ addresses: at, topic, table, ...more });

  async function runToItsEnd(): Promise<void> {
    await using _names = await take();
    await send(topic);
    await makeTable(RUN_PROPERTIES);
  }
  async function send(to: string): Promise<void> {
    await ensureTopic({ broker: at.kafka, topic: to, partitions: 1 });
    await using producer = await BatchingProducer.open({ broker: at.kafka });
    await producer.send({ topic: to, key: "k", value: "somebody's message" });
  }
  async function makeTable(properties?: Readonly<Record<string, string>>): Promise<void> {
    const columns = [...clusterColumns, ...placeColumns];
    const names = [...schema.fields, ...columns].map(({ name }) => name);
    const dateColumn = { name: "event_date", type: "string", doc: "" } as const;
    const views = [createViewOf(table, names, properties) ?? assert.fail("no view")];
    const { folder, layout } = tableDestination({ name: table, dateColumn });
    await hdfs.mkdirs(folder);
    await using made = new HiveTable({
      name: table,
      views,
      properties,
      hive: at.hive,
      schema,
      columns,
      layout,
      folder,
    });
    await made.create();
  }
  async function messagesIn(name: string): Promise<number> {
    const offsets = await topicOffsets({ broker: at.kafka, topic: name });
    return [...offsets.values()].reduce((sum, { low, high }) => sum + Number(high - low), 0);
  }
  const refused = (message: RegExp): Promise<void> => assert.rejects(take(), { code: "NOT_OURS", message });

  test("what a run has made, the next one replaces; also when the first was killed", async () => {
    await runToItsEnd();
    const killed = await take(); // never disposed
    assert.equal(await messagesIn(topic), 0);
    await send(topic);
    await makeTable(RUN_PROPERTIES);
    await using _next = await take();
    assert.ok(killed instanceof RunNames);
    assert.equal(await messagesIn(topic), 0);
    const tables = await hive.query("SHOW TABLES");
    assert.ok(!tables.some((row) => String(row["tab_name"]).startsWith(table)));
  });

  test("a topic with somebody's messages is refused, and replaced only when that is asked for", async () => {
    await send(topic);
    await assert.rejects(take(), {
      code: "NOT_OURS",
      message: new RegExp(`^the topic ${topic} holds messages that no run has sent, `),
      hint: { change: ["topic", "table"], replace: true },
    });
    assert.equal(await messagesIn(topic), 1);
    await using _names = await take({ replace: true });
    assert.equal(await messagesIn(topic), 0);
  });

  test("messages that came after a run are somebody's; those of dead letters too", async () => {
    await runToItsEnd();
    await send(topic);
    await refused(new RegExp(`^the topic ${topic} holds messages that were sent after the last run`));
    await (await take({ replace: true }))[Symbol.asyncDispose]();
    await send(deadLetterTopic(topic));
    await refused(new RegExp(`^the topic ${deadLetterTopic(topic)} holds messages that were sent after`));
  });

  test("a topic of another cluster is another topic", async () => {
    await runToItsEnd();
    const mark = `/streambook/marks/topic/${topic}.json`;
    const said = JSON.parse((await hdfs.read(mark)).toString()) as object;
    await hdfs.write(mark, Buffer.from(JSON.stringify({ ...said, cluster: "another" })), { overwrite: true });
    await refused(/holds messages that no run has sent/);
  });

  test("a table and a view that no run has made are refused", async () => {
    await makeTable();
    await refused(new RegExp(`^the table ${table} was not made by a run`));
    await hive.execute(`DROP TABLE ${table}`);
    await refused(new RegExp(`^the view ${table}_text was not made by a run`));
    await hive.execute(`DROP VIEW ${table}_text`);
    await using _names = await take(); // empty folders are nobody's
  });

  for (const folder of ["warehouse", "staging", "models"] as const) {
    test(`files in the table's folder of the ${folder} that no run has written are refused`, async () => {
      const file = `${hdfsFolders[folder]}/${table}/mine`;
      await hdfs.write(file, Buffer.from("years of work"));
      await refused(new RegExp(`^HDFS holds ${file}, which no run has written`));
      assert.equal((await hdfs.read(file)).toString(), "years of work");
    });
  }

  test("rows of another topic in the table of a run are somebody's", async () => {
    await runToItsEnd();
    const zeros = "0".repeat(19);
    const file = `${hdfsFolders.warehouse}/${table}/event_date=2026-01-01/other+0+${zeros}+${zeros}.parquet`;
    await hdfs.write(file, Buffer.from("rows"));
    await refused(/^HDFS holds .*other\+0\+.*, which no run has written/);
    assert.ok(await hdfs.exists(file));
  });
});
