import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { isStreambookError } from "../../errors/index.ts";
import { Hdfs } from "../../hdfs/index.ts";
import { type HiveSession, openHive } from "../../hive/index.ts";
import { encodeParquet } from "../../ingest/index.ts";
import type { Field } from "../../schema/index.ts";
import { type Addresses, addresses } from "../../stack/index.ts";
import { ReplacedTable, type ReplacedTableOptions } from "./replaced-table.ts";

const name = `replaced_${randomUUID().slice(0, 8)}`;
const folder = `/streambook/test/${name}`;
const columns: readonly Field[] = [{ name: "n", type: "bigint", doc: "A number" }];
const partitions: readonly Field[] = [
  { name: "date", type: "string", doc: "" },
  { name: "hour", type: "string", doc: "" },
];
let at: Addresses;
let hdfs: Hdfs;
let hive: HiveSession;
let options: ReplacedTableOptions;
before(async () => {
  at = await addresses();
  hdfs = new Hdfs({ address: at.webhdfs });
  hive = await openHive({ address: at.hive });
  options = { addresses: at, name, columns, partitions, folder, madeBy: "test" };
});
after(async () => {
  await hive.execute(`DROP TABLE IF EXISTS ${name}`);
  await hive.close();
  await hdfs.remove(folder, { recursive: true });
  await hdfs.remove(`${folder}.attempts`, { recursive: true });
});

async function write(attempt: string, values: Readonly<Record<string, number>>, whole = true): Promise<string> {
  for (const [path, n] of Object.entries(values))
    await hdfs.write(`${attempt}/${path}/part-0.parquet`, await parquet(n));
  if (whole) await hdfs.write(`${attempt}/_SUCCESS`, Buffer.from(""));
  return attempt;
}

async function parquet(n: number): Promise<Uint8Array> {
  return encodeParquet(columns, [[BigInt(n)]]);
}

const rows = (): Promise<readonly object[]> => hive.query(`SELECT \`date\`, \`hour\`, n FROM ${name} ORDER BY 1, 2`);

test("an attempt's partitions become the table's, and the next attempt's replace them", async () => {
  await using table = await ReplacedTable.open(options);
  const first = await write(table.attempt(), { "date=2026-10-25/hour=00": 1, "date=2026-10-25/hour=01": 2 });
  assert.equal(await table.publish(first), 2);
  const second = await write(table.attempt(), { "date=2026-10-25/hour=01": 3, "date=2026-10-25/hour=02": 4 });
  assert.equal(await table.publish(second), 2);
  assert.equal(await table.publish(second), 2, "done twice, it is done once");
  const expected = [
    { date: "2026-10-25", hour: "00", n: 1 },
    { date: "2026-10-25", hour: "01", n: 3 },
    { date: "2026-10-25", hour: "02", n: 4 },
  ];
  assert.deepEqual(await rows(), expected);
  assert.ok(await hdfs.exists(`${first}/date=2026-10-25/hour=01`), "those who read it may go on");
  const third = await write(table.attempt(), { "date=2026-10-25/hour=01": 5 });
  await table.publish(third);
  assert.equal(await hdfs.exists(`${first}/date=2026-10-25/hour=01`), false, "but not for ever");
  assert.deepEqual((await rows())[1], { date: "2026-10-25", hour: "01", n: 5 });
  assert.equal((await table.partitions()).length, 3);
});

test("folders of the table become partitions, and can be replaced, too", async () => {
  await using table = await ReplacedTable.open(options);
  await write(folder, { "date=2026-10-26/hour=00": 10 }, false);
  await table.add([{ date: "2026-10-26", hour: "00" }]);
  assert.deepEqual((await rows())[3], { date: "2026-10-26", hour: "00", n: 10 });
  await table.publish(await write(table.attempt(), { "date=2026-10-26/hour=00": 11 }));
  assert.deepEqual((await rows())[3], { date: "2026-10-26", hour: "00", n: 11 });
});

test("an attempt that was not written to its end changes nothing", async () => {
  await using table = await ReplacedTable.open(options);
  const before = await rows();
  const half = await write(table.attempt(), { "date=2026-10-25/hour=00": 99 }, false);
  await assert.rejects(table.publish(half), (error) => isStreambookError(error, "USAGE"));
  assert.deepEqual(await rows(), before);
});

test("a table of that name with other columns is named", async () => {
  const other = { ...options, columns: [{ name: "n", type: "string", doc: "" }] as const };
  await assert.rejects(ReplacedTable.open(other), /has other columns: \(n bigint, .*should have \(n string/);
});
