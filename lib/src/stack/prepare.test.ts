import assert from "node:assert/strict";
import { test } from "node:test";
import { followStatements, randomClusterId } from "./prepare.ts";

test("each new Kafka has an id of its own, which cannot be taken for an option", () => {
  const ids = Array.from({ length: 1000 }, randomClusterId);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9][A-Za-z0-9_-]{21}$/);
});

test("the places of tables are rewritten from the NameNode's old address to its new one, and no others", () => {
  const sql = followStatements("hdfs://127.0.0.1:8020", "hdfs://127.0.0.1:8021");
  assert.match(
    sql,
    /UPDATE "SDS" SET "LOCATION" = 'hdfs:\/\/127\.0\.0\.1:8021' \|\| SUBSTR\("LOCATION", 22\) WHERE "LOCATION" = 'hdfs:\/\/127\.0\.0\.1:8020' OR "LOCATION" LIKE 'hdfs:\/\/127\.0\.0\.1:8020\/%';/,
  );
  assert.equal(sql.match(/^UPDATE/gm)?.length, 4);
});
