/** Against a running Spark: the consumer on Spark, its rows beside those of the other engine, and what it refuses. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Hdfs } from "../../hdfs/index.ts";
import { type HiveSession, openHive } from "../../hive/index.ts";
import { withTopic } from "../../kafka/broker-for-test.ts";
import { BatchingProducer, deadLetterTopic, deleteTopics, openConsumer } from "../../kafka/index.ts";
import { loadSchema, parseSchema } from "../../schema/index.ts";
import { type Addresses, addresses } from "../../stack/index.ts";
import { needs } from "../../stack/fetch/needs-for-test.ts";
import { consume } from "../consume/consume.ts";
import { dropTable, hdfsFolders } from "../folders.ts";
import { consumeOnSpark, type SparkConsumeOptions } from "./consume.ts";
import { endStream } from "./end-stream.ts";

const schema = await loadSchema("schemas/chunks.json");
const subjects = ["sea wave harbour lighthouse storm", "bread flour oven yeast crust", "bishop rook pawn king check"];

function message(i: number, changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    agent_id: "Agent_Test",
    destination_uri: `/${i % 3}.md`,
    event_time: `2026-01-31T23:59:${String(i % 60).padStart(2, "0")}.${String(i).padStart(6, "0")}Z`,
    chunk: `${subjects[i % 3]} ${i}`,
    stream_id: `s${i % 3}`,
    seq: Math.floor(i / 3),
    is_last: false,
    ...changes,
  });
}

suite("the consumer on Spark", await needs("spark"), () => {
  const tables: string[] = [];
  let at: Addresses;
  let hdfs: Hdfs;
  let hive: HiveSession;

  before(async () => {
    at = await addresses();
    hdfs = new Hdfs({ address: at.webhdfs });
    hive = await openHive({ address: at.hive });
  });
  after(async () => {
    for (const table of tables) {
      await endStream(at, hdfs, table);
      await dropTable(hive, hdfs, table);
    }
    await hive.close();
  });

  const send = async (topic: string, values: readonly (string | null)[]): Promise<void> => {
    await using producer = await BatchingProducer.open({ broker: at.kafka });
    for (const [i, value] of values.entries()) await producer.send({ topic, key: `/${i % 3}.md`, value });
    await producer.flush();
  };
  /** Runs a test with a topic of its own with these values, and the options of a consumer to a table of its own. */
  const withValues = (
    values: readonly (string | null)[],
    run: (options: SparkConsumeOptions & { readonly table: string }) => Promise<void>,
  ): Promise<void> =>
    withTopic({ partitions: 2 }, async ({ topic }) => {
      await send(topic, values);
      const table = `spark_${topic.replaceAll(/[^a-z0-9]/g, "_")}`;
      tables.push(table, `${table}_other`);
      await run({ addresses: at, schema, topic, table, clusters: 3, warmUp: 30, once: true });
      await deleteTopics({ broker: at.kafka, topics: [deadLetterTopic(topic)] });
    });
  const rowsOf = async (table: string): Promise<Record<string, unknown>[]> =>
    (await hive.query(`SELECT * FROM ${table} t ORDER BY kafka_partition, kafka_offset`)).map((row) => ({
      ...row,
      cluster: Number.isInteger(row["cluster"]),
      model_version: typeof row["model_version"],
    }));
  const lettersOf = async (topic: string): Promise<string[]> => {
    await using consumer = await openConsumer({
      ...{ broker: at.kafka, topic: deadLetterTopic(topic), group: `look-${randomUUID()}`, endOffsets: "once" },
      positions: () => Promise.resolve(new Map()),
    });
    const letters: string[] = [];
    for await (const { messages } of consumer)
      for (const { key, value, headers = {} } of messages)
        letters.push(JSON.stringify([String(key), value?.toString("hex"), Object.entries(headers).map(String)]));
    return letters.sort();
  };

  test("its rows and its dead letters are those of the other engine", async () => {
    const odd = ["żółw 😀\n\t\"'\\ \u0000", "", "  ", "\u2028", "é".repeat(5000)].map((chunk, i) =>
      message(i, { chunk }),
    );
    const times = ["2026-02-01T00:00:00Z", "2024-02-29T12:00:00.1Z", "1969-12-31T23:59:59.999999999Z"];
    const bad = [
      ...[`{"broken": 3`, "[1]", "null", "", null, message(1, { seq: 1.5 }), message(1, { seq: "1" })],
      ...[message(1, { more: 1 }), message(1, { chunk: 5 }), message(1, { chunk: null }), `${message(1)} {}`],
      ...[message(1, { event_time: "2026-02-30T00:00:00Z" }), message(1, { event_time: "2026-01-31" })],
      ...[message(1, { is_last: "false" }), message(1, { seq: 2 ** 31 }), message(1).replace('"seq":0', '"seq":01')],
    ];
    const good = [
      ...odd,
      ...times.map((event_time, i) => message(i, { event_time })),
      message(7).replace(":2,", ": 2.0 ,"),
    ];
    await withValues([...Array.from({ length: 60 }, (_, i) => message(i)), ...bad, ...good], async (options) => {
      const report = await consumeOnSpark(options);
      assert.deepEqual([report.rows, report.deadLetters], [60 + good.length, bad.length]);
      const ofSpark = await lettersOf(options.topic);
      await deleteTopics({ broker: at.kafka, topics: [deadLetterTopic(options.topic)] });
      const { onProgress: _, ...shared } = options;
      const other = { ...shared, table: `${options.table}_other`, group: options.table };
      assert.equal((await consume(other)).rows, 60 + good.length);
      assert.deepEqual(await rowsOf(options.table), await rowsOf(other.table));
      assert.deepEqual(ofSpark, await lettersOf(options.topic));
    });
  });

  test("it goes on where it ended, with the same model, and does nothing where nothing came", async () => {
    await withValues(
      Array.from({ length: 90 }, (_, i) => message(i)),
      async (options) => {
        // Spark's log of files is written anew at every tenth batch.
        const { rows, files } = await consumeOnSpark({ ...options, flushRecords: 8 });
        assert.equal(rows, 90);
        assert.ok(files >= 12, `${files} files`);
        const model = `${hdfsFolders.models}/${options.table}/spark/settings.json`;
        const made = await hdfs.stat(model);
        assert.equal((await consumeOnSpark(options)).rows, 0);
        await send(
          options.topic,
          Array.from({ length: 30 }, (_, i) => message(90 + i)),
        );
        assert.equal((await consumeOnSpark(options)).rows, 30);
        const [counted] = await hive.query(
          `SELECT count(*) AS n, count(DISTINCT kafka_partition, kafka_offset) AS d, count(DISTINCT model_version) AS v FROM ${options.table}`,
        );
        assert.deepEqual(counted, { n: 120, d: 120, v: 1 });
        assert.deepEqual(await hdfs.stat(model), made);
        assert.deepEqual(await hdfs.list(`${hdfsFolders.streams}/${options.table}/rows/event_date=2026-01-31`), []);
      },
    );
  });

  test("an empty topic, and one of nothing that can be read, are no failures", async () => {
    await withValues([], async (options) => {
      const { read, rows, files } = await consumeOnSpark(options);
      assert.deepEqual([read, rows, files], [0, 0, 0]);
    });
    await withValues(["no", "not", "never"], async (options) => {
      assert.equal((await consumeOnSpark(options)).deadLetters, 3);
      assert.equal((await consumeOnSpark(options)).deadLetters, 0);
      await send(
        options.topic,
        Array.from({ length: 30 }, (_, i) => message(i)),
      );
      assert.equal((await consumeOnSpark(options)).rows, 30);
    });
  });

  test("one text, or texts that are alike, are one cluster", async () => {
    await withValues([message(0), message(0), message(0)], async (options) => {
      assert.equal((await consumeOnSpark(options)).rows, 3);
      const clusters = await hive.query(`SELECT DISTINCT cluster FROM ${options.table}`);
      assert.deepEqual(clusters, [{ cluster: 0 }]);
    });
    await withValues([message(0), message(1)], async (options) => {
      assert.equal((await consumeOnSpark({ ...options, clusters: 5 })).rows, 2);
    });
  });

  test("without an end it waits for messages, and is taken over by the next one", async () => {
    await withValues([], async (options) => {
      const { once: _, ...endless } = { ...options, flushSeconds: 0.5 };
      const first = consumeOnSpark(endless);
      await delay(1000);
      await send(
        options.topic,
        Array.from({ length: 60 }, (_, i) => message(i)),
      );
      const stop = new AbortController();
      const found = Promise.withResolvers<void>();
      for (let rows = 0; rows < 60;) {
        await delay(200);
        rows = Number(
          (await hive.query(`SELECT count(*) AS n FROM ${options.table}`).catch(() => [{ n: 0 }]))[0]?.["n"],
        );
      }
      const taken = assert.rejects(first, { code: "PARTITION_LOST", message: /another consumer has taken over/ });
      const second = consumeOnSpark({
        ...endless,
        signal: stop.signal,
        onProgress: ({ rows }) => rows >= 30 && found.resolve(),
      });
      await taken;
      await send(
        options.topic,
        Array.from({ length: 30 }, (_, i) => message(60 + i)),
      );
      await found.promise;
      stop.abort(new DOMException("enough", "AbortError"));
      assert.equal((await second).rows, 30);
      assert.equal((await rowsOf(options.table)).length, 90);
    });
  });

  test("a field that is a list is a list in the table, too, as the other engine writes it", async () => {
    const tags = { name: "tags", type: "array", items: "string", doc: "" };
    const tagged = parseSchema({ ...schema, fields: [...schema.fields, tags] }, "the schema");
    const values = Array.from({ length: 30 }, (_, i) => message(i, { tags: i % 3 === 0 ? [] : ["a", `ż${i}`] }));
    await withValues([...values, message(1), message(1, { tags: ["a", 1] })], async (options) => {
      const { rows, deadLetters } = await consumeOnSpark({ ...options, schema: tagged });
      assert.deepEqual([rows, deadLetters], [30, 2]);
      const { onProgress: _, ...shared } = options;
      const other = { ...shared, schema: tagged, table: `${options.table}_other`, group: options.table };
      await consume(other);
      const found = await rowsOf(options.table);
      assert.deepEqual(found, await rowsOf(other.table));
      assert.ok(
        found.some((row) => row["tags"] === '["a","ż29"]'),
        String(found[0]?.["tags"]),
      );
    });
  });

  test("what would lose or double rows is refused before anything is read", async () => {
    await withValues(
      Array.from({ length: 30 }, (_, i) => message(i)),
      async (options) => {
        await consumeOnSpark(options);
        const { onProgress: _, ...shared } = options;
        const other = { ...shared, group: options.table };
        await assert.rejects(consume(other), { code: "USAGE", message: /which the engine on Spark has written/ });
        await assert.rejects(consumeOnSpark({ ...options, clusters: 4 }), {
          code: "USAGE",
          message: /has a model of 3 clusters/,
        });
        await assert.rejects(consumeOnSpark({ ...options, topic: `${options.topic}-2` }), {
          code: "USAGE",
          message: new RegExp(`is that of the topic ${options.topic} `),
        });
        await deleteTopics({ broker: at.kafka, topics: [`${options.topic}-2`] });
        await hdfs.remove(`${hdfsFolders.streams}/${options.table}/checkpoint`, { recursive: true });
        await assert.rejects(consumeOnSpark(options), { code: "CHECKPOINT_LOST", message: /checkpoint on HDFS/ });
        assert.equal((await rowsOf(options.table)).length, 30);
        const fresh = `${options.table}_other`;
        await consume({ ...other, table: fresh });
        await assert.rejects(consumeOnSpark({ ...options, table: fresh }), {
          code: "USAGE",
          message: /TypeScript has written/,
        });
      },
    );
    await withValues([], async (options) => {
      const { spark: _, ...none } = at;
      await assert.rejects(consumeOnSpark({ ...options, addresses: none }), { code: "STACK_DOWN" });
      const nowhere = { ...at, spark: "127.0.0.1:9" };
      await assert.rejects(consumeOnSpark({ ...options, addresses: nowhere }), {
        code: "UNREACHABLE",
        message: /no Spark answers at 127\.0\.0\.1:9/,
      });
    });
  });

  test("messages that Kafka has lost before they were read end the stream, in words that say so", async () => {
    await withValues(
      Array.from({ length: 30 }, (_, i) => message(i)),
      async (options) => {
        await consumeOnSpark(options);
        await deleteTopics({ broker: at.kafka, topics: [options.topic] });
        await assert.rejects(consumeOnSpark(options), {
          code: "SPARK_FAILED",
          message: /failed: Some data may have been lost[^]{0,600}$/i,
        });
      },
    );
  });
});
