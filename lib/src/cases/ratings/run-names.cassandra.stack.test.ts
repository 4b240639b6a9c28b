/** What a run may remove: what runs have made, and nothing else. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { CassandraSession } from "../../cassandra/index.ts";
import { openForTest } from "../../cassandra/session-for-test.ts";
import { isStreambookError } from "../../errors/index.ts";
import { BatchingProducer, deadLetterTopic, deleteTopics, topicOffsets } from "../../kafka/index.ts";
import { addresses } from "../../stack/index.ts";
import { needs } from "../../stack/fetch/needs-for-test.ts";
import { ratingSchema, TOPIC as topic } from "./names.ts";
import { RatingNames } from "./run-names.ts";
import { KEYSPACE, type RatingTables, ratingTables } from "./tables.ts";

suite("the names of the ratings", await needs("kafka", "cassandra"), () => {
  let cassandra: CassandraSession;
  let tables: RatingTables;
  let broker = "";
  before(async () => {
    broker = (await addresses()).kafka;
    cassandra = await openForTest();
    tables = await ratingTables(await ratingSchema());
  });
  after(async () => {
    await deleteTopics({ broker, topics: [topic, deadLetterTopic(topic)] });
    await cassandra.execute(`DROP KEYSPACE IF EXISTS ${KEYSPACE}`);
    await cassandra.close();
  });

  const take = (options: { readonly replace?: boolean; readonly cassandra?: CassandraSession } = {}) =>
    RatingNames.take({ broker, cassandra, tables, ...options });
  const send = async (): Promise<void> => {
    await using producer = await BatchingProducer.open({ broker });
    await producer.send({ topic, key: "k", value: "{}" });
  };
  const messages = async (): Promise<number> => {
    const ranges = [...(await topicOffsets({ broker, topic })).values()];
    return ranges.reduce((sum, { low, high }) => sum + Number(high - low), 0);
  };
  const notOurs = (said: RegExp) => (error: unknown) =>
    isStreambookError(error, "NOT_OURS") && said.test(error.message);

  test("a run removes what the last one has left, and begins with an empty topic and tables", async () => {
    {
      await using _names = await take({ replace: true });
      await send();
      await cassandra.execute(`INSERT INTO ${KEYSPACE}.writers (topic, writer) VALUES ('t', 'w')`);
    }
    await using _names = await take();
    assert.equal(await messages(), 0);
    assert.deepEqual(await cassandra.query(`SELECT * FROM ${KEYSPACE}.writers`), []);
  });

  test("messages that were sent after the last run are not removed, unless that is permitted", async () => {
    await send();
    await assert.rejects(take(), notOurs(/sent after the last run/));
    assert.equal(await messages(), 1);
    await using _names = await take({ replace: true });
    assert.equal(await messages(), 0);
  });

  test("also a run that was interrupted notes where its topics end", async () => {
    const interrupt = new AbortController();
    {
      await using own = await openForTest({ signal: interrupt.signal });
      await using _names = await take({ cassandra: own });
      await send();
      interrupt.abort();
    }
    await send();
    await assert.rejects(take(), notOurs(/sent after the last run/));
    await (await take({ replace: true }))[Symbol.asyncDispose]();
  });

  test("a keyspace with another table is not removed, unless that is permitted", async () => {
    await cassandra.execute(`CREATE TABLE ${KEYSPACE}.diary (day date PRIMARY KEY)`);
    await assert.rejects(take(), notOurs(/has a table diary that is not of the case/));
    await using _names = await take({ replace: true });
    const found = await cassandra.query(
      "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = 'diary'",
      [KEYSPACE],
    );
    assert.deepEqual(found, []);
  });
});
