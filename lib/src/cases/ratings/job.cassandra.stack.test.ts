/** The job on a real Kafka and Cassandra, and what is bad. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, beforeEach, suite, test } from "node:test";
import { until } from "../../async/index.ts";
import type { CassandraSession } from "../../cassandra/index.ts";
import { keyspaceForTest, openForTest } from "../../cassandra/session-for-test.ts";
import { BatchingProducer, deadLetterTopic, deleteTopics, ensureTopic } from "../../kafka/index.ts";
import { addresses } from "../../stack/index.ts";
import { needs } from "../../stack/fetch/needs-for-test.ts";
import { type RatingsJobOptions, runRatingsJob } from "./job.ts";

suite("the job of the ratings", await needs("kafka", "cassandra"), () => {
  let cassandra: CassandraSession;
  let broker = "";
  let [topic, keyspace] = ["", ""];
  before(async () => {
    broker = (await addresses()).kafka;
    cassandra = await openForTest();
  });
  after(() => cassandra.close());
  beforeEach(async () => {
    topic = `ratings-${randomUUID().slice(0, 8)}`;
    keyspace = keyspaceForTest();
    await ensureTopic({ broker, topic, partitions: 2 });
  });
  afterEach(async () => {
    await deleteTopics({ broker, topics: [topic, deadLetterTopic(topic)] });
    await cassandra.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`);
  });

  const send = async (
    ...ratings: readonly (readonly [name: string, movie: string, time: string, rating: number])[]
  ) => {
    await using producer = await BatchingProducer.open({ broker });
    for (const [name, movie, time, rating] of ratings) {
      const value = JSON.stringify({ name, movie, date: `2026-03-14T${time}Z`, rating });
      await producer.send({ topic, key: name, value });
    }
    await producer.flush();
  };
  const work = (more: Partial<RatingsJobOptions> = {}) =>
    runRatingsJob({ broker, cassandra, topic, keyspace, once: true, ...more });
  const averages = async (): Promise<unknown[]> => {
    const rows = await cassandra.query(
      `SELECT hour, ratings, average, window_average FROM ${keyspace}.hours_by_movie WHERE movie = 'Glass'`,
    );
    return rows.map(({ hour, ratings, average, window_average: window }) => [
      (hour as Date).getUTCHours(),
      Number(ratings),
      average,
      window,
    ]);
  };

  test("averages are those of all that came, also when some came late, and no whole numbers", async () => {
    await send(["Ada", "Glass", "10:10:00", 7], ["Bela", "Glass", "12:00:00", 10]);
    await work();
    assert.deepEqual(await averages(), [[12, 1, 10, 8.5], [10, 1, 7, 7]]); // prettier-ignore
    await send(["Cora", "Glass", "10:59:59.999", 8], ["Ada", "Glass", "10:10:00", 7]);
    const { ratings, late } = await work();
    assert.deepEqual(await averages(), [[12, 1, 10, 25 / 3], [10, 2, 7.5, 7.5]]); // prettier-ignore
    assert.equal(ratings, 4);
    assert.ok(late <= 2);
  });

  test("a clock that has jumped back hides nothing: averages that were written with an earlier time still are the newer", async () => {
    const year = 365 * 86_400e6;
    await send(["Ada", "Glass", "10:00:00", 10]);
    await work({ now: () => Date.now() * 1000 + year });
    await send(["Bela", "Glass", "10:00:00", 1]);
    await work({ now: () => Date.now() * 1000 - year });
    assert.deepEqual(await averages(), [[10, 2, 5.5, 5.5]]);
    const { ratings } = await work();
    assert.equal(ratings, 2, "the progress is the newer, too: nothing is read again");
  });

  test("a job that another has followed writes nothing more, and says why", async () => {
    await send(["Ada", "Glass", "10:00:00", 10]);
    let writes = 0;
    const first = work({ once: false, interval: 0.2, onProgress: () => writes++ });
    const ended = assert.rejects(first, { code: "RUN_UNDER_WAY" });
    await until("the first to write", () => Promise.resolve(writes > 0));
    const stop = new AbortController();
    const second = work({ once: false, interval: 0.2, signal: stop.signal });
    // whichever of them reads it, it is written once
    await until("the second to take over", async () => {
      await send(["Bela", "Glass", "10:00:00", 4], ["Cora", "Glass", "10:00:00", 4]);
      return Promise.race([ended.then(() => true), new Promise<boolean>((resolve) => setTimeout(resolve, 300, false))]);
    });
    stop.abort();
    await second;
    await work();
    assert.deepEqual(await averages(), [[10, 3, 6, 6]]);
  });

  test("a keyspace of another shape is refused before anything is written", async () => {
    await cassandra.execute(
      `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await cassandra.execute(
      `CREATE TABLE ${keyspace}.records (name text, time timestamp, rating int, PRIMARY KEY (name, time))`,
    );
    await send(["Ada", "Glass", "10:00:00", 10]);
    await assert.rejects(work(), {
      code: "TABLE_DIFFERS",
      message: new RegExp(`${keyspace}\\.records has another shape`),
    });
    assert.deepEqual(await cassandra.query(`SELECT * FROM ${keyspace}.records`), []);
  });

  test("a topic that was made anew is refused: its offsets mean others", async () => {
    await send(["Ada", "Glass", "10:00:00", 10], ["Bela", "Glass", "10:00:00", 10], ["Cora", "Glass", "10:00:00", 10]);
    await work();
    await deleteTopics({ broker, topics: [topic] });
    await until("the topic to be made anew", async () => (await ensureTopic({ broker, topic, partitions: 2 })).created);
    await assert.rejects(work(), { code: "NOT_OURS" });
  });

  test("without its topic it says so", async () => {
    await assert.rejects(work({ topic: "nowhere-at-all" }), { code: "NOT_FOUND" });
  });
});
