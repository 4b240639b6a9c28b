import assert from "node:assert/strict";
import { test } from "node:test";
import { checkTopic } from "../../kafka/index.ts";
import { checkBucketName } from "../../s3/index.ts";
import { goldPath, lakeNames, silverPath } from "./names.ts";

test("every name is one that its store takes, with a suffix and without", () => {
  for (const names of [lakeNames(), lakeNames("0a1b2c3d")]) {
    checkTopic(names.topic);
    for (const bucket of [names.bronze, names.silver, names.gold]) checkBucketName(bucket);
    for (const schema of [names.silverSchema, names.goldSchema]) assert.match(schema, /^[a-z][a-z0-9_]*$/);
  }
});

test("a suffix that a store would not take is refused", () => {
  for (const suffix of ["A", "a-b", "a_b", "a; DROP", "x".repeat(33)])
    assert.throws(() => lakeNames(suffix), { code: "USAGE", message: /at most 32 small letters and digits/ });
});

test("two lakehouses share nothing", () => {
  const all = [lakeNames(), lakeNames("a"), lakeNames("b")].flatMap((names) => Object.values(names) as string[]);
  assert.equal(new Set(all).size, all.length);
});

test("tables are where their bucket is", () => {
  assert.equal(silverPath(lakeNames()), "s3a://tweets-silver/tweets");
  assert.equal(goldPath(lakeNames("b"), "active_users_by_day"), "s3a://tweets-gold-b/active_users_by_day");
});
