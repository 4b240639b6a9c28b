/** One table, two engines: Spark merges into a table of Delta on S3, and Trino reads it; and the other way round. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { openS3, type S3 } from "../s3/index.ts";
import { openSpark, type SparkSession } from "../spark/index.ts";
import { addresses, credentials } from "../stack/index.ts";
import { needs } from "../stack/fetch/needs-for-test.ts";
import { identifier } from "./sql.ts";
import { openTrino, type Trino } from "./trino.ts";

suite("a table of Delta on S3", await needs("spark", "s3", "trino"), () => {
  const id = randomUUID();
  const bucket = `test-${id}`;
  const schema = `test_${id.replaceAll("-", "")}`;
  const place = `${bucket}/silver`;
  let [spark, trino, s3] = [] as unknown as [SparkSession, Trino, S3];
  before(async () => {
    const known = await addresses();
    const { accessKey = "", secretKey = "" } = await credentials("s3");
    s3 = await openS3({ address: known.s3 ?? "", accessKey, secretKey });
    await s3.makeBucket(bucket);
    spark = await openSpark({ address: known.spark ?? "" });
    trino = await openTrino({ address: known.trino ?? "" });
    await trino.sql`CREATE SCHEMA ${identifier(`delta.${schema}`)} WITH (location = ${`s3://${bucket}/`})`;
  });
  after(async () => {
    await trino.sql`DROP SCHEMA IF EXISTS ${identifier(`delta.${schema}`)} CASCADE`;
    await spark.close();
    const keys: string[] = [];
    for await (const { key } of s3.bucket(bucket).list()) keys.push(key);
    await s3.bucket(bucket).deleteAll(keys);
    await s3.removeBucket(bucket);
    s3.close();
  });
  const table = identifier(["delta", schema, "silver"]);

  test("what Spark has merged, Trino reads: rows, versions, and a column that came later", async () => {
    await spark.query`SELECT concat('tw', id) AS tweet_id, id % 100 AS likes, DATE'2026-01-01' AS day FROM range(5000)`.write(
      {
        format: "delta",
        path: `s3a://${place}`,
        partitionBy: ["day"],
      },
    );
    const updates = spark.query`SELECT concat('tw', id + 4990) AS tweet_id, 7L AS likes, DATE'2026-01-02' AS day FROM range(20)`;
    await updates.createView("updates");
    const merge = `MERGE INTO delta.\`s3a://${place}\` t USING updates u ON t.tweet_id = u.tweet_id WHEN NOT MATCHED THEN INSERT *`;
    await spark.sql(merge);
    await spark.sql(merge); // done twice, it is done once
    await trino.sql`CALL delta.system.register_table(${schema}, 'silver', ${`s3://${place}`})`;
    const [row] =
      await trino.sql`SELECT count(*) AS n, count(DISTINCT tweet_id) AS ids, sum(likes) AS likes FROM ${table}`;
    assert.deepEqual(row, { n: 5010n, ids: 5010n, likes: 247_570n });
    const before = await trino.sql`SELECT count(*) AS n FROM ${table} FOR VERSION AS OF 0`;
    assert.deepEqual(before, [{ n: 5000n }]);
    await spark.sql(`ALTER TABLE delta.\`s3a://${place}\` ADD COLUMN language STRING`);
    assert.deepEqual(await trino.sql`SELECT DISTINCT language FROM ${table}`, [{ language: null }]);
  });

  test("what Trino has written, Spark reads", async () => {
    await trino.sql`INSERT INTO ${table} VALUES ('of Trino', 1, DATE '2026-01-03', 'el')`;
    const rows = await spark.sql(`SELECT likes, language FROM delta.\`s3a://${place}\` WHERE tweet_id = 'of Trino'`);
    assert.deepEqual(rows, [{ likes: 1n, language: "el" }]);
    const history = await spark.sql<{ operation: string }>(`DESCRIBE HISTORY delta.\`s3a://${place}\``);
    assert.ok(history.some(({ operation }) => operation === "MERGE"));
  });
});
