import assert from "node:assert/strict";
import { test } from "node:test";
import { type FakeTrino, fakeTrino, json } from "../../../trino/fake-trino-for-test.ts";
import { goldTables, lakeNames } from "../names.ts";
import { forgetTables, makeViews, viewsOf } from "./views.ts";

const names = lakeNames("a");

/** A Trino that keeps which tables have names. */
async function trinoWith(registered: Set<string>): Promise<FakeTrino> {
  return fakeTrino(({ body }, response) => {
    const [, procedure, schema, table] = /^CALL delta\.system\.(\w+)\('(\w+)', '(\w+)'/.exec(body) ?? [];
    if (procedure === "register_table") registered.add(`${schema}.${table}`);
    if (procedure === "unregister_table") registered.delete(`${schema}.${table}`);
    const [, inSchema, name] = /table_schema = '(\w+)' AND table_name = '(\w+)'/.exec(body) ?? [];
    const typeSignature = { rawType: "varchar", arguments: [] };
    json(response, {
      ...{ id: "q", stats: { state: "FINISHED" } },
      columns: [{ name: "table_name", type: "varchar", typeSignature }],
      data: registered.has(`${inSchema}.${name}`) ? [[name]] : [],
    });
  });
}

const statements = ({ seen }: FakeTrino, begin: string): string[] =>
  seen.map(({ body }) => body).filter((body) => body.startsWith(begin));

test("tables are named once, and views made anew each time", async () => {
  const registered = new Set<string>();
  await using fake = await trinoWith(registered);
  await makeViews(fake.trino, names);
  await makeViews(fake.trino, names);
  assert.deepEqual(
    [...registered].toSorted(),
    ["silver_a.tweets", ...goldTables.map((table) => `gold_a.${table}`)].toSorted(),
  );
  const calls = statements(fake, "CALL delta.system.register_table");
  assert.equal(calls.length, 1 + goldTables.length);
  assert.ok(calls.includes("CALL delta.system.register_table('silver_a', 'tweets', 's3://tweets-silver-a/tweets')"));
  assert.equal(statements(fake, "CREATE OR REPLACE VIEW delta.gold_a.").length, 2 * Object.keys(viewsOf()).length);
});

test("what is forgotten goes before what it stands on: views, tables, schemas", async () => {
  const registered = new Set<string>();
  await using fake = await trinoWith(registered);
  await makeViews(fake.trino, names);
  const before = fake.seen.length;
  await forgetTables(fake.trino, names);
  assert.equal(registered.size, 0);
  const steps = fake.seen.slice(before).flatMap(({ body }) => /^(?:DROP VIEW|CALL|DROP SCHEMA)/.exec(body)?.[0] ?? []);
  assert.deepEqual([...new Set(steps)], ["DROP VIEW", "CALL", "DROP SCHEMA"]);
  assert.equal(steps.lastIndexOf("DROP VIEW") < steps.indexOf("CALL"), true);
  assert.equal(steps.lastIndexOf("CALL") < steps.indexOf("DROP SCHEMA"), true);
  assert.equal(statements(fake, "DELETE").length, 0);
});
