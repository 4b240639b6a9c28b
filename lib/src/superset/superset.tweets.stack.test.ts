/** Against a running Superset over a running Trino: made once, changed where it differs, rows by type, an export, and what is refused. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { addresses, credentials } from "../stack/index.ts";
import { needs } from "../stack/fetch/needs-for-test.ts";
import { openTrino, type Trino } from "../trino/index.ts";
import { boardsForTest } from "./boards-for-test.ts";
import type { Boards } from "./boards.ts";
import { findThing } from "./find.ts";
import { boardIds } from "./ids.ts";
import { openSuperset, type Superset } from "./superset.ts";
import { SupersetWire } from "./wire.ts";

suite("Superset", await needs("trino", "superset"), () => {
  const mark = randomUUID().slice(0, 8);
  const [table, twinTable] = [`words_${mark}`, `twins_${mark}`];
  let [address, password, uri] = ["", "", ""];
  let [trino, superset] = [] as unknown as [Trino, Superset];
  let boards: Boards;
  const fill = async (columns: string): Promise<void> => {
    await trino.sql(`DROP TABLE IF EXISTS memory.default.${table}`);
    await trino.sql(`CREATE TABLE memory.default.${table} AS SELECT ${columns} FROM (VALUES
      ('a', TIMESTAMP '2026-06-29 13:20:00 UTC', BIGINT '5'), ('b', TIMESTAMP '2026-06-29 13:40:00 UTC', 9007199254740993),
      ('c', TIMESTAMP '2026-06-29 14:00:00 UTC', 1), (NULL, TIMESTAMP '2026-06-29 14:10:00 UTC', 5)) AS t(word, at, n)`);
  };
  before(async () => {
    const known = await addresses();
    address = known.dashboards ?? "";
    ({ password = "" } = await credentials("superset"));
    trino = await openTrino({ address: known.trino ?? "" });
    await fill("word, at, n");
    await trino.sql(`CREATE TABLE memory.default.${twinTable} AS SELECT * FROM memory.default.${table}`);
    superset = await openSuperset({ address, password });
    uri = `trino://test@${(known.trino ?? "").replace("http://", "")}/memory`;
    boards = boardsForTest(`Test ${mark}`, uri, table);
  });
  after(async () => {
    await superset.remove(boards);
    for (const name of [table, twinTable]) await trino.sql(`DROP TABLE IF EXISTS memory.default.${name}`);
  });

  /** Changes something behind the back of the declaration, as a person does on Superset's pages. */
  const change = async (method: "PUT" | "DELETE", kind: "chart" | "dashboard", name: string, body?: object) => {
    const wire = new SupersetWire({ address, user: "admin", password, timeout: 30_000 });
    const { id = 0 } = (await findThing(wire, boards, kind, name)) ?? {};
    await wire.json({ method, path: `${kind}/${id}`, ...(body !== undefined && { body }), what: "a change" });
  };

  test("the first time everything is made, and the second time nothing is changed", async () => {
    const made = await superset.apply(boards);
    assert.deepEqual(
      made.map(({ kind, change: what }) => `${kind} ${what}`),
      ["database made", "dataset made", "dashboard made", "chart made", "chart made"],
    );
    assert.deepEqual(await superset.apply(boards), []);
  });

  test("rows have their types: whole numbers to the last digit, times as such, cut as the chart says", async () => {
    assert.deepEqual(await superset.rows(boards, "top"), [
      { word: "b", total: 9007199254740993n },
      { word: "a", total: 5 },
    ]);
    const hours = await superset.rows(boards, "hours");
    assert.deepEqual(
      hours.map(({ at, word }) => [at instanceof Date && at.toISOString(), word]).toSorted(),
      [
        ["2026-06-29T13:00:00.000Z", "a"],
        ["2026-06-29T13:00:00.000Z", "b"],
        ["2026-06-29T14:00:00.000Z", null],
      ].toSorted(),
    );
  });

  test("what somebody has changed is changed back, what was deleted is made, and nothing else is touched", async () => {
    await change("PUT", "chart", "top", { slice_name: "Other", params: "{}" });
    assert.deepEqual(await superset.apply(boards), [{ kind: "chart", name: "Top words", change: "changed" }]);
    const [{ slug = "", title = "" } = {}] = boards.dashboards;
    await change("PUT", "dashboard", slug, { position_json: "{}" });
    assert.deepEqual(await superset.apply(boards), [{ kind: "dashboard", name: title, change: "changed" }]);
    await change("DELETE", "dashboard", slug);
    const made = await superset.apply(boards);
    assert.deepEqual(made[0], { kind: "dashboard", name: title, change: "made" });
    assert.deepEqual(
      made.slice(1).map(({ kind, change: what }) => [kind, what]),
      [
        ["chart", "changed"], // they are on it again
        ["chart", "changed"],
      ],
    );
    assert.deepEqual(await superset.apply(boards), []);
  });

  test("a declaration that changes, changes what it says: a title, a colour, a place, a chart less", async () => {
    const [board] = boards.dashboards;
    const { top, hours } = boards.charts;
    const other: Boards = {
      ...boards,
      charts: { top: { ...top!, title: "The top" }, hours: hours! },
      dashboards: [{ ...board!, colors: { a: "#000000" }, rows: [[board!.rows[0]![0]!]] }],
    };
    const changes = await superset.apply(other);
    assert.deepEqual(
      changes.map(({ name, change: what }) => [name, what]),
      [
        ["The top", "changed"],
        ["Words by the hour", "changed"], // it is on no dashboard any more
        [board!.title, "changed"],
      ],
    );
    assert.deepEqual(await superset.apply(other), []);
    await superset.apply(boards);
  });

  test("a column that a table has gained is read; one that it has not is said to be missing", async () => {
    await fill("word, at, n, n AS more");
    const [dataset] = boards.datasets;
    const wider = (column: string): Boards => ({
      ...boards,
      datasets: [{ ...dataset!, columns: [...dataset!.columns, column] }],
    });
    assert.deepEqual(await superset.apply(wider("more")), [
      { kind: "dataset", name: `default.${table}`, change: "changed" },
    ]);
    assert.deepEqual(await superset.apply(wider("more")), []);
    await assert.rejects(superset.apply(wider("nowhere")), {
      code: "SUPERSET_FAILED",
      message: new RegExp(`memory\\.default\\.${table} has no nowhere,`),
    });
  });

  test("an export says what is declared, and nothing of this set-up: another has the same but for its identifiers", async () => {
    const twin = boardsForTest(`Twin ${mark}`, uri, twinTable);
    for (const all of [boards, twin]) await superset.apply(all);
    try {
      const [ours, theirs] = [await superset.export(boards), await superset.export(twin)];
      const text = (files: Map<string, string>, of: Boards): string =>
        boardIds(of)
          .reduce((whole, id, index) => whole.replaceAll(id, `<${index}>`), JSON.stringify([...files], undefined, 1))
          .replaceAll(/(?:Twin|Test|twin|test|words|twins)[ _-][0-9a-f]{8}/g, "X");
      assert.deepEqual(text(ours, boards).split(String.raw`\n`), text(theirs, twin).split(String.raw`\n`));
      assert.deepEqual(
        [...ours.keys()].map((name) => name.split("/")[0]),
        ["charts", "charts", "dashboards", "databases", "datasets"],
      );
      const all = [...ours.values()].join("\n");
      assert.match(all, /sqlExpression: sum\(n\)/);
      assert.match(all, /sqlalchemy_uri: trino:\/\/USER@HOST:PORT\/memory/);
      assert.doesNotMatch(all, /chartId|timestamp|password: \S/);
    } finally {
      await superset.remove(twin);
    }
  });

  test("a chart whose table is gone is an error with Trino's reason", async () => {
    await trino.sql(`DROP TABLE memory.default.${table}`);
    await assert.rejects(superset.rows(boards, "top"), {
      code: "SUPERSET_FAILED",
      message: /rows of the chart "Top words".*make the tables and views that its charts ask/,
    });
    await fill("word, at, n");
  });

  test("what Superset refuses is said with its reason: a name that is taken, a database that is away", async () => {
    const missing = boardsForTest(`Missing ${mark}`, uri, `nowhere_${mark}`);
    await assert.rejects(superset.apply(missing), {
      code: "SUPERSET_FAILED",
      message: /to make the dataset "default\.nowhere_.*check that its table or view is there/,
    });
    await superset.remove(missing);
    const twin = boardsForTest(`Twin ${mark}`, uri, twinTable);
    const [board] = twin.dashboards;
    const taken: Boards = { ...twin, dashboards: [{ ...board!, slug: boards.dashboards[0]!.slug }] };
    await assert.rejects(superset.apply(taken), {
      code: "SUPERSET_FAILED",
      message: /to make the dashboard .*slug: Must be unique .*rename or delete in Superset/,
    });
    await superset.remove(twin);
    const away = boardsForTest(`Away ${mark}`, "trino://test@127.0.0.1:3/memory", table);
    await assert.rejects(superset.apply(away), {
      code: "SUPERSET_FAILED",
      message: /to make the database "Away .*check that the database of its charts runs/,
    });
    await superset.remove(away);
  });

  test("a wrong password is refused", async () => {
    await assert.rejects(openSuperset({ address, password: `${password}x` }), { code: "SUPERSET_DENIED" });
  });

  test("what is removed is gone, and may be removed again", async () => {
    const removed = await superset.remove(boards);
    assert.equal(removed.length, 5);
    assert.deepEqual(await superset.remove(boards), []);
    await assert.rejects(superset.rows(boards, "top"), { code: "NOT_FOUND" });
  });
});
