/** Tables of Delta that a running Spark writes on a running S3, watched: rows and files as Spark counts them. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { suite, test } from "node:test";
import { until } from "../../async/index.ts";
import { openS3 } from "../../s3/index.ts";
import { identifier, openSpark } from "../../spark/index.ts";
import { needs } from "../../stack/fetch/needs-for-test.ts";
import { addresses, credentials } from "../../stack/index.ts";
import { Watch } from "../index.ts";

suite("a table of Delta, watched", await needs("spark", "s3"), () => {
  test("has the rows and files that are in it, after writing, appending and deleting", async () => {
    const { spark: sparkAddress = "", s3: address = "" } = await addresses();
    const { accessKey = "", secretKey = "" } = await credentials("s3");
    const [spark, s3] = [await openSpark({ address: sparkAddress }), await openS3({ address, accessKey, secretKey })];
    const name = `watched-${randomUUID()}`;
    const bucket = await s3.makeBucket(name);
    const path = `s3a://${name}/layer/numbers`;
    const table = identifier(["delta", path]);
    await using watch = Watch.open();
    const seen = async (rows: number) =>
      until(
        `the watch to see ${rows} rows`,
        () => watch.snapshot().tables.find((one) => one.table === `${name}/layer/numbers` && one.rows === rows),
        { timeout: 150_000 },
      );
    try {
      const write = (count: number) =>
        spark.query(`SELECT id FROM range(${count})`).write({ format: "delta", path, mode: "append" });
      await write(100);
      await seen(100);
      await write(50);
      await spark.sql`DELETE FROM ${table} WHERE id >= 80`;
      const found = await seen(130);
      const inLog = await spark.sql<{ numFiles: bigint; sizeInBytes: bigint }>`DESCRIBE DETAIL ${table}`;
      assert.deepEqual(
        [found.topic, BigInt(found.files), BigInt(found.bytes)],
        ["", inLog[0]?.numFiles, inLog[0]?.sizeInBytes],
      );
    } finally {
      await spark.close();
      for await (const { key } of bucket.list()) await bucket.delete(key);
      await s3.removeBucket(name);
      s3.close();
    }
  });
});
