/** What Trino does on a bad day, by a server that does it: each fault is seen, and said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeTrino, json } from "./fake-trino-for-test.ts";
import { openTrino } from "./trino.ts";
import type { TrinoProgress } from "./progress.ts";

const INTEGER = { name: "n", type: "integer", typeSignature: { rawType: "integer", arguments: [] } };
const finished = { state: "FINISHED" };

/** Pages of one statement, each pointing at the next. */
const page = (address: string, number: number, last: boolean, more: object = {}) => ({
  id: "q",
  ...(!last && { nextUri: `${address}/v1/statement/q/${number + 1}` }),
  stats: { state: last ? "FINISHED" : "RUNNING", progressPercentage: number * 10, totalSplits: 4, completedSplits: 1 },
  ...more,
});

test("an address that is none, and one where nobody answers, are two errors", async () => {
  for (const address of ["127.0.0.1:8080", "https://127.0.0.1:8080", "http://host", ""])
    await assert.rejects(openTrino({ address }), { code: "USAGE", message: /http:\/\/host:port/ });
  await assert.rejects(openTrino({ address: "http://127.0.0.1:3" }), {
    code: "UNREACHABLE",
    message: /no Trino answers at http:\/\/127\.0\.0\.1:3 \(ECONNREFUSED\)/,
    hint: { start: ["trino"], log: "trino" },
  });
});

test("rows come page by page, with progress; who asks is said with every request", async () => {
  await using fake = await fakeTrino(({ method, path }, response, address) => {
    if (method === "POST") return json(response, page(address, 0, false));
    const number = Number(path.split("/").at(-1));
    json(response, page(address, number, number === 3, { columns: [INTEGER], data: [[number]] }));
  });
  const seen: TrinoProgress[] = [];
  const query = fake.trino.query`SELECT n FROM t WHERE x = ${"it's"}`;
  const result = await query.run({ onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(result.rows, [{ n: 1 }, { n: 2 }, { n: 3 }]);
  assert.deepEqual(result.columns, [{ name: "n", type: "integer" }]);
  assert.deepEqual(
    seen.map(({ state, percent }) => [state, percent]),
    [
      ["RUNNING", 0],
      ["RUNNING", 10],
      ["RUNNING", 20],
      ["FINISHED", 30],
    ],
  );
  assert.equal(fake.seen[0]?.body, "SELECT n FROM t WHERE x = 'it''s'");
  for (const { headers } of fake.seen) {
    assert.equal(headers["x-trino-user"], "gr%C3%B6%C3%9Fe");
    assert.equal(headers["x-trino-catalog"], "delta");
    assert.equal(headers["x-trino-session"], "a=b%20c");
    assert.equal(headers["x-trino-client-capabilities"], "PARAMETRIC_DATETIME");
  }
});

test("a statement that fails says where and what to do, with Trino's own name of it", async () => {
  const failing = (error: object) =>
    fakeTrino((_, response) => json(response, { id: "q7", stats: { state: "FAILED" }, error }));
  const location = { lineNumber: 1, columnNumber: 15 };
  const missing = { message: "line 1:15: Table 'delta.a.b' does not exist", errorType: "USER_ERROR" };
  await using fake = await failing({ ...missing, errorName: "TABLE_NOT_FOUND", errorLocation: location });
  await assert.rejects(fake.trino.sql("SELECT * FROM a.b"), {
    code: "TRINO_FAILED",
    message:
      "Trino failed: line 1:15: Table 'delta.a.b' does not exist (TABLE_NOT_FOUND); check the name; SHOW SCHEMAS, SHOW TABLES and DESCRIBE list what there is",
    ...{ errorName: "TABLE_NOT_FOUND", errorType: "USER_ERROR", line: 1, column: 15, queryId: "q7", retriable: false },
  });
  await using full = await failing({ message: "Query exceeded", errorName: "EXCEEDED_LOCAL_MEMORY_LIMIT" });
  await assert.rejects(full.trino.sql("SELECT 1"), { message: /more memory than Trino may take: read fewer rows/ });
  await using starting = await failing({ message: "starting", errorName: "SERVER_STARTING_UP" });
  await assert.rejects(starting.trino.sql("SELECT 1"), { retriable: true });
});

test("an answer that is lost is asked for again; a statement is not sent twice", async () => {
  let answers = 0;
  await using fake = await fakeTrino(({ method }, response, address) => {
    if (method === "POST") return json(response, page(address, 0, false));
    if (++answers === 1) return response.destroy();
    if (answers === 2) return void response.writeHead(503).end();
    json(response, page(address, 1, true, { columns: [INTEGER], data: [[1]] }));
  });
  assert.deepEqual(await fake.trino.sql("INSERT INTO t VALUES 1"), [{ n: 1 }]);
  assert.equal(fake.seen.filter(({ method }) => method === "POST").length, 1);
  await using lost = await fakeTrino((_, response) => response.destroy());
  await assert.rejects(lost.trino.sql("INSERT INTO t VALUES 1"), { code: "UNREACHABLE" });
  assert.equal(lost.seen.length, 1, "it may have been done");
  let busy = 0;
  await using full = await fakeTrino((_, response) =>
    ++busy === 1 ? void response.writeHead(503).end() : json(response, { id: "q", stats: finished }),
  );
  assert.deepEqual(await full.trino.sql("INSERT INTO t VALUES 1"), [], "it was certainly not taken");
});

test("a statement for which there is no node yet waits for one; one that has begun is not run twice", async () => {
  const lacking = { message: "No nodes available to run query", errorName: "NO_NODES_AVAILABLE" };
  let posts = 0;
  await using early = await fakeTrino((_, response, address) =>
    json(response, ++posts < 3 ? page(address, 0, true, { error: lacking }) : { id: "q", stats: finished }),
  );
  assert.deepEqual(await early.trino.sql("INSERT INTO t VALUES 1"), []);
  assert.equal(posts, 3);

  await using late = await fakeTrino(({ method, path }, response, address) => {
    if (method === "POST") return json(response, page(address, 0, false));
    const number = Number(path.split("/").at(-1));
    const more = number === 1 ? { columns: [INTEGER], data: [[1]] } : { error: lacking };
    json(response, page(address, number, number === 2, more));
  });
  await assert.rejects(late.trino.sql("SELECT n FROM t"), { errorName: "NO_NODES_AVAILABLE", retriable: true });
  assert.equal(late.seen.filter(({ method }) => method === "POST").length, 1);

  await using never = await fakeTrino((_, response, address) =>
    json(response, page(address, 0, true, { error: lacking })),
  );
  const stop = AbortSignal.timeout(700);
  await assert.rejects(never.trino.query("SELECT 1").collect({ signal: stop }), { name: "TimeoutError" });
});

test("a Trino that was started again does not know the statement", async () => {
  await using fake = await fakeTrino(({ method }, response, address) =>
    method === "POST" ? json(response, page(address, 0, false)) : void response.writeHead(404).end("Query not found"),
  );
  await assert.rejects(fake.trino.sql("SELECT 1"), {
    ...{ code: "TRINO_FAILED", errorName: "QUERY_GONE", retriable: true },
    message: /does not know the statement q any more/,
  });
});

test("whoever stops reading, or aborts, ends the statement on Trino", async () => {
  const endless = () =>
    fakeTrino(({ method, path }, response, address) => {
      if (method === "DELETE") return void response.writeHead(204).end();
      const number = method === "POST" ? 0 : Number(path.split("/").at(-1));
      const send = (): void => json(response, page(address, number, false, { columns: [INTEGER], data: [[number]] }));
      if (number < 3) send();
      else setTimeout(send, 200);
    });
  await using fake = await endless();
  for await (const { n } of fake.trino.query<{ n: number }>("SELECT n FROM t")) if (n === 1) break;
  assert.deepEqual(fake.seen.at(-1)?.method, "DELETE");
  assert.deepEqual(await fake.trino.query("SELECT n FROM t").first(), { n: 0 });
  assert.deepEqual(fake.seen.at(-1)?.method, "DELETE");

  await using other = await endless();
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("enough")), 300);
  await assert.rejects(other.trino.query("SELECT n FROM t").collect({ signal: stop.signal }), { message: "enough" });
  assert.equal(other.seen.at(-1)?.method, "DELETE");
  const before = other.seen.length;
  await assert.rejects(other.trino.query("SELECT 1").collect({ signal: AbortSignal.abort(new Error("never")) }), {
    message: "never",
  });
  assert.equal(other.seen.length, before, "nothing was sent");
});

