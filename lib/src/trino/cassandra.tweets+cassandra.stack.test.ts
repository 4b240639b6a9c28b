/** Tables of Cassandra as tables of Trino: their values, rows as they are written, and one statement over them and a live topic. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { until } from "../async/index.ts";
import { type CassandraSession, openCassandra } from "../cassandra/index.ts";
import { BatchingProducer, deleteTopics, ensureTopic } from "../kafka/index.ts";
import { addresses, credentials } from "../stack/index.ts";
import { needs } from "../stack/fetch/needs-for-test.ts";
import { identifier } from "./sql.ts";
import { openTrino, type Trino } from "./trino.ts";

suite("a table of Cassandra", await needs("cassandra", "trino"), () => {
  const id = randomUUID().replaceAll("-", "").slice(0, 12);
  const keyspace = `test_${id}`;
  const table = identifier(["cassandra", keyspace, "ratings"]);
  const topic = "movie-ratings"; // the tables are the topics of schemas/
  let isOurs = false;
  let broker = "";
  let cassandra: CassandraSession;
  let trino: Trino;
  const rate = (name: string, second: number, rating: number): Promise<void> =>
    cassandra.execute(`INSERT INTO ${keyspace}.ratings (name, time, movie, rating, seen) VALUES (?, ?, ?, ?, ?)`, [
      ...[name, new Date(Date.UTC(2026, 2, 14, 17, 20, second)), `Movie ${second}`, rating, 9007199254740993n],
    ]);
  before(async () => {
    const known = await addresses();
    broker = known.kafka;
    const { password = "" } = await credentials("cassandra");
    cassandra = await openCassandra({ address: known.cassandra ?? "", password });
    trino = await openTrino({ address: known.trino ?? "" });
    await cassandra.execute(
      `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await cassandra.execute(
      `CREATE TABLE ${keyspace}.ratings (name text, time timestamp, movie text, rating int, seen bigint, note text, PRIMARY KEY (name, time))`,
    );
    await rate("ada", 1, 7);
    await rate("ada", 2, 8);
    await rate("bela", 1, 3);
    // Trino hears of new tables a moment later
    const [schema, pattern] = [identifier(`cassandra.${keyspace}`), "ratings"];
    await until("Trino to know the table", async () => {
      const found = await trino.sql`SHOW TABLES FROM ${schema} LIKE ${pattern}`.catch(() => []);
      return found.length > 0;
    });
  });
  after(async () => {
    await cassandra.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`);
    await cassandra.close();
    if (isOurs) await deleteTopics({ broker, topics: [topic] });
  });

  test("has the same values there: times in UTC, large numbers with all digits, what is missing as null", async () => {
    const rows = await trino.sql`SELECT * FROM ${table} WHERE name = ${"ada"} ORDER BY time`;
    const same = { name: "ada", seen: 9007199254740993n, note: null };
    assert.deepEqual(rows, [
      { ...same, time: "2026-03-14T17:20:01.000Z", movie: "Movie 1", rating: 7 },
      { ...same, time: "2026-03-14T17:20:02.000Z", movie: "Movie 2", rating: 8 },
    ]);
  });

  test("answers what it was not made for, and has new rows as soon as they are written", async () => {
    const average = async (): Promise<unknown> =>
      (await trino.sql`SELECT avg(rating) AS average FROM ${table} WHERE movie = ${"Movie 1"}`)[0]?.["average"];
    assert.equal(await average(), 5);
    await rate("cora", 1, 10);
    assert.equal(await average(), 20 / 3);
  });

  test("is joined with a topic that is read as it stands", async () => {
    ({ created: isOurs } = await ensureTopic({ broker, topic, partitions: 4 }));
    const name = `person-${id}`;
    await rate(name, 1, 4);
    {
      await using producer = await BatchingProducer.open({ broker, lingerMilliseconds: 1 });
      const value = JSON.stringify({ name, movie: "Movie 9", date: "2026-03-14T17:20:09.000Z", rating: 9 });
      await producer.send({ topic, key: name, value });
      await producer.flush();
    }
    const rows = await trino.sql`
      SELECT stored.movie AS stored, live.movie AS live, live.rating - stored.rating AS more
      FROM ${table} AS stored JOIN ${identifier("kafka.default.movie_ratings")} AS live USING (name) WHERE name = ${name}`;
    assert.deepEqual(rows, [{ stored: "Movie 1", live: "Movie 9", more: 5 }]);
  });
});
