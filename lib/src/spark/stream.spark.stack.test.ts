/** Against a running Spark: streams that are started, watched, stopped and taken up again; models on rows and on streams. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { Hdfs } from "../hdfs/index.ts";
import { BatchingProducer } from "../kafka/index.ts";
import { withTopic } from "../kafka/broker-for-test.ts";
import { addresses, type Addresses } from "../stack/index.ts";
import { needs } from "../stack/fetch/needs-for-test.ts";
import { hashingTF, idf, kMeans, tokenizer } from "./ml.ts";
import type { SparkRelation } from "./relation.ts";
import { openSpark, type SparkSession } from "./session.ts";

suite("streams of Spark", await needs("spark"), () => {
  const name = `spark_stream_${randomUUID().replaceAll("-", "")}`;
  let known: Addresses;
  let spark: SparkSession;
  let folder: string;
  before(async () => {
    known = await addresses();
    spark = await openSpark({ address: known.spark! });
    folder = `${known.hdfs}/tmp/${name}`;
  });
  after(async () => {
    await spark.close();
    await new Hdfs({ address: known.webhdfs }).remove(`/tmp/${name}`, { recursive: true });
  });

  const sendTexts = async (topic: string, values: readonly string[]): Promise<void> => {
    const producer = await BatchingProducer.open({ broker: known.kafka });
    for (const value of values) await producer.send({ topic, key: value, value });
    await producer.close();
  };
  const send = async (topic: string, from: number, to: number): Promise<void> => {
    const values = Array.from({ length: to - from }, (_, index) => String(from + index));
    await sendTexts(topic, values);
  };
  const numbersOf = (topic: string, options: Record<string, string> = {}): SparkRelation =>
    spark.query`SELECT CAST(CAST(value AS STRING) AS INT) AS n, partition, offset FROM ${spark.readStream({
      format: "kafka",
      options: { "kafka.bootstrap.servers": known.kafka, subscribe: topic, startingOffsets: "earliest", ...options },
    })}`;
  const stored = (path: string) =>
    spark.query`SELECT count(*) AS rows, count(DISTINCT n) AS different FROM ${spark.read({ format: "parquet", paths: [path] })}`
      .as({ rows: "bigint", different: "bigint" })
      .first();

  test("a stream reads what there is, in batches, and goes on behind it the next time", async () => {
    await withTopic({ partitions: 2 }, async ({ topic }) => {
      const place = {
        path: `${folder}/${topic}/rows`,
        checkpoint: `${folder}/${topic}/checkpoint`,
        trigger: "availableNow",
      } as const;
      await send(topic, 0, 300);
      const first = await numbersOf(topic, { maxOffsetsPerTrigger: "100" }).writeStream(place);
      const batches = [];
      for await (const batch of first.batches()) batches.push(batch);
      assert.deepEqual(
        batches.map(({ batchId, numInputRows }) => [batchId, numInputRows]),
        [0, 1, 2].map((batch) => [batch, 100]),
      );
      assert.ok(batches.every(({ durationMs }) => (durationMs["triggerExecution"] ?? 0) > 0));
      await send(topic, 300, 350);
      const second = await numbersOf(topic).writeStream(place);
      await second.ended();
      assert.equal(second.id, first.id);
      assert.deepEqual(await stored(place.path), { rows: 350n, different: 350n });
    });
  });

  test("a query that fails says what failed, and ends", async () => {
    await withTopic({ partitions: 1 }, async ({ topic }) => {
      await send(topic, 0, 1);
      const rows = spark.query`SELECT raise_error('a fault of its own') AS x FROM ${numbersOf(topic)}`;
      const query = await rows.writeStream({ format: "noop", name: "faulty" });
      await assert.rejects(query.ended(), {
        code: "SPARK_FAILED",
        condition: "USER_RAISED_EXCEPTION",
        message: /the query faulty failed: a fault of its own/,
      });
      assert.equal((await query.status()).isActive, false);
    });
  });

  test("one checkpoint, one query: a second one is refused while the first runs, and another one after it", async () => {
    await withTopic({ partitions: 1 }, async ({ topic }) => {
      const checkpoint = `${folder}/${topic}/checkpoint`;
      const start = (rows: SparkRelation) =>
        rows.writeStream({ format: "noop", checkpoint, name: `one_${topic}`.slice(0, 20) });
      await send(topic, 0, 10);
      await using first = await start(numbersOf(topic));
      await first.processAllAvailable();
      await assert.rejects(start(numbersOf(topic)), { code: "SPARK_FAILED" });
      await first.stop();
      const other = spark.query`SELECT timestamp FROM ${spark.readStream({ format: "rate" })}`;
      const taken = await start(other);
      await assert.rejects(taken.ended(), { code: "SPARK_FAILED" });
    });
  });

  test("Kafka that is away, and a topic that is not there, are said with their names", async () => {
    const away = await numbersOf("any", {
      "kafka.bootstrap.servers": "127.0.0.1:9",
      "kafka.request.timeout.ms": "2000",
      "kafka.default.api.timeout.ms": "3000",
    }).writeStream({ format: "noop" });
    await assert.rejects(away.ended({ signal: AbortSignal.timeout(120_000) }), { code: "SPARK_FAILED" });
    const none = await numbersOf("no-such-topic-here").writeStream({ format: "noop", trigger: "availableNow" });
    await assert.rejects(none.ended({ signal: AbortSignal.timeout(120_000) }), {
      code: "SPARK_FAILED",
      message: /no-such-topic-here|UnknownTopicOrPartition/,
    });
  });

  test("a watermark closes windows, and counts what comes behind it", async () => {
    await withTopic({ partitions: 1 }, async ({ topic }) => {
      const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();
      const counts = spark.query`
        SELECT window.start AS start, count(*) AS n
        FROM ${spark.query`SELECT CAST(CAST(value AS STRING) AS TIMESTAMP) AS at FROM ${spark.readStream({
          format: "kafka",
          options: { "kafka.bootstrap.servers": known.kafka, subscribe: topic, startingOffsets: "earliest" },
        })}`.withWatermark("at", "10 seconds")}
        GROUP BY window(at, '60 seconds')`;
      await using query = await counts.writeStream({ format: "memory", name: `counts_${topic.replaceAll("-", "_")}` });
      await sendTexts(topic, [1, 2, 70, 200].map(at));
      await query.processAllAvailable();
      await sendTexts(topic, [at(3)]);
      await query.processAllAvailable();
      const rows = await spark.table(query.name).as({ start: "timestamp", n: "bigint" }).collect();
      assert.deepEqual(
        rows.sort((a, b) => a.start.localeCompare(b.start)),
        [
          { start: at(0), n: 2n },
          { start: at(60), n: 1n },
        ],
      );
      const dropped = (await query.progress()).flatMap(({ stateOperators }) =>
        stateOperators.map(({ numRowsDroppedByWatermark }) => numRowsDroppedByWatermark),
      );
      assert.equal(Math.max(...dropped), 1);
    });
  });

  test("rows that are there twice are left out, of a stream as long as the watermark has not passed them", async () => {
    const rows = spark.query`SELECT * FROM VALUES (1, 'a'), (1, 'a'), (1, 'b') AS v(n, s)`;
    assert.equal(await rows.dropDuplicates().count(), 2);
    assert.equal(await rows.dropDuplicates(["n"]).count(), 1);
    await withTopic({ partitions: 1 }, async ({ topic }) => {
      const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();
      const once = spark.query`SELECT split(CAST(value AS STRING), ' ')[0] AS id,
        CAST(split(CAST(value AS STRING), ' ')[1] AS TIMESTAMP) AS at FROM ${spark.readStream({
          format: "kafka",
          options: { "kafka.bootstrap.servers": known.kafka, subscribe: topic, startingOffsets: "earliest" },
        })}`
        .withWatermark("at", "10 seconds")
        .dropDuplicates(["id"], { withinWatermark: true });
      await using query = await once.writeStream({ format: "memory", name: `once_${topic.replaceAll("-", "_")}` });
      await sendTexts(topic, [`a ${at(0)}`, `a ${at(0)}`, `b ${at(1)}`]);
      await query.processAllAvailable();
      await sendTexts(topic, [`b ${at(1)}`, `c ${at(60)}`]);
      await query.processAllAvailable();
      await sendTexts(topic, [`a ${at(0)}`, `d ${at(61)}`]); // behind the watermark by now: late, and no double
      await query.processAllAvailable();
      const seen = await spark.table(query.name).as({ id: "string", at: "timestamp" }).collect();
      assert.deepEqual(seen.map(({ id }) => id).sort(), ["a", "b", "c", "d"]);
      const states = (await query.progress()).flatMap(({ stateOperators }) => stateOperators);
      const sum = (of: (state: (typeof states)[number]) => number): number => states.reduce((n, s) => n + of(s), 0);
      assert.equal(
        sum(({ customMetrics }) => customMetrics["numDroppedDuplicateRows"] ?? 0),
        2,
      );
      assert.equal(
        sum(({ numRowsDroppedByWatermark }) => numRowsDroppedByWatermark),
        1,
      );
    });
  });

  test("what an estimator has learnt from rows labels rows and streams alike, also after it was saved", async () => {
    const texts = ["a cat and a dog", "a dog and a cat", "kafka keeps a log", "a log that kafka keeps"];
    await withTopic({ partitions: 1 }, async ({ topic }) => {
      await sendTexts(topic, texts);
      const options = { "kafka.bootstrap.servers": known.kafka, subscribe: topic, startingOffsets: "earliest" };
      const counted = (rows: SparkRelation) =>
        spark.query`SELECT CAST(value AS STRING) AS text FROM ${rows}`
          .transform(tokenizer({ inputCol: "text", outputCol: "words" }))
          .transform(hashingTF({ inputCol: "words", outputCol: "counts", numFeatures: 64 }));
      const rows = counted(spark.read({ format: "kafka", options }));
      const weights = await rows.fit(idf({ inputCol: "counts", outputCol: "features" }));
      const model = await rows
        .transform(weights)
        .fit(kMeans({ featuresCol: "features", predictionCol: "cluster", k: 2, seed: 1n }));
      await model.save(`${folder}/${topic}/model`);
      const loaded = await spark.loadModel("org.apache.spark.ml.clustering.KMeansModel", `${folder}/${topic}/model`);
      const labels = (labelled: SparkRelation) =>
        spark.query`SELECT text, cluster FROM ${labelled} ORDER BY text`
          .as({ text: "string", cluster: "int" })
          .collect();
      const expected = await labels(rows.transform(weights).transform(model));
      const [cat, cats, log, logs] = texts.map((text) => expected.find((row) => row.text === text)?.cluster);
      assert.ok(cat === cats && log === logs && cat !== log, JSON.stringify(expected));
      assert.deepEqual(await labels(rows.transform(weights).transform(loaded)), expected);
      const stream = counted(spark.readStream({ format: "kafka", options }))
        .transform(weights)
        .transform(model);
      const table = `labels_${topic.replaceAll("-", "_")}`;
      await using query = await spark.query`SELECT text, cluster FROM ${stream}`.writeStream({
        format: "memory",
        name: table,
      });
      await query.processAllAvailable();
      assert.deepEqual(await labels(spark.table(table)), expected);
      assert.deepEqual(
        (await spark.streams()).map((one) => one.name),
        [table],
      );
      await model.delete();
    });
  });
});