test("what USE and SET SESSION change holds for the statements that follow", async () => {
  const changes: Record<string, Record<string, string>> = {
    "USE memory.lab": { "x-trino-set-catalog": "memory", "x-trino-set-schema": "lab" },
    "SET SESSION z = 1": { "x-trino-set-session": "z=1%2C2" },
    "RESET SESSION a": { "x-trino-clear-session": "a" },
    "START TRANSACTION": { "x-trino-started-transaction-id": "t" },
  };
  await using fake = await fakeTrino(({ body }, response) =>
    json(response, { id: "q", stats: finished, updateType: "DONE" }, changes[body] ?? {}),
  );
  const heads = async (): Promise<unknown[]> => {
    await fake.trino.sql("SELECT 1");
    const { headers } = fake.seen.at(-1)!;
    return [headers["x-trino-catalog"], headers["x-trino-schema"], headers["x-trino-session"]];
  };
  assert.deepEqual(await heads(), ["delta", undefined, "a=b%20c"]);
  assert.equal((await fake.trino.query("USE memory.lab").run()).updateType, "DONE");
  await fake.trino.sql("SET SESSION z = 1");
  assert.deepEqual(await heads(), ["memory", "lab", "a=b%20c,z=1%2C2"]);
  await fake.trino.sql("RESET SESSION a");
  assert.deepEqual(await heads(), ["memory", "lab", "z=1%2C2"]);
  await assert.rejects(fake.trino.sql("START TRANSACTION"), { code: "USAGE", message: /each statement is one/ });
});

test("something else that answers there, and a Trino that is silent, are no Trino", async () => {
  await using page404 = await fakeTrino((_, response) => void response.writeHead(200).end("<html>"));
  await assert.rejects(page404.trino.sql("SELECT 1"), { code: "UNREACHABLE", message: /something else answers/ });
  await using silent = await fakeTrino(() => undefined);
  await assert.rejects(silent.trino.sql("SELECT 1"), { code: "UNREACHABLE", message: /no answer for 1\.5 s/ });
  await using refusing = await fakeTrino((_, response) => void response.writeHead(401).end("no user"));
  await assert.rejects(refusing.trino.sql("SELECT 1"), {
    code: "TRINO_FAILED",
    message: /no user \(HTTP status 401\)/,
  });
});
