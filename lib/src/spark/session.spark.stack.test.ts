/** Against a running Spark: statements, rows, files and tables, what it refuses, and what breaks on the way. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { Hdfs } from "../hdfs/index.ts";
import { openHive } from "../hive/index.ts";
import { addresses, type Addresses } from "../stack/index.ts";
import { needs } from "../stack/fetch/needs-for-test.ts";
import { cuttingProxy } from "./proxy-for-test.ts";
import { openSpark, type SparkSession } from "./session.ts";

suite("a session of Spark", await needs("spark"), () => {
  const name = `spark_test_${randomUUID().replaceAll("-", "")}`;
  let known: Addresses;
  let spark: SparkSession;
  let folder: string;
  before(async () => {
    known = await addresses();
    spark = await openSpark({ address: known.spark! });
    folder = `${known.hdfs}/tmp/${name}`;
  });
  after(async () => {
    await spark.sql(`DROP TABLE IF EXISTS ${name}`);
    await spark.close();
    await new Hdfs({ address: known.webhdfs }).remove(`/tmp/${name}`, { recursive: true });
  });

  test("every type of SQL has its value here, by the type alone", async () => {
    const [row] = await spark.sql(`
      SELECT 'é' AS text, 1Y AS tiny, 2S AS small, 3 AS whole, 4L AS big, 9007199254740993L AS bigger, 0.5D AS real,
        CAST(-12.30 AS DECIMAL(38,2)) AS money, CAST(0.05 AS DECIMAL(3,2)) AS cents, CAST(7 AS DECIMAL(5,0)) AS none, true AS yes, X'CAFE' AS bytes,
        TIMESTAMP'2026-01-01 00:00:00.123456' AS exact, TIMESTAMP'1900-06-01 12:00:00.5' AS old, TIMESTAMP_NTZ'2026-01-01 00:00:00' AS local,
        DATE'2024-02-29' AS leap, DATE'1582-01-01' AS early, INTERVAL '1 00:00:01' DAY TO SECOND AS gap, INTERVAL '1-2' YEAR TO MONTH AS months,
        array(1, NULL) AS list, map('a', 1L) AS pairs, named_struct('x', 1, 'y', array(named_struct('z', 'q'))) AS nested, CAST(NULL AS BIGINT) AS nothing`);
    assert.deepEqual(row, {
      text: "é",
      ...{ tiny: 1, small: 2, whole: 3, big: 4n, bigger: 9007199254740993n, real: 0.5 },
      ...{ money: "-12.30", cents: "0.05", none: "7", yes: true, bytes: new Uint8Array([0xca, 0xfe]) },
      ...{ exact: "2026-01-01T00:00:00.123456Z", old: "1900-06-01T12:00:00.500Z", local: "2026-01-01T00:00:00.000" },
      ...{ leap: "2024-02-29", early: "1582-01-01", gap: 86_401_000_000n, months: 14 },
      ...{ list: [1, null], pairs: new Map([["a", 1n]]), nested: { x: 1, y: [{ z: "q" }] }, nothing: null },
    });
  });

  test("values go in as they come out, and nothing in them is read as SQL", async () => {
    const at = new Date("2026-02-03T04:05:06.789Z");
    const [row] = await spark.sql`
      SELECT ${"'; DROP TABLE x --"} AS text, ${3} AS whole, ${2 ** 40} AS large, ${5n} AS big, ${at} AS at, ${[1, 2]} AS list, ${[1, 0.5, null]} AS reals, ${[]} AS empty, ${null} AS nothing`;
    assert.deepEqual(row, {
      text: "'; DROP TABLE x --",
      ...{
        whole: 3,
        large: 2 ** 40,
        big: 5n,
        at: at.toISOString(),
        list: [1, 2],
        reals: [1, 0.5, null],
        empty: [],
        nothing: null,
      },
    });
  });

  test("a relation stands in a statement where a table may, and runs when its rows are asked for", async () => {
    const numbers = spark.query`SELECT id, id % 3 AS rest FROM range(${10})`;
    const sums = spark.query`SELECT n.rest, sum(o.id) AS sum FROM ${numbers} AS n JOIN ${numbers} AS o USING (id) GROUP BY 1 ORDER BY 1`;
    assert.deepEqual(await sums.as({ rest: "bigint", sum: "bigint" }).collect(), [
      { rest: 0n, sum: 18n },
      { rest: 1n, sum: 12n },
      { rest: 2n, sum: 15n },
    ]);
    const low = spark.query`SELECT id FROM ${numbers} WHERE id < 3`;
    assert.equal(
      await spark.query`SELECT n.id FROM ${numbers} AS n JOIN ${low} AS l ON n.id = l.id JOIN ${low} AS m ON m.id = n.id`.count(),
      3,
    );
    assert.equal(await numbers.count(), 10);
    assert.deepEqual(await numbers.first(), { id: 0n, rest: 0n });
    assert.deepEqual(await numbers.columns(), [
      { name: "id", type: "BIGINT" },
      { name: "rest", type: "BIGINT" },
    ]);
    assert.match(await numbers.explain(), /Physical Plan/);
    assert.equal(await spark.query`SELECT 1 AS x WHERE false`.first(), undefined);
  });

  test("rows that are not as expected are an error, not a wrong value", async () => {
    const rows = spark.query`SELECT id, CAST(NULL AS STRING) AS name FROM range(2)`;
    await assert.rejects(rows.as({ id: "int", name: "string?" }).collect(), {
      code: "USAGE",
      message: /id is bigint, not int/,
    });
    await assert.rejects(rows.as({ id: "bigint", name: "string" }).collect(), {
      code: "USAGE",
      message: /holds a null/,
    });
    assert.equal((await rows.as({ id: "bigint", name: "string?" }).collect()).length, 2);
  });

  test("300,000 rows come in batches; who stops reading ends the work", async () => {
    let [count, sum] = [0, 0n];
    for await (const { id } of spark.query<{ id: bigint }>`SELECT id FROM range(300000)`)
      [count, sum] = [count + 1, sum + id];
    assert.deepEqual([count, sum], [300_000, (299_999n * 300_000n) / 2n]);
    for await (const row of spark.query`SELECT id FROM range(3000000)`) {
      assert.deepEqual(row, { id: 0n });
      break;
    }
  });

  test("a table of Spark is one of Hive, and the other way round", async () => {
    await spark.query`SELECT id, CAST(id AS STRING) AS name FROM range(5)`.write({ table: name, mode: "overwrite" });
    await using hive = await openHive({ address: known.hive });
    assert.deepEqual(await hive.query(`SELECT count(*) AS n FROM ${name}`), [{ n: 5 }]);
    await hive.execute(`CREATE TABLE ${name}_hive STORED AS PARQUET AS SELECT 7 AS seven`);
    try {
      assert.deepEqual(await spark.table(`${name}_hive`).collect(), [{ seven: 7 }]);
    } finally {
      await hive.execute(`DROP TABLE ${name}_hive`);
    }
  });

  test("files are written and read; what is there is not written over unless one says so", async () => {
    const path = `${folder}/numbers`;
    const rows = spark.query`SELECT id, id % 2 AS half FROM range(10)`;
    await rows.write({ path, partitionBy: ["half"] });
    assert.equal(await spark.read({ format: "parquet", paths: [path] }).count(), 10);
    await assert.rejects(rows.write({ path }), { code: "SPARK_FAILED", condition: "PATH_ALREADY_EXISTS" });
    await rows.write({ path, mode: "append", partitionBy: ["half"] });
    assert.equal(await spark.read({ format: "parquet", paths: [path] }).count(), 20);
    await assert.rejects(rows.write({}), { code: "USAGE" });
  });

  test("a view is known to its session, and to no other", async () => {
    await spark.query`SELECT 1 AS one`.createView("only_here");
    assert.equal(await spark.table("only_here").count(), 1);
    await using other = await openSpark({ address: known.spark! });
    await assert.rejects(other.table("only_here").count(), { condition: "TABLE_OR_VIEW_NOT_FOUND" });
  });

  test("what Spark refuses is said in its words, with its condition, its SQLSTATE, and the part at fault", async () => {
    const failures = [
      ["SELECT * FROM nowhere", "TABLE_OR_VIEW_NOT_FOUND", "42P01"],
      ["SELEC 1", "PARSE_SYNTAX_ERROR", "42601"],
      ["SELECT nope FROM range(1)", "UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703"],
      ["SELECT 1 / 0", "DIVIDE_BY_ZERO", "22012"],
      ["SELECT CAST('x' AS INT)", "CAST_INVALID_INPUT", "22018"],
      [`SELECT * FROM parquet.\`${folder}/none\``, "PATH_NOT_FOUND", "42K03"],
      ["SELECT raise_error('a reason of its own')", "USER_RAISED_EXCEPTION", "P0001"],
    ];
    for (const [sql, condition, sqlState] of failures)
      await assert.rejects(spark.sql(sql!), (error: { code: string; message: string } & Record<string, unknown>) => {
        assert.deepEqual(
          [error.code, error["condition"], error["sqlState"]],
          ["SPARK_FAILED", condition, sqlState],
          sql,
        );
        assert.ok(!/SQLSTATE|\n/.test(error.message), error.message);
        return true;
      });
    await assert.rejects(spark.sql("SELECT 1 / 0"), { fragment: "1 / 0" });
  });

  test("a result that would not fit into Spark is refused, and Spark goes on", async () => {
    await assert.rejects(spark.query`SELECT id, repeat('x', 1000) AS x FROM range(0, 2000000, 1, 64)`.collect(), {
      message: /maxResultSize/,
    });
    assert.equal(await spark.query`SELECT 1 AS x`.count(), 1);
  });

  test("an abort ends the work on Spark, too", async () => {
    const long = spark.query`SELECT max(a.id + b.id) AS s FROM range(10000000) AS a CROSS JOIN range(1000000) AS b`;
    await assert.rejects(long.collect({ signal: AbortSignal.timeout(2000) }), { name: "TimeoutError" });
    const quick = performance.now();
    await spark.sql("SELECT count(*) FROM range(1000)");
    assert.ok(performance.now() - quick < 60_000, "the cores are still busy with what nobody waits for");
    await assert.rejects(long.collect({ signal: AbortSignal.abort(new Error("before")) }), { message: "before" });
  });

  test("an answer that breaks off is taken up where it broke, and nothing runs twice", async () => {
    await using proxy = await cuttingProxy(known.spark!, 300_000);
    await using through = await openSpark({ address: proxy.address });
    const ids: bigint[] = [];
    for await (const { id } of through.query<{ id: bigint }>`SELECT id FROM range(0, 400000, 1, 4)`) ids.push(id);
    assert.ok(proxy.cuts() > 0, "the connection was never cut");
    assert.deepEqual([ids.length, new Set(ids).size], [400_000, 400_000]);
  });

  test("a request that is lost on its way is sent again, and runs once", async () => {
    await using proxy = await cuttingProxy(known.spark!, Infinity);
    await using through = await openSpark({ address: proxy.address });
    await through.sql(`CREATE TABLE ${name}_once (n INT) USING parquet`);
    try {
      proxy.refuse(2);
      await through.sql(`INSERT INTO ${name}_once VALUES (1)`);
      assert.equal(proxy.cuts(), 2);
      assert.deepEqual(await through.table(`${name}_once`).collect(), [{ n: 1 }]);
    } finally {
      await spark.sql(`DROP TABLE ${name}_once`);
    }
  });

  test("a session that Spark does not know any more says so", async () => {
    const one = await openSpark({ address: known.spark! });
    await one.close();
    await assert.rejects(one.sql("SELECT 1"), (error: { code: string }) =>
      ["SPARK_SESSION_LOST", "UNREACHABLE", "SPARK_FAILED"].includes(error.code),
    );
  });

  test("where no Spark is, the address is named; where none can be, the form", async () => {
    await assert.rejects(openSpark({ address: "127.0.0.1:9", connectTimeout: 2000 }), {
      code: "UNREACHABLE",
      message: /no Spark answers at 127\.0\.0\.1:9/,
    });
    await assert.rejects(openSpark({ address: "nowhere" }), { code: "USAGE", message: /host:port/ });
  });

  test("settings are the session's own", async () => {
    await using tuned = await openSpark({
      address: known.spark!,
      configuration: { "spark.sql.shuffle.partitions": "7" },
    });
    assert.equal(await tuned.setting("spark.sql.shuffle.partitions"), "7");
    assert.equal(await spark.setting("spark.sql.shuffle.partitions"), "4");
    assert.equal(await spark.setting("spark.sql.session.timeZone"), "UTC");
    assert.equal(await spark.setting("no.such.setting"), undefined);
  });
});
