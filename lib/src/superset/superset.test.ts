/** What Superset does on a bad day, by a server that does it: each fault is seen, and said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { boardsForTest } from "./boards-for-test.ts";
import { type Answer, fakeSuperset, json } from "./fake-superset-for-test.ts";
import { openSuperset } from "./superset.ts";

const boards = boardsForTest("faults");

/** A Superset in which every thing is there, and every request of a certain method is answered by a test. */
const answering = (method: string, answer: Answer) =>
  fakeSuperset((request, response) =>
    request.method === method ? answer(request, response) : json(response, { ids: [], result: { id: 1 } }),
  );

test("an address that is none, one where nobody answers, and a wrong password are three errors", async () => {
  for (const address of ["127.0.0.1:8089", "https://127.0.0.1:8089", "http://host", ""])
    await assert.rejects(openSuperset({ address, password: "x" }), { code: "USAGE", message: /http:\/\/host:port/ });
  await assert.rejects(openSuperset({ address: "http://127.0.0.1:3", password: "x" }), {
    code: "UNREACHABLE",
    message: /no Superset answers at http:\/\/127\.0\.0\.1:3 \(ECONNREFUSED\)/,
    hint: { start: ["superset"], log: "superset" },
  });
  await using fake = await fakeSuperset((_, response) => json(response, {}));
  await assert.rejects(openSuperset({ address: fake.address, password: "wrong" }), {
    code: "SUPERSET_DENIED",
    message: /does not accept the password of admin/,
  });
});

test("every request shows who asks, and that no other page has sent it", async () => {
  await using fake = await answering("POST", (_, response) => json(response, { id: 7 }, 201));
  await assert.rejects(fake.superset.apply(boards));
  const { headers, body } = fake.seen.find(({ method }) => method === "POST")!;
  assert.equal(headers["authorization"], "Bearer token-1");
  assert.equal(headers["x-csrftoken"], "csrf-1");
  assert.equal(headers["cookie"], "session=s1");
  assert.equal(headers["referer"], fake.address);
  assert.equal((JSON.parse(body) as { sqlalchemy_uri: string }).sqlalchemy_uri, boards.database.uri);
  const look = fake.seen.find(({ method }) => method === "GET")!;
  assert.equal(look.headers["content-type"], undefined, "Superset looks for the body that is announced");
});

test("a session that has ended is begun anew, once", async () => {
  for (const [status, answer] of [
    [401, { msg: "Token has expired" }],
    [400, { errors: [{ message: "400 Bad Request: The CSRF token has expired." }] }],
  ] as const) {
    await using fake = await fakeSuperset((request, response) =>
      request.headers["authorization"] === "Bearer token-1"
        ? json(response, answer, status)
        : json(response, { result: [] }),
    );
    assert.deepEqual(await fake.superset.remove({ ...boards, charts: {}, dashboards: [], datasets: [] }), []);
    assert.equal(fake.logins(), 2);
  }
  await using never = await fakeSuperset((_, response) => json(response, { msg: "Token has expired" }, 401));
  await assert.rejects(never.superset.remove(boards), { code: "SUPERSET_FAILED", message: /Token has expired/ });
  assert.equal(never.logins(), 2);
});

