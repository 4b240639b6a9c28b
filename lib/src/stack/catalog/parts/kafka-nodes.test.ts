import assert from "node:assert/strict";
import { test } from "node:test";
import { randomClusterId } from "./kafka-nodes.ts";

test("each new Kafka has an id of its own, which cannot be taken for an option", () => {
  const ids = Array.from({ length: 1000 }, randomClusterId);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9][A-Za-z0-9_-]{21}$/);
});
