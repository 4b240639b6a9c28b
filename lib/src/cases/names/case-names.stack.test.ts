import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { isStreambookError } from "../../errors/index.ts";
import { Hdfs } from "../../hdfs/index.ts";
import { type HiveSession, openHive } from "../../hive/index.ts";
import { BatchingProducer, deadLetterTopic, deleteTopics, topicOffsets } from "../../kafka/index.ts";
import { type Addresses, addresses } from "../../stack/index.ts";
import { ReplacedTable } from "../table/replaced-table.ts";
import { CaseNames } from "./case-names.ts";

const run = randomUUID().slice(0, 8);
const topic = `names-${run}`;
const table = `names_${run}`;
const one = { name: "test", topics: [{ topic, partitions: 2 }], tables: [table], folder: `/streambook/test-${run}` };
let at: Addresses;
let hdfs: Hdfs;
let hive: HiveSession;
before(async () => {
  at = await addresses();
  hdfs = new Hdfs({ address: at.webhdfs });
  hive = await openHive({ address: at.hive });
});
after(async () => {
  await hive.execute(`DROP TABLE IF EXISTS ${table}`);
  await hive.close();
  const topics = [topic, deadLetterTopic(topic)];
  await deleteTopics({ broker: at.kafka, topics });
  await hdfs.remove(one.folder, { recursive: true });
  for (const each of topics) await hdfs.remove(`/streambook/marks/topic/${each}.json`);
});

async function send(): Promise<void> {
  await using producer = await BatchingProducer.open({ broker: at.kafka });
  await producer.send({ topic, key: "k", value: "{}" });
}

async function messages(): Promise<number> {
  const ranges = [...(await topicOffsets({ broker: at.kafka, topic })).values()];
  return ranges.reduce((sum, { low, high }) => sum + Number(high - low), 0);
}

const notOurs = (said: RegExp) => (error: unknown) => isStreambookError(error, "NOT_OURS") && said.test(error.message);

test("a run removes what the last one has left, and begins with empty topics of the case's partitions", async () => {
  {
    await using _names = await CaseNames.take(one, { addresses: at });
    await send();
    await hdfs.write(`${one.folder}/file`, Buffer.from("x"));
    const columns = [{ name: "n", type: "int", doc: "" }] as const;
    const partitions = [{ name: "day", type: "string", doc: "" }] as const;
    const folder = `${one.folder}/${table}`;
    await (
      await ReplacedTable.open({ ...{ addresses: at, name: table, columns, partitions, folder }, madeBy: "test" })
    )[Symbol.asyncDispose]();
  }
  await using _names = await CaseNames.take(one, { addresses: at });
  assert.equal(await messages(), 0);
  assert.equal((await topicOffsets({ broker: at.kafka, topic })).size, 2);
  assert.equal(await hdfs.exists(one.folder), false);
  assert.deepEqual(await hive.query(`SHOW TABLES LIKE '${table}'`), []);
});

test("messages that were sent after the last run are not removed, unless that is permitted", async () => {
  await send();
  await assert.rejects(CaseNames.take(one, { addresses: at }), notOurs(/sent after the last run/));
  assert.equal(await messages(), 1);
  await using _names = await CaseNames.take(one, { addresses: at, replace: true });
  assert.equal(await messages(), 0);
});

test("a table that the case has not made is not removed, unless that is permitted", async () => {
  await hive.execute(`CREATE TABLE ${table} (n INT)`);
  await assert.rejects(CaseNames.take(one, { addresses: at }), notOurs(/was not made by test/));
  assert.equal((await hive.query(`SHOW TABLES LIKE '${table}'`)).length, 1);
  await using _names = await CaseNames.take(one, { addresses: at, replace: true });
  assert.deepEqual(await hive.query(`SHOW TABLES LIKE '${table}'`), []);
});
