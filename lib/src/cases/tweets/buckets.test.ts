import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { memoryS3 } from "../../s3/memory-s3-for-test.ts";
import { makeLakeBucket, removeLakeBuckets } from "./buckets.ts";
import { lakeNames } from "./names.ts";

const names = lakeNames();

suite("the buckets of the case", () => {
  test("are removed with all that is in them, when the case has made them", async () => {
    await using memory = await memoryS3();
    await makeLakeBucket(memory.s3, names.bronze);
    await makeLakeBucket(memory.s3, names.silver);
    await memory.s3.bucket(names.bronze).put("date=2026-06-29/hour=00/a.json", "{}\n");
    await makeLakeBucket(memory.s3, names.bronze); // as every ingest does
    await removeLakeBuckets(memory.s3, names);
    assert.deepEqual(await memory.s3.buckets(), []);
    await removeLakeBuckets(memory.s3, names); // where there are none
  });

  test("are not removed when somebody else's objects are in one of them, unless that is asked for", async () => {
    await using memory = await memoryS3();
    await makeLakeBucket(memory.s3, names.bronze);
    await memory.s3.makeBucket(names.gold);
    await memory.s3.bucket(names.gold).put("nuggets", "3");
    await makeLakeBucket(memory.s3, names.gold); // does not make it ours
    await assert.rejects(removeLakeBuckets(memory.s3, names), {
      code: "NOT_OURS",
      message: /the bucket tweets-gold was not made by tweets/,
    });
    assert.deepEqual(await memory.s3.buckets(), [names.bronze, names.gold]);
    assert.equal(await memory.s3.bucket(names.gold).getText("nuggets"), "3");
    await removeLakeBuckets(memory.s3, names, { replace: true });
    assert.deepEqual(await memory.s3.buckets(), []);
  });

  test("are ours when they are empty: one that was killed before its mark", async () => {
    await using memory = await memoryS3();
    await memory.s3.makeBucket(names.silver);
    await removeLakeBuckets(memory.s3, names);
    assert.deepEqual(await memory.s3.buckets(), []);
  });
});
