import assert from "node:assert/strict";
import { test } from "node:test";
import { take } from "../../events/event.ts";
import { tweets } from "../generate/generate.ts";
import { goldTables, tweetSchema } from "../names.ts";
import { plainLake } from "../plain/lake.ts";
import { conditionsOf, periodsOf } from "./refresh.ts";
import { goldDefinitions } from "./tables.ts";

const { tables } = plainLake(take(tweets(), 3000), await tweetSchema());

for (const table of goldTables) {
  const { columns, key, period } = goldDefinitions[table];

  test(`${table} has the columns of the plain answer, each of a type for its values`, () => {
    const rows = tables[table];
    const [row = {}] = rows;
    assert.deepEqual(Object.keys(row).toSorted(), Object.keys(columns).toSorted());
    assert.equal(Object.keys(columns)[0], period);
    for (const [name, type] of Object.entries(columns)) {
      const isNumber = type === "BIGINT" || type === "DOUBLE";
      for (const { [name]: value } of rows) {
        if (value === null) continue;
        assert.equal(typeof value, isNumber ? "number" : "string", name);
        if (type === "BIGINT") assert.ok(Number.isSafeInteger(value), `${name} is ${value}`);
      }
    }
  });

  test(`${table} has each key once`, () => {
    assert.equal(key[0], period);
    const keys = tables[table].map((row) => key.map((name) => row[name]).join(", "));
    assert.equal(new Set(keys).size, keys.length);
  });
}

test("the summary, by which the hours that have changed are known, is written last", () => {
  assert.equal(goldTables.at(-1), "hourly_activity_summary");
});

const hours = ["2026-06-29T22:00:00.000Z", "2026-06-29T23:00:00.000Z", "2026-07-01T00:00:00.000Z"];

test("tables by the day are replaced by whole days, each once", () => {
  assert.deepEqual(periodsOf(hours, "hour"), hours);
  assert.deepEqual(periodsOf(hours, "day"), ["2026-06-29", "2026-07-01"]);
});

test("what is read of silver reaches from the first hour or day to the end of the last, and only those between are replaced", () => {
  assert.deepEqual(conditionsOf(periodsOf(hours, "day"), "day"), {
    within: "created_at >= TIMESTAMP '2026-06-29' AND created_at < TIMESTAMP '2026-07-01' + INTERVAL 1 DAY",
    isOneOf: "day IN (DATE '2026-06-29', DATE '2026-07-01')",
  });
  assert.deepEqual(conditionsOf(hours.slice(2), "hour"), {
    within:
      "created_at >= TIMESTAMP '2026-07-01T00:00:00.000Z' AND created_at < TIMESTAMP '2026-07-01T00:00:00.000Z' + INTERVAL 1 HOUR",
    isOneOf: "hour IN (TIMESTAMP '2026-07-01T00:00:00.000Z')",
  });
});
