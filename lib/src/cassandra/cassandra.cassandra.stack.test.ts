/** The room on a real Cassandra. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { retry } from "../async/index.ts";
import { hintOf, isStreambookError } from "../errors/index.ts";
import { addresses } from "../stack/index.ts";
import { needs } from "../stack/fetch/needs-for-test.ts";
import { createKeyspace, createTable, identifier } from "./ddl.ts";
import { type Column, tablesFor, type TableDesign } from "./design.ts";
import { ensureTables } from "./ensure-tables.ts";
import type { CassandraSession } from "./session.ts";
import { keyspaceForTest, losingProxy, openForTest } from "./session-for-test.ts";
import { writeRows } from "./write-rows.ts";

const keyspace = keyspaceForTest();
const fields: readonly Column[] = [
  { name: "person", type: "string" },
  { name: "time", type: "timestamp" },
  { name: "rating", type: "int" },
];
const [table] = tablesFor(fields, [
  { table: "ratings", asks: "What did a person rate?", given: ["person"], ordered: ["-time"], answer: ["rating"] },
]) as [TableDesign];
const name = identifier(`${keyspace}.ratings`);
const row = (person: string, second: number, rating: number) => ({ person, time: new Date(second * 1000), rating });

suite("Cassandra", await needs("cassandra"), () => {
  let cassandra: CassandraSession;
  before(async () => {
    cassandra = await openForTest();
    await ensureTables(cassandra, { keyspace, tables: [table] });
  });
  after(async () => {
    await cassandra.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`);
    await cassandra.close();
  });

  test("values come back as they went, times in UTC, large numbers with all digits", async () => {
    await cassandra.execute(
      `CREATE TABLE ${keyspace}.kinds (k int PRIMARY KEY, b bigint, t timestamp, d decimal, day date, l list<int>, m map<text, bigint>, u uuid, x blob, n text)`,
    );
    const time = new Date("2026-03-14T17:20:00.123Z");
    await cassandra.execute(
      `INSERT INTO ${keyspace}.kinds (k, b, t, d, day, l, m, u, x) VALUES (1, ?, ?, 1.50, '2026-03-14', [1, 2], {'a': 9007199254740993}, 123e4567-e89b-12d3-a456-426614174000, 0x0102)`,
      [9007199254740993n, time],
    );
    const [found] = await cassandra.query(`SELECT * FROM ${keyspace}.kinds WHERE k = 1`);
    assert.deepEqual(found, {
      ...{ k: 1, b: 9007199254740993n, t: time, d: "1.50", day: "2026-03-14", l: [1, 2] },
      ...{ m: new Map([["a", 9007199254740993n]]), u: "123e4567-e89b-12d3-a456-426614174000" },
      ...{ x: Buffer.from([1, 2]), n: null },
    });
  });

  test("rows are written once however often, the last of one key is kept, and lie in their order", async () => {
    const rows = [row("ada", 1, 5), row("ada", 2, 6), row("bela", 1, 7), row("ada", 1, 8)];
    for (let again = 0; again < 3; again++)
      assert.deepEqual(await writeRows(cassandra, rows, { keyspace, table }), { rows: 3, batches: 2 });
    const found = await cassandra.query(`SELECT * FROM ${name} WHERE person = ?`, ["ada"]);
    assert.deepEqual(found, [row("ada", 2, 6), row("ada", 1, 8)]);
  });

  test("a partition of any size is read page by page, and left where the reader leaves", async () => {
    const rows = Array.from({ length: 2500 }, (_, n) => row("many", n, n));
    const { batches } = await writeRows(cassandra, rows, { keyspace, table, batchRows: 100 });
    assert.equal(batches, 25);
    const cql = `SELECT rating FROM ${name} WHERE person = 'many'`;
    let sum = 0;
    for await (const { rating } of cassandra.rows(cql, [], { pageSize: 99 })) sum += Number(rating);
    assert.equal(sum, (2500 * 2499) / 2);
    for await (const _ of cassandra.rows(cql, [], { pageSize: 10 })) break;
    const { columns, rows: some } = await cassandra.table(cql, 5);
    assert.deepEqual([columns, some.length], [["rating"], 5]);
  });

  test("a write that carries an older time does not undo a newer one, whichever comes last", async () => {
    await writeRows(cassandra, [row("clock", 1, 2)], { keyspace, table, timestamp: 2_000_000 });
    await writeRows(cassandra, [row("clock", 1, 1)], { keyspace, table, timestamp: 1_000_000 });
    assert.deepEqual(await cassandra.query(`SELECT * FROM ${name} WHERE person = 'clock'`), [row("clock", 1, 2)]);
  });

  test("a write that times out but happened is tried again, and is there once", async () => {
    await using proxy = await losingProxy((await addresses()).cassandra ?? "");
    await using other = await openForTest({ address: proxy.address, timeout: 3000 });
    await writeRows(other, [row("lost", 0, 1)], { keyspace, table });
    proxy.lose(true);
    const writing = writeRows(other, [row("lost", 1, 1), row("lost", 2, 2)], { keyspace, table });
    while (proxy.lost() === 0) await delay(20);
    const seen = await cassandra.query(`SELECT * FROM ${name} WHERE person = 'lost'`);
    assert.equal(seen.length, 3, "it happened, and its answer is lost");
    proxy.lose(false);
    assert.deepEqual(await writing, { rows: 2, batches: 1 });
    assert.equal((await cassandra.query(`SELECT * FROM ${name} WHERE person = 'lost'`)).length, 3);
  });

  test("what may not be done twice is not tried again: the caller learns that nobody knows", async () => {
    await using proxy = await losingProxy((await addresses()).cassandra ?? "");
    await using other = await openForTest({ address: proxy.address, timeout: 3000 });
    const cql = `INSERT INTO ${name} (person, time, rating) VALUES ('maybe', ?, 1) IF NOT EXISTS`;
    await other.query(`SELECT * FROM ${name} LIMIT 1`);
    await other.execute(cql, [new Date(0)], { isIdempotent: false });
    proxy.lose(true);
    await assert.rejects(other.execute(cql, [new Date(1)], { isIdempotent: false }), { code: "TIMEOUT" });
    proxy.lose(false);
  });

  test("a session outlives any number of times in which Cassandra is away, whether it is used meanwhile or not", async () => {
    await using proxy = await losingProxy((await addresses()).cassandra ?? "");
    await using other = await openForTest({ address: proxy.address });
    const warnings: string[] = [];
    const note = ({ name }: Error): void => void warnings.push(name);
    process.on("warning", note);
    try {
      for (let time = 0; time < 8; time++) {
        await proxy.leave();
        if (time % 2 === 0) await assert.rejects(other.query(`SELECT * FROM ${name} LIMIT 1`), { code: "UNREACHABLE" });
        else await delay(300);
        await proxy.comeBack();
        await retry(() => other.query(`SELECT * FROM ${name} LIMIT 1`), { attempts: 20 });
        await delay(300); // so that what comes back by itself would be back
      }
    } finally {
      process.off("warning", note);
    }
    assert.deepEqual(warnings, []);
  });

  test("a table of another shape is refused, and the column is named with both forms", async () => {
    const [wanted] = tablesFor(fields, [
      { table: "ratings", asks: "?", given: ["person"], ordered: ["time"], answer: ["rating"] },
    ]) as [TableDesign];
    await assert.rejects(
      ensureTables(cassandra, { keyspace, tables: [wanted] }),
      (error) =>
        isStreambookError(error, "TABLE_DIFFERS") &&
        /column time is timestamp, number 1 of the order, descending, and should be .* ascending/.test(error.message),
    );
    const narrow = { ...table, columns: table.columns.slice(0, 2) };
    await assert.rejects(
      ensureTables(cassandra, { keyspace, tables: [narrow] }),
      /column rating is int, and should be not there/,
    );
    await ensureTables(cassandra, { keyspace, tables: [table] }); // what is as wanted stays
  });

  test("errors say what is wrong: a statement, a password, an address, too few nodes", async () => {
    const failing = async (promise: Promise<unknown>, code: string, message: RegExp): Promise<void> =>
      assert.rejects(
        promise,
        (error) => isStreambookError(error) && error.code === code && message.test(error.message),
      );
    await failing(cassandra.query("SELECT nothing"), "CASSANDRA_FAILED", /^Cassandra: line/);
    await failing(cassandra.query(`SELECT * FROM ${name} WHERE rating = 1`), "CASSANDRA_FAILED", /ALLOW FILTERING/);
    await failing(
      cassandra.query(`SELECT * FROM ${name} WHERE person = ?`, [7]),
      "CASSANDRA_FAILED",
      /driver does not take it/,
    );
    await failing(openForTest({ password: "not this one" }), "CASSANDRA_LOGIN", /refuses the user streambook/);
    await failing(
      openForTest({ user: "cassandra", password: "cassandra" }),
      "CASSANDRA_LOGIN",
      /refuses the user cassandra/,
    );
    await failing(openForTest({ address: "127.0.0.1:1" }), "UNREACHABLE", /no Cassandra answers at 127\.0\.0\.1:1/);
    await failing(openForTest({ address: "nowhere" }), "USAGE", /must be host:port/);
    const closed = await openForTest();
    await closed.close();
    await failing(closed.query(`SELECT * FROM ${name} LIMIT 1`), "USAGE", /session with Cassandra is closed/);
    const three = createKeyspace(`${keyspace}_3`, 3);
    await cassandra.execute(three);
    try {
      await cassandra.execute(createTable(`${keyspace}_3`, table, ""));
      await failing(
        cassandra.query(`SELECT * FROM ${keyspace}_3.ratings WHERE person = 'a'`, [], { consistency: "all" }),
        "NODES_MISSING",
        /all/i,
      );
      await cassandra
        .query(`SELECT * FROM ${keyspace}_3.ratings WHERE person = 'a'`, [], { consistency: "all" })
        .catch((error: unknown) => assert.deepEqual(hintOf(error)?.start, ["replicas"]));
    } finally {
      await cassandra.execute(`DROP KEYSPACE ${keyspace}_3`);
    }
  });

  test("a signal ends the waiting", async () => {
    const stop = AbortSignal.abort(new DOMException("stopped", "AbortError"));
    await assert.rejects(cassandra.query(`SELECT * FROM ${name}`, [], { signal: stop }), { name: "AbortError" });
  });
});
