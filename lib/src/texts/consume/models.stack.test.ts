import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Hdfs } from "../../hdfs/index.ts";
import { silentLogger } from "../../log/index.ts";
import { addresses } from "../../stack/index.ts";
import { hdfsFolders } from "../folders.ts";
import type { Labeller } from "./labeller.ts";
import { ModelStore } from "./models.ts";

const table = `models_test_${randomUUID().slice(0, 8)}`;
const folder = `${hdfsFolders.models}/${table}`;
let hdfs: Hdfs;

before(async () => {
  hdfs = new Hdfs({ address: (await addresses()).webhdfs });
});
after(() => hdfs.remove(folder, { recursive: true }));

/** What a store needs of a labeller that has learned so many times. */
const learned = (updates: number): Labeller =>
  ({ updates, save: () => Buffer.from(`${updates}`) }) as unknown as Labeller;

async function kept(): Promise<number[]> {
  return (await hdfs.list(folder)).map(({ name }) => Number(name.split("+")[1])).sort((a, b) => a - b);
}

test("a store keeps its three newest models, and never removes one that another store has saved", async () => {
  const [quick, slow] = [new ModelStore(hdfs, table, silentLogger), new ModelStore(hdfs, table, silentLogger)];
  assert.equal(await quick.load(), undefined);
  assert.equal(await slow.load(), undefined);
  for (const updates of [99, 100, 101, 102]) await quick.save(learned(updates), { final: true });
  assert.deepEqual(await kept(), [100, 101, 102]);
  await slow.save(learned(10), { final: true });
  assert.deepEqual(await kept(), [10, 100, 101, 102], "the model that its rows will name is there");
  for (const updates of [11, 12, 13]) await slow.save(learned(updates), { final: true });
  assert.deepEqual(await kept(), [11, 12, 13, 100, 101, 102]);
  await quick.save(learned(102), { final: true });
  assert.deepEqual(await kept(), [11, 12, 13, 100, 101, 102], "what has learned nothing is not saved again");
});
