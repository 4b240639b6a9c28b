/** One metastore for three engines: tables that Hive and Spark have made, Trino reads; and the other way round. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { type HiveSession, openHive } from "../hive/index.ts";
import { openSpark, type SparkSession } from "../spark/index.ts";
import { addresses } from "../stack/index.ts";
import { needs } from "../stack/fetch/needs-for-test.ts";
import { identifier } from "./sql.ts";
import { openTrino, type Trino } from "./trino.ts";

suite("the tables of the shared metastore", await needs("spark", "trino"), () => {
  const name = `trino_test_${randomUUID().replaceAll("-", "")}`;
  const table = identifier(["hive", "default", name]);
  let [hive, spark, trino] = [] as unknown as [HiveSession, SparkSession, Trino];
  before(async () => {
    const known = await addresses();
    hive = await openHive({ address: known.hive });
    spark = await openSpark({ address: known.spark ?? "" });
    trino = await openTrino({ address: known.trino ?? "" });
  });
  after(async () => {
    await hive.execute(`DROP TABLE IF EXISTS ${name}`);
    await Promise.all([hive.close(), spark.close()]);
  });

  test("a table that Hive has made and Spark has filled, Trino reads, by its partitions", async () => {
    await hive.execute(
      `CREATE TABLE ${name} (id BIGINT, word STRING, price DECIMAL(10,2), at TIMESTAMP) PARTITIONED BY (day STRING) STORED AS PARQUET`,
    );
    await spark.sql(`INSERT INTO ${name} PARTITION (day = '2026-01-01')
      SELECT id, concat('é', id), CAST(id / 4 AS DECIMAL(10,2)), TIMESTAMP'2026-01-01 10:00:00.5' FROM range(1000)`);
    await spark.sql(`INSERT INTO ${name} PARTITION (day = '2026-01-02') SELECT 1000, NULL, 0.01, NULL`);
    const rows = await trino.sql`SELECT day, count(*) AS n, sum(price) AS total, max(at) AS latest, count(word) AS words
      FROM ${table} GROUP BY day ORDER BY day`;
    assert.deepEqual(rows, [
      { day: "2026-01-01", n: 1000n, total: "124875.00", latest: "2026-01-01T10:00:00.500", words: 1000n },
      { day: "2026-01-02", n: 1n, total: "0.01", latest: null, words: 0n },
    ]);
    assert.deepEqual(await trino.sql`SELECT word FROM ${table} WHERE day = '2026-01-01' AND id = 7`, [{ word: "é7" }]);
  });

  test("a partition that comes later is seen at once, and rows that Trino writes are read by Hive", async () => {
    await spark.sql(`INSERT INTO ${name} PARTITION (day = '2026-01-03') SELECT 1001, 'later', 1, NULL`);
    assert.deepEqual(await trino.sql`SELECT word FROM ${table} WHERE day = '2026-01-03'`, [{ word: "later" }]);
    await trino.sql`INSERT INTO ${table} VALUES (1002, 'of Trino', DECIMAL '2.50', TIMESTAMP '2026-01-04 00:00:00', '2026-01-04')`;
    const written = await hive.query(`SELECT id, word, price FROM ${name} WHERE day = '2026-01-04'`);
    assert.deepEqual(written, [{ id: 1002, word: "of Trino", price: "2.50" }]);
  });
});
