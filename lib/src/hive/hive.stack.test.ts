/** Against a running HiveServer2: each trap of the driver, and what the session makes of it. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { Hdfs } from "../hdfs/index.ts";
import { parseSchema } from "../schema/index.ts";
import { addresses } from "../stack/index.ts";
import { addPartition, createExternalTable, createTextView, identifier, stringLiteral } from "./ddl.ts";
import { openHive, type HiveSession } from "./session.ts";

const name = `hive_test_${randomUUID().replaceAll("-", "")}`;
/** 250 rows from nothing. */
const NUMBERS = (count: number) =>
  `SELECT n FROM (SELECT 1) one LATERAL VIEW posexplode(split(space(${count - 1}), ' ')) t AS n, v`;
const SLOW = "SELECT reflect('java.lang.Thread', 'sleep', 30000L)";
let address: string;
let hive: HiveSession;

before(async () => {
  address = (await addresses()).hive;
  hive = await openHive({ address });
});
after(async () => {
  await hive.execute(`DROP VIEW IF EXISTS ${identifier(`${name}_view`)}`);
  for (const table of [name, `${name}_waited`]) await hive.execute(`DROP TABLE IF EXISTS ${identifier(table)}`);
  await hive.close();
  await new Hdfs({ address: (await addresses()).webhdfs }).remove(`/tmp/${name}`, { recursive: true });
});

test("trap: there is no limit of 100 rows", async () => {
  assert.equal((await hive.query(NUMBERS(2345))).length, 2345);
  assert.equal((await hive.query(NUMBERS(2345), { maximumRows: 7 })).length, 7);
});

test("trap: values come exactly", async () => {
  const [row] = await hive.query(
    `SELECT 9007199254740993 AS big, 42L AS small, CAST('12345678901234567.89' AS DECIMAL(30,2)) AS money,
            TIMESTAMP '2024-05-06 07:08:09.123' AS at, DATE '2024-05-06' AS day, true AS yes, CAST(NULL AS STRING) AS nothing,
            0.5D AS half, array(1, 2) AS list, '' AS empty;`,
  );
  assert.deepEqual(row, {
    big: 9007199254740993n,
    small: 42,
    money: "12345678901234567.89",
    at: "2024-05-06 07:08:09.123",
    day: "2024-05-06",
    yes: true,
    nothing: null,
    half: 0.5,
    list: "[1,2]",
    empty: "",
  });
});

test("trap: NaN, the infinities and every column come, whatever the columns are named", async () => {
  const sql =
    "SELECT CAST('NaN' AS DOUBLE) AS n, CAST('Infinity' AS FLOAT) AS `__proto__`, 1 AS `constructor`, 2 AS `a.b`";
  const [row] = await hive.query(sql);
  assert.deepEqual(Object.entries(row ?? {}), [
    ["n", NaN],
    ["__proto__", Infinity],
    ["constructor", 1],
    ["b", 2],
  ]);
});

test("trap: two columns of one name are two columns", async () => {
  // Hive itself gives the second x another name, which may be that of the third column.
  const [row = {}] = await hive.query("SELECT 0 AS x, 1 AS x, 2 AS x_1");
  assert.deepEqual(Object.values(row), [0, 1, 2]);
  assert.deepEqual(await hive.queryTable("SELECT 1 AS b, 2 AS a WHERE 1 = 0"), { columns: ["b", "a"], rows: [] });
});

test("comments are no part of a statement, and several statements are refused", async () => {
  assert.deepEqual(await hive.query("-- it's\nSELECT 1 /* one; */ AS one; -- done;"), [{ one: 1 }]);
  await assert.rejects(hive.query("SELECT 1; SELECT 2"), /these are 2, the second "SELECT 2"/);
});

test("any text survives as a literal, and none becomes SQL", async () => {
  const evil =
    "it's \\ \"q\" `b` ${system:user.name} ${hiveconf:x} \n\r\t\u0000\u001f; -- /* 😀 \u2028 zażółć %_ \\u0041 \\' ";
  assert.equal((await hive.query(`SELECT ${stringLiteral(evil)} AS value`))[0]?.["value"], evil);
});

test("trap: the message of an error is Hive's own", async () => {
  const cases: [string, RegExp][] = [
    ["SELEC 1", /ParseException.*SELEC/],
    ["SELECT * FROM no_such_table_at_all", /Table not found 'no_such_table_at_all'/],
    ["SELECT assert_true(1 = 0)", /ASSERT_TRUE/],
  ];
  for (const [sql, message] of cases) {
    await assert.rejects(hive.query(sql), (error) => {
      assert.ok(isStreambookError(error, "HIVE_FAILED"), String(error));
      assert.match(error.message, message);
      assert.ok(!error.message.includes("\n"));
      return true;
    });
  }
});

