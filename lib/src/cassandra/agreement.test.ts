import assert from "node:assert/strict";
import { test } from "node:test";
import { changesTables, tablesAgreed } from "./agreement.ts";

test("a change of tables is told from statements on rows", () => {
  for (const cql of ["CREATE TABLE t (k int PRIMARY KEY)", "\n  drop keyspace k", "ALTER TABLE t ADD v int"])
    assert.ok(changesTables(cql), cql);
  for (const cql of [
    "SELECT * FROM created",
    "INSERT INTO t (k) VALUES (1)",
    "TRUNCATE t",
    "DELETE FROM t WHERE k = 1",
  ])
    assert.ok(!changesTables(cql), cql);
});

test("a change is waited for until the last node has heard of it", async () => {
  const answers = [["old", "new", "old"], ["new", "new", "old"], ["new", "new", "new"], ["never asked"]];
  let asked = 0;
  await tablesAgreed(() => Promise.resolve(answers[asked++] ?? []));
  assert.equal(asked, 3);
});

test("a node that is down holds up nobody for ever", async () => {
  let asked = 0;
  await tablesAgreed(() => {
    asked++;
    return Promise.resolve(["new", "old"]);
  }, 120);
  assert.ok(asked >= 2 && asked < 10, String(asked));
});
