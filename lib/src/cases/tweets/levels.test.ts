import assert from "node:assert/strict";
import { test } from "node:test";
import { engagementLevels, influenceLevels, levelOf, levelSql } from "./levels.ts";

test("levels begin where they are said to", () => {
  const influence = [0, 9999, 10_000, 99_999, 100_000].map((followers) => levelOf(influenceLevels, followers));
  assert.deepEqual(influence, ["Low", "Low", "Medium", "Medium", "High"]);
  const engagement = [0, 100, 101, 1000, 1001].map((total) => levelOf(engagementLevels, total));
  assert.deepEqual(engagement, ["Regular", "Regular", "Popular", "Popular", "Viral"]);
});

test("SQL says the same", () => {
  assert.equal(
    levelSql(influenceLevels),
    "CASE WHEN followers_count >= 100000 THEN 'High' WHEN followers_count >= 10000 THEN 'Medium' ELSE 'Low' END",
  );
});