const refusals: readonly (readonly [what: string, status: number, answer: object | string, message: RegExp])[] = [
  [
    "the fields that are wrong",
    422,
    { message: { database_name: ["A database with the same name already exists."], extra: { a: ["is no JSON"] } } },
    /refuses to make the database "faults": database_name: A database .* already exists\.; extra\.a: is no JSON \(HTTP status 422\); rename or delete/,
  ],
  [
    "a database of charts that is away",
    422,
    { message: "Connection failed, please check your connection settings" },
    /check that the database of its charts runs/,
  ],
  [
    "a database of Superset's own that is of another version",
    500,
    { errors: [{ message: "(sqlite3.OperationalError) no such column: dbs.new\n[SQL: SELECT]", level: "error" }] },
    /its database is of another version of Superset: end it and start it again/,
  ],
  [
    "a page instead of an answer",
    500,
    "<html><style>p {}</style><h1>Internal</h1> error</html>",
    /: Internal error \(HTTP/,
  ],
  ["nothing", 400, "", /no reason given \(HTTP status 400\)/],
];

for (const [what, status, answer, message] of refusals) {
  test(`what Superset refuses is said with its reason: ${what}`, async () => {
    await using fake = await answering("POST", (_, response) =>
      response.writeHead(status).end(typeof answer === "string" ? answer : JSON.stringify(answer)),
    );
    await assert.rejects(fake.superset.apply(boards), {
      ...{ code: "SUPERSET_FAILED", status, message, hint: { log: "superset" }, retriable: status === 500 },
    });
  });
}

test("something else that answers there, and a Superset that is silent, are no Superset", async () => {
  await using other = await fakeSuperset((_, response) => response.writeHead(200).end("<html>"));
  await assert.rejects(other.superset.apply(boards), { code: "UNREACHABLE", message: /something else answers/ });
  await using silent = await fakeSuperset(() => undefined, 200);
  await assert.rejects(silent.superset.apply(boards), { code: "UNREACHABLE", message: /no answer for 0\.2 s/ });
});

test("a question that is lost is asked again; what changes something is not sent twice", async () => {
  let answers = 0;
  await using fake = await fakeSuperset((_, response) =>
    ++answers === 1
      ? response.destroy()
      : answers === 2
        ? response.writeHead(503).end()
        : json(response, { ids: [], result: null }),
  );
  assert.deepEqual(await fake.superset.remove({ ...boards, charts: {}, dashboards: [], datasets: [] }), []);
  await using lost = await answering("POST", (_, response) => response.destroy());
  await assert.rejects(lost.superset.apply(boards), { code: "UNREACHABLE" });
  assert.equal(lost.seen.filter(({ method }) => method === "POST").length, 1, "it may have been done");
});

test("whoever aborts gets the reason, and nothing more is sent", async () => {
  const stop = new AbortController();
  await using fake = await fakeSuperset(() => stop.abort(new Error("enough")));
  await assert.rejects(fake.superset.apply(boards, { signal: stop.signal }), { message: "enough" });
  assert.equal(fake.seen.length, 1);
});

test("a chart whose database fails is an error, and not a chart without rows", async () => {
  await using fake = await fakeSuperset(({ path }, response) =>
    path.includes("/data/")
      ? json(response, { result: [{ data: null, error: "TABLE_NOT_FOUND: Table 'words' does not exist" }] })
      : json(response, { result: { id: 5 } }),
  );
  await assert.rejects(fake.superset.rows(boards, "top"), {
    code: "SUPERSET_FAILED",
    message: /rows of the chart "Top words": TABLE_NOT_FOUND.*; make the tables and views/,
  });
});

test("what was never made is not found, by its name", async () => {
  await using fake = await fakeSuperset((_, response) => json(response, { message: "Not found" }, 404));
  await assert.rejects(fake.superset.rows(boards, "top"), { code: "NOT_FOUND", message: /no chart "Top words"/ });
  await assert.rejects(fake.superset.export(boards), { code: "NOT_FOUND", message: /no dashboard "Words of faults"/ });
  assert.deepEqual(await fake.superset.remove(boards), []);
});

test("a declaration that contradicts itself is refused before anything is asked", async () => {
  await using fake = await fakeSuperset((_, response) => json(response, {}));
  const [board] = boards.dashboards;
  const [cell] = board!.rows[0]!;
  const wrong: [Partial<typeof boards>, RegExp][] = [
    [{ datasets: [] }, /the chart top asks words, which is none of the datasets/],
    [{ dashboards: [{ ...board!, rows: [[{ ...cell!, chart: "nowhere" }]] }] }, /shows nowhere, which is none/],
    [{ dashboards: [{ ...board!, rows: [[cell!, cell!]] }] }, /shows a chart twice/],
    [{ dashboards: [{ ...board!, rows: [[{ ...cell!, width: 13 }]] }] }, /is 13 columns wide; there are 12/],
  ];
  for (const [part, message] of wrong)
    await assert.rejects(fake.superset.apply({ ...boards, ...part }), { code: "USAGE", message });
  assert.equal(fake.seen.length, 0);
});
