/** Statements on tables of Delta, whose extension has a parser of its own. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { suite, test } from "node:test";
import { openS3 } from "../s3/index.ts";
import { addresses, credentials } from "../stack/index.ts";
import { needs } from "../stack/fetch/needs-for-test.ts";
import { identifier, openSpark } from "./index.ts";

suite("Spark with Delta", await needs("spark", "s3"), () => {
  test("values may stand in every statement: one that is written, merged, changed or deleted by", async () => {
    const { spark: address = "", s3: store = "" } = await addresses();
    const { accessKey = "", secretKey = "" } = await credentials("s3");
    await using s3 = await openS3({ address: store, accessKey, secretKey });
    await using spark = await openSpark({ address });
    const bucket = await s3.makeBucket(`spark-test-${randomUUID()}`);
    const path = `s3a://${bucket.name}/numbers`;
    try {
      const numbers = spark.query`SELECT ${1} AS n, ${"it's"} AS text`;
      await numbers.write({ format: "delta", path });
      const table = identifier(["delta", path]);
      await spark.sql`
        MERGE INTO ${table} t USING (SELECT ${2} AS n, ${"two"} AS text) s ON t.n = s.n WHEN NOT MATCHED THEN INSERT *`;
      await spark.sql`UPDATE ${table} SET text = ${"\\one"} WHERE n = ${1}`;
      await spark.sql`DELETE FROM ${table} WHERE text = ${"two"}`;
      assert.deepEqual(await spark.read({ format: "delta", paths: [path] }).collect(), [{ n: 1, text: "\\one" }]);
      await assert.rejects(
        spark.query`SELECT CAST(n DIV ${0} AS INT) AS n, text FROM ${numbers}`.write({
          format: "delta",
          path,
          mode: "append",
        }),
        { condition: "DIVIDE_BY_ZERO" },
      );
    } finally {
      const keys: string[] = [];
      for await (const { key } of bucket.list()) keys.push(key);
      await bucket.deleteAll(keys);
      await s3.removeBucket(bucket.name);
    }
  });
});
