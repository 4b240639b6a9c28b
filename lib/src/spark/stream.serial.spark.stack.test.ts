/** A stream of Spark, when Spark is killed under it. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Hdfs } from "../hdfs/index.ts";
import { BatchingProducer } from "../kafka/index.ts";
import { withTopic } from "../kafka/broker-for-test.ts";
import { addresses, CORE, status, up } from "../stack/index.ts";
import { needs } from "../stack/fetch/needs-for-test.ts";
import { cuttingProxy } from "./proxy-for-test.ts";
import type { SparkRelation } from "./relation.ts";
import { openSpark, type SparkSession } from "./session.ts";

suite("a stream under fire", await needs("spark"), () => {
  test("Spark killed in the middle: the stream goes on from its checkpoint, and no row is lost or doubled", async () => {
    await withTopic({ partitions: 4 }, async ({ topic }) => {
      const known = await addresses();
      const folder = `/tmp/${topic}`;
      const place = {
        path: `${known.hdfs}${folder}/rows`,
        checkpoint: `${known.hdfs}${folder}/checkpoint`,
        trigger: "availableNow",
      } as const;
      const numbers = (spark: SparkSession): SparkRelation =>
        spark.query`SELECT CAST(CAST(value AS STRING) AS INT) AS n FROM ${spark.readStream({
          format: "kafka",
          options: {
            ...{ "kafka.bootstrap.servers": known.kafka, subscribe: topic, startingOffsets: "earliest" },
            maxOffsetsPerTrigger: "200",
          },
        })}`;
      await using producer = await BatchingProducer.open({ broker: known.kafka });
      for (let n = 0; n < 2000; n++) await producer.send({ topic, key: String(n), value: String(n) });
      await producer.flush();
      try {
        await using before = await openSpark({ address: known.spark! });
        await using proxy = await cuttingProxy(known.spark!, Infinity);
        await using through = await openSpark({ address: proxy.address });
        const query = await numbers(before).writeStream(place);
        for await (const { batchId } of query.batches({ every: 50 })) if (batchId >= 2) break;
        const { pid } = (await status()).find((one) => one.name === "spark")!;
        process.kill(pid!, "SIGKILL");
        await assert.rejects(query.ended(), { code: "UNREACHABLE" });
        await up({ services: [CORE, "spark"] });
        const now = await addresses(); // its port may be another
        proxy.leadTo(now.spark!);
        await assert.rejects(through.sql("SELECT 1"), { code: "SPARK_SESSION_LOST" });
        await using spark = await openSpark({ address: now.spark! });
        const again = await numbers(spark).writeStream(place);
        await again.ended();
        const found = await spark.query`SELECT count(*) AS rows, count(DISTINCT n) AS different
          FROM ${spark.read({ format: "parquet", paths: [place.path] })}`
          .as({ rows: "bigint", different: "bigint" })
          .first();
        assert.deepEqual(found, { rows: 2000n, different: 2000n });
      } finally {
        await new Hdfs({ address: known.webhdfs }).remove(folder, { recursive: true });
      }
    });
  });
});
