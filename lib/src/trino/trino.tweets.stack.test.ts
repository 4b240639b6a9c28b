/** Against a running Trino: every type, statements that change, tables of Delta on S3, progress, an end in the middle, and what is refused. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { openS3, type S3 } from "../s3/index.ts";
import { addresses, credentials } from "../stack/index.ts";
import { needs } from "../stack/fetch/needs-for-test.ts";
import { identifier } from "./sql.ts";
import { openTrino, type Trino } from "./trino.ts";

suite("Trino", await needs("s3", "trino"), () => {
  const schema = `test_${randomUUID().replaceAll("-", "")}`;
  const bucket = `test-${randomUUID()}`;
  let trino: Trino;
  let s3: S3;
  let address = "";
  before(async () => {
    const known = await addresses();
    const { accessKey = "", secretKey = "" } = await credentials("s3");
    address = known.trino ?? "";
    trino = await openTrino({ address });
    s3 = await openS3({ address: known.s3 ?? "", accessKey, secretKey });
    await s3.makeBucket(bucket);
    await trino.sql`CREATE SCHEMA ${identifier(`delta.${schema}`)} WITH (location = ${`s3://${bucket}/${schema}`})`;
  });
  after(async () => {
    await trino.sql`DROP SCHEMA IF EXISTS ${identifier(`delta.${schema}`)} CASCADE`;
    const keys: string[] = [];
    for await (const { key } of s3.bucket(bucket).list()) keys.push(key);
    await s3.bucket(bucket).deleteAll(keys);
    await s3.removeBucket(bucket);
    s3.close();
  });
  const table = (name: string) => identifier(["delta", schema, name]);

  test("every type of SQL has its value here, by the type alone", async () => {
    const { rows, columns } = await trino.query`
      SELECT 'é' AS text, TINYINT '1' AS tiny, SMALLINT '2' AS small, 3 AS whole, BIGINT '4' AS big, 9007199254740993 AS bigger,
        0.5E0 AS real8, REAL '0.25' AS real4, nan() AS nothing8, CAST(-12.30 AS DECIMAL(38,2)) AS money, true AS yes, X'CAFE' AS bytes,
        TIMESTAMP '2026-01-01 00:00:00.123456' AS exact, TIMESTAMP '2026-01-01 00:00:00.5 Europe/Athens' AS zoned,
        TIMESTAMP '2026-07-01 00:00:00.123456789 +05:30' AS nanos, DATE '2024-02-29' AS leap, TIME '10:00:00' AS clock,
        INTERVAL '1' DAY AS gap, UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59' AS id, JSON '{"a":1}' AS doc,
        ARRAY[BIGINT '1', NULL] AS list, MAP(ARRAY['a'], ARRAY[BIGINT '1']) AS pairs, MAP(ARRAY[7], ARRAY[true]) AS numbered,
        CAST(ROW(1, ARRAY['q']) AS ROW(x INTEGER, y ARRAY(VARCHAR))) AS nested, CAST(NULL AS BIGINT) AS nothing`.run();
    assert.deepEqual(rows, [
      {
        text: "é",
        ...{ tiny: 1, small: 2, whole: 3, big: 4n, bigger: 9007199254740993n, real8: 0.5, real4: 0.25, nothing8: NaN },
        ...{ money: "-12.30", yes: true, bytes: new Uint8Array([0xca, 0xfe]) },
        ...{ exact: "2026-01-01T00:00:00.123456", zoned: "2025-12-31T22:00:00.5Z" },
        ...{ nanos: "2026-06-30T18:30:00.123456789Z", leap: "2024-02-29", clock: "10:00:00" },
        ...{ gap: "1 00:00:00.000", id: "12151fd2-7586-11e9-8f9e-2a86e4085a59", doc: '{"a":1}' },
        ...{ list: [1n, null], pairs: new Map([["a", 1n]]), numbered: new Map([[7, true]]) },
        ...{ nested: { x: 1, y: ["q"] }, nothing: null },
      },
    ]);
    assert.equal(columns.find(({ name }) => name === "money")?.type, "decimal(38, 2)");
  });

  test("values go in as they come out, and nothing in them is read as SQL", async () => {
    const at = new Date("2026-02-03T04:05:06.789Z");
    const bytes = new Uint8Array([0, 255]);
    const [row] = await trino.sql`
      SELECT ${"'; DROP TABLE x --\\ é\n"} AS text, ${3} AS whole, ${2 ** 40} AS large, ${-(2n ** 63n)} AS least, ${0.1} AS real8, ${at} AS at,
        ${bytes} AS bytes, ${[1, 2]} AS list, ${["a", null]} AS texts, ${-0} AS zero, ${Infinity} AS endless, ${null} AS nothing, ${false} AS no`;
    assert.deepEqual(row, {
      text: "'; DROP TABLE x --\\ é\n",
      ...{ whole: 3n, large: 2n ** 40n, least: -(2n ** 63n), real8: 0.1, at: at.toISOString() },
      ...{ bytes, list: [1n, 2n], texts: ["a", null], zero: -0, endless: Infinity, nothing: null, no: false },
    });
  });

  test("tables of Delta on S3 are made, changed, and read as they were", async () => {
    const made = await trino.query`
      CREATE TABLE ${table("hours")} (hour TIMESTAMP(3) WITH TIME ZONE, language VARCHAR, tweets BIGINT)
      WITH (partitioned_by = ARRAY['language'])`.run();
    assert.equal(made.updateType, "CREATE TABLE");
    const at = new Date("2026-01-01T00:00:00Z");
    const insert = await trino.query`
      INSERT INTO ${table("hours")} VALUES (${at}, 'el', 1), (${at}, 'en', 2), (${at}, 'fr', 3)`.run();
    assert.deepEqual([insert.updateType, insert.updateCount], ["INSERT", 3]);
    const merged = await trino.query`
      MERGE INTO ${table("hours")} t USING (VALUES ('el', 10), ('ja', 4)) AS u(language, tweets) ON t.language = u.language
      WHEN MATCHED THEN UPDATE SET tweets = u.tweets
      WHEN NOT MATCHED THEN INSERT (hour, language, tweets) VALUES (${at}, u.language, u.tweets)`.run();
    assert.equal(merged.updateCount, 2);
    const now = await trino.sql`SELECT language, tweets, hour FROM ${table("hours")} ORDER BY language`;
    assert.deepEqual(now, [
      { language: "el", tweets: 10n, hour: "2026-01-01T00:00:00.000Z" },
      { language: "en", tweets: 2n, hour: "2026-01-01T00:00:00.000Z" },
      { language: "fr", tweets: 3n, hour: "2026-01-01T00:00:00.000Z" },
      { language: "ja", tweets: 4n, hour: "2026-01-01T00:00:00.000Z" },
    ]);
    const before = await trino.sql<{
      sum: bigint;
    }>`SELECT sum(tweets) AS sum FROM ${table("hours")} FOR VERSION AS OF 1`;
    assert.deepEqual(before, [{ sum: 6n }]);
    const history = await trino.sql`SELECT version, operation FROM ${table("hours$history")} ORDER BY version`;
    assert.deepEqual(
      history.map(({ operation }) => operation),
      ["CREATE TABLE", "WRITE", "MERGE"],
    );
    const log: string[] = [];
    for await (const { key } of s3.bucket(bucket).list({ prefix: `${schema}/` }))
      if (/_delta_log\/\d{20}\.json$/.test(key)) log.push(key);
    assert.equal(log.length, 3, "the log of the table is objects on S3");
  });

  test("a damaged log is named; one with a hole is read up to the hole, and nobody says so", async () => {
    await trino.sql`CREATE TABLE ${table("hole")} AS SELECT 1 AS n`;
    await trino.sql`INSERT INTO ${table("hole")} VALUES 2`;
    await trino.sql`INSERT INTO ${table("hole")} VALUES 3`;
    let second = "";
    for await (const { key } of s3.bucket(bucket).list({ prefix: `${schema}/hole` }))
      if (key.endsWith("00001.json")) second = key;
    const { body } = await s3.bucket(bucket).get(second);
    const forget = (): Promise<unknown> => trino.sql`CALL delta.system.flush_metadata_cache()`;
    await s3.bucket(bucket).put(second, body.subarray(0, body.length / 2));
    await forget();
    await assert.rejects(trino.sql`SELECT * FROM ${table("hole")}`, {
      code: "TRINO_FAILED",
      message: /_delta_log: a version of it is missing or damaged/,
    });
    await s3.bucket(bucket).delete(second);
    await forget();
    assert.deepEqual(await trino.sql`SELECT * FROM ${table("hole")}`, [{ n: 1 }]);
    await s3.bucket(bucket).put(second, body);
    await forget();
    assert.deepEqual(await trino.sql`SELECT count(*) AS n FROM ${table("hole")}`, [{ n: 3n }]);
  });

  test("what is not there, or is no SQL, is said with its place", async () => {
    await assert.rejects(trino.sql`SELECT * FROM ${table("nowhere")}`, {
      errorName: "TABLE_NOT_FOUND",
      message: /DESCRIBE list what there is/,
    });
    await assert.rejects(trino.sql("SELECT * FROM nowhere.a.b"), { errorName: "CATALOG_NOT_FOUND" });
    await assert.rejects(trino.sql("SELECT\n  1 +* 2"), { errorName: "SYNTAX_ERROR", line: 2, column: 6 });
    await assert.rejects(trino.sql("SELECT 1 / 0"), { errorName: "DIVISION_BY_ZERO", retriable: false });
  });

  test("a hundred thousand rows come as they are ready, and progress with them", async () => {
    const numbers =
      "SELECT a.n * 1000 + b.n AS n FROM UNNEST(sequence(0, 99)) AS a(n), UNNEST(sequence(0, 999)) AS b(n)";
    let [count, sum] = [0, 0n];
    const states = new Set<string>();
    const onProgress = ({ state }: { readonly state: string }): void => void states.add(state);
    for await (const { n } of trino.query<{ n: bigint }>(numbers).stream({ onProgress }))
      [count, sum] = [count + 1, sum + n];
    assert.deepEqual([count, sum], [100_000, (99_999n * 100_000n) / 2n]);
    assert.ok(states.has("FINISHED"), [...states].join());
  });

  /** Statements of this test that Trino works on. */
  const running = async (mark: string): Promise<unknown[]> =>
    trino.sql`SELECT query_id FROM system.runtime.queries WHERE state = 'RUNNING' AND query LIKE ${`%${mark}%`} AND query NOT LIKE '%runtime%'`;
  const endless = (mark: string): string =>
    `SELECT count(*) AS n /* ${mark} */ FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(x), UNNEST(sequence(1, 10000)) c(x)`;

  test("a statement ends on Trino when it is aborted, or nobody reads on", async () => {
    const mark = `mark_${randomUUID()}`;
    const stop = new AbortController();
    const onProgress = ({ state }: { readonly state: string }): void => {
      if (state === "RUNNING") stop.abort(new Error("enough"));
    };
    await assert.rejects(trino.query(endless(mark)).collect({ signal: stop.signal, onProgress }), {
      message: "enough",
    });
    assert.deepEqual(await running(mark), []);
    for await (const row of trino.query(`SELECT x FROM UNNEST(sequence(1, 5000000 / 1000)) a(x)`)) {
      assert.deepEqual(row, { x: 1n });
      break;
    }
  });

  test("a statement that would take all the memory is ended; Trino is not", async () => {
    await assert.rejects(
      trino.sql(
        `SELECT array_agg(x || y) FROM (SELECT rpad(cast(a.x AS varchar), 20000, 'x') AS x, cast(b.x AS varchar) AS y
         FROM UNNEST(sequence(1, 300)) a(x), UNNEST(sequence(1, 300)) b(x))`,
      ),
      { code: "TRINO_FAILED", message: /MEMORY.*more memory than Trino may take/ },
    );
    assert.deepEqual(await trino.sql("SELECT 1 AS n"), [{ n: 1 }]);
  });

  test("catalogs are there for what runs; a session has its own settings", async () => {
    const catalogs = await trino.catalogs();
    for (const name of ["delta", "memory", "system"]) assert.ok(catalogs.includes(name), catalogs.join());
    const other = await openTrino({ address, catalog: "memory", schema: "information_schema", user: "ada" });
    const [row] = await other.sql("SELECT count(*) AS n, current_user AS who FROM tables GROUP BY current_user");
    assert.equal(row?.["who"], "ada");
    await other.sql("SET SESSION query_max_run_time = '1ms'");
    await assert.rejects(other.sql(endless("limit")), { errorName: "EXCEEDED_TIME_LIMIT" });
    await other.sql("RESET SESSION query_max_run_time");
    assert.deepEqual(await other.sql("SELECT 1 AS n"), [{ n: 1 }]);
  });
});
