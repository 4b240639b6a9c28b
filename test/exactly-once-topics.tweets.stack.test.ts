/** The promise of exactly once on S3, where nothing can be renamed: killed after every step, nothing is lost or doubled in any topic. */
import { randomUUID } from "node:crypto";
import { suite } from "node:test";
import { S3Store } from "../lib/src/ingest/files/s3-store.ts";
import { openS3 } from "../lib/src/s3/index.ts";
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { testExactlyOnce } from "./fixtures/exactly-once-topics.ts";
import { s3ForTest } from "./fixtures/s3-access.ts";

const run = randomUUID().slice(0, 8);
const bucket = `test-${run}`;
const root = `s3://${bucket}`;

suite("files on S3", await needs("s3"), () => {
  testExactlyOnce(run, {
    root,
    open: async () => new S3Store(await s3ForTest()),
    remove: async () => {
      await using s3 = await openS3(await s3ForTest());
      const keys: string[] = [];
      for await (const { key } of s3.bucket(bucket).list()) keys.push(key);
      await s3.bucket(bucket).deleteAll(keys);
      await s3.removeBucket(bucket);
    },
  });
});