test("what is made a second time says how to make it, or not, again", async () => {
  const create = "CREATE TABLE lib_made_twice (n INT)";
  await hive.execute("DROP TABLE IF EXISTS lib_made_twice");
  await hive.execute(create);
  await assert.rejects(hive.execute(create), (error) => {
    assert.ok(isStreambookError(error, "HIVE_FAILED"), String(error));
    assert.match(error.message, /already exists\).*add IF NOT EXISTS to it, or drop the old one first$/);
    return true;
  });
  await hive.execute("DROP TABLE lib_made_twice");
});

test("trap: statements asked for at once run one after the other, and a failure stops none", async () => {
  const results = await Promise.allSettled([1, 2, 3, 4].map((n) => hive.query(n === 2 ? "SELEC" : `SELECT ${n} AS n`)));
  assert.deepEqual(
    results.map((result) => (result.status === "fulfilled" ? result.value[0]?.["n"] : "failed")),
    [1, "failed", 3, 4],
  );
});

test("a statement is cancelled when it is aborted, and the session goes on", async () => {
  const controller = new AbortController();
  const slow = hive.query(SLOW, { signal: controller.signal });
  const next = hive.query("SELECT 5 AS five");
  setTimeout(() => controller.abort(new Error("enough")), 200);
  await assert.rejects(slow, /enough/);
  assert.deepEqual(await next, [{ five: 5 }]);
});

test("a statement that is aborted while it waits for its turn is not begun", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const first = hive.query("SELECT 1 AS one");
  const waiting = [
    hive.execute(`SET streambook.waited=${name}`, { signal }), // takes effect as soon as the server hears it
    hive.execute(`CREATE TABLE ${identifier(`${name}_waited`)} (n INT)`, { signal }),
  ];
  controller.abort(new Error("enough"));
  await Promise.all(waiting.map((statement) => assert.rejects(statement, /enough/)));
  assert.deepEqual(await first, [{ one: 1 }]);
  assert.deepEqual(await hive.query("SET streambook.waited"), [{ set: "streambook.waited is undefined" }]);
  assert.deepEqual(await hive.query(`SHOW TABLES LIKE ${stringLiteral(`${name}_waited`)}`), []);
});

test("a statement that takes too long is ended", async () => {
  await using impatient = await openHive({ address, statementTimeout: 300 });
  await assert.rejects(impatient.query(SLOW), (error) => isStreambookError(error, "TIMEOUT"));
});

test("trap: a connection that breaks in the middle is an error and no hang; the next statement connects again", async () => {
  await using proxy = await proxyTo(address);
  await using session = await openHive({ address: proxy.address });
  const slow = session.query(SLOW);
  setTimeout(() => proxy.cut(), 300);
  await assert.rejects(slow, (error) => isStreambookError(error, "UNREACHABLE"));
  assert.deepEqual(await session.query("SELECT 3 AS three"), [{ three: 3 }]);
});

test("a server that stays away after a break is named", async () => {
  const proxy = await proxyTo(address);
  await using session = await openHive({ address: proxy.address });
  await proxy[Symbol.asyncDispose]();
  await assert.rejects(session.query("SELECT 1"), (error) => isStreambookError(error, "UNREACHABLE"));
});

test("a closed session takes no statement", async () => {
  const session = await openHive({ address });
  await session.close();
  await assert.rejects(session.query("SELECT 1"), (error) => isStreambookError(error, "USAGE"));
});

test("a table, its partition and its view are made from a schema", async () => {
  const schema = parseSchema({
    name: "clicks",
    fields: [{ name: "page", type: "string", doc: "it's a page; ${x}" }],
  });
  const location = `/tmp/${name}`;
  const options = { table: name, location, partitionedBy: [{ name: "event_date", type: "string", doc: "" }] } as const;
  for (const _ of [1, 2]) await hive.execute(createExternalTable(schema, options));
  for (const _ of [1, 2])
    await hive.execute(addPartition(name, { event_date: "2026-01-01" }, `${location}/event_date=2026-01-01`));
  assert.deepEqual(await hive.query(`SHOW PARTITIONS ${identifier(name)}`), [{ partition: "event_date=2026-01-01" }]);
  const [column] = await hive.query(`DESCRIBE ${identifier(name)}`);
  assert.deepEqual(column, { col_name: "page", data_type: "string", comment: "it's a page; ${x}" });
  for (const _ of [1, 2])
    await hive.execute(createTextView({ view: `${name}_view`, table: name, columns: ["page"], stripped: ["page"] }));
  assert.deepEqual(await hive.query(`SELECT * FROM ${identifier(`${name}_view`)}`), []);
});

/** A way to HiveServer2 that can be cut. */
async function proxyTo(target: string) {
  const [host = "", port] = target.split(":");
  const sockets = new Set<Socket>();
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  const server = createServer((inside) => {
    const outside = connect(Number(port), host);
    for (const socket of [inside, outside])
      sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    inside.pipe(outside).pipe(inside);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.close();
      cut();
      await once(server, "close");
    },
  };
}
