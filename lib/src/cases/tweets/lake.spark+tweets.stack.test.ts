/** The layers of the lakehouse on the real services: bronze by ingest, silver and gold by Spark, answers by Trino. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { needs } from "../../stack/fetch/needs-for-test.ts";
import { newestVersion, rowsAt } from "./delta.ts";
import { type LakeForTest, lakeForTest } from "./lake-for-test.ts";
import { silverPath, tweetSchema } from "./names.ts";
import { plainLake } from "./plain/lake.ts";
import { objectsKept, type TableSize } from "./upkeep/sizes.ts";
import { compactLake, vacuumLake } from "./upkeep/upkeep.ts";

/** Messages of the first part, in which nobody says what a tweet was written with, and of all, in which some do. */
const [FIRST, ALL] = [3000, 16_000];
/** And of those that come in the end. */
const MORE = 18_000;

suite("a lakehouse of tweets", await needs("spark", "s3", "trino"), () => {
  let lake: LakeForTest;
  before(async () => {
    lake = await lakeForTest();
  });
  after(() => lake[Symbol.asyncDispose]());

  test("answers every table and chart as plain TypeScript does", async () => {
    await lake.send(FIRST);
    const { rows, deadLetters } = await lake.ingest();
    const silver = await lake.refreshSilver();
    const gold = await lake.refreshGold();
    const plain = await lake.prove(FIRST);
    assert.equal(plain.withClient, 0);
    assert.deepEqual([rows, deadLetters], [plain.readable, plain.malformed]);
    assert.deepEqual([silver.messages, silver.inserted], [plain.readable, plain.tweets]);
    assert.equal(gold.changed, gold.hours);
  });

  test("done again, finds nothing to do", async () => {
    assert.equal((await lake.ingest()).rows, 0);
    assert.equal((await lake.refreshSilver()).inserted, 0);
    assert.equal((await lake.refreshGold()).changed, 0);
  });

  test("stopped after a batch of silver, goes on; a field that messages have gained is a column", async () => {
    await lake.send(ALL);
    await lake.ingest();
    const stopping = new AbortController();
    const options = { batchMessages: 6000, signal: stopping.signal, onBatch: () => stopping.abort() };
    await assert.rejects(lake.refreshSilver(options), { name: "AbortError" });
    const between = await lake.refreshGold(); // of what silver has by now
    assert.ok(between.changed > 0 && between.changed < between.hours);
    await lake.refreshSilver();
    await lake.refreshGold();
    const plain = await lake.prove(ALL);
    assert.ok(plain.withClient > 0 && plain.late > 0 && plain.doubled > 0);
    const columns = await lake.trino.sql<{ column_name: string }>`
      SELECT column_name FROM delta.information_schema.columns WHERE table_schema = ${lake.names.silverSchema}`;
    assert.ok(columns.some(({ column_name }) => column_name === "client"));
  });

  test("two writers at once do each batch once", async () => {
    await lake.send(MORE);
    await lake.ingest();
    const [one, other] = await Promise.all([1, 2].map(() => lake.refreshSilver({ batchMessages: 1000 })));
    await lake.refreshGold();
    const plain = await lake.prove(MORE);
    assert.ok(one !== undefined && other !== undefined);
    const before = plainLake(lake.messages(ALL), await tweetSchema());
    assert.equal(one.inserted + other.inserted, plain.tweets - before.tweets);
  });

  test("compacted, has the same rows in fewer files; older versions are there until vacuum takes their files", async () => {
    const { spark, s3, names } = lake;
    const version = await newestVersion(spark, silverPath(names));
    const { before, after: now } = await compactLake({ spark, names });
    const files = (sizes: readonly TableSize[]): number => sizes.reduce((sum, one) => sum + one.files, 0);
    assert.ok(files(now) < files(before), `${files(before)} files are ${files(now)}`);
    assert.equal(files(now), now.length);
    const kept = await objectsKept(s3, names);
    await vacuumLake({ spark, names }); // a week has not passed
    assert.ok((await objectsKept(s3, names)).bytes >= kept.bytes); // it leaves a note of its own beside each log
    const counted = await rowsAt(spark, silverPath(names), version).count();
    await vacuumLake({ spark, names }, 0);
    assert.ok((await objectsKept(s3, names)).bytes < kept.bytes);
    await lake.prove(MORE);
    await assert.rejects(rowsAt(spark, silverPath(names), version).select("max(text)").collect(), {
      name: "SparkError",
    });
    assert.ok(counted > 0);
  });
});
