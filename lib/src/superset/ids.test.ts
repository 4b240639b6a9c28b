import assert from "node:assert/strict";
import { test } from "node:test";
import { boardsForTest } from "./boards-for-test.ts";
import { boardIds } from "./ids.ts";

test("everything has an identifier of its own, which is the same every time", () => {
  const ids = boardIds(boardsForTest("a"));
  assert.equal(ids.length, 5);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual(ids, boardIds(boardsForTest("a", "trino://elsewhere:1/memory")));
});

test("two databases share nothing", () => {
  const [a, b] = [boardIds(boardsForTest("a")), boardIds(boardsForTest("b"))];
  assert.equal(new Set([...a, ...b]).size, a.length + b.length);
});
