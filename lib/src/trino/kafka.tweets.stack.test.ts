/** Topics of Kafka as tables of Trino: columns from the schema's file, rows as they arrive, beside the rows of other catalogs. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { BatchingProducer, deleteTopics, ensureTopic } from "../kafka/index.ts";
import { addresses } from "../stack/index.ts";
import { needs } from "../stack/fetch/needs-for-test.ts";
import { identifier } from "./sql.ts";
import { openTrino, type Trino } from "./trino.ts";

suite("a topic as a table", await needs("trino"), () => {
  const topic = "transactions"; // the tables are the topics of schemas/
  const table = identifier("kafka.default.transactions");
  const buyer = `buyer-${randomUUID()}`;
  let isOurs = false;
  let broker = "";
  let trino: Trino;
  let producer: BatchingProducer;
  before(async () => {
    const known = await addresses();
    broker = known.kafka;
    trino = await openTrino({ address: known.trino ?? "" });
    ({ created: isOurs } = await ensureTopic({ broker, topic, partitions: 3 }));
    producer = await BatchingProducer.open({ broker, lingerMilliseconds: 1 });
  });
  after(async () => {
    await producer.close();
    if (isOurs) await deleteTopics({ broker, topics: [topic] });
  });

  const purchase = (id: number): string =>
    JSON.stringify({
      ...{ transaction_id: `t${id}`, user_id: buyer, session_id: "s1", product: "Kettle “é”", category: "kitchen" },
      ...{ quantity: id, amount: "12.30", timestamp: `2026-10-25T10:00:00.${String(id).padStart(3, "0")}Z` },
    });
  async function send(...values: readonly string[]): Promise<void> {
    for (const value of values) await producer.send({ topic, key: buyer, value });
    await producer.flush();
  }

  test("its columns are those of the schema, and what Kafka knows of each message", async () => {
    const columns = await trino.sql<{ Column: string; Type: string }>`DESCRIBE ${table}`;
    const types = Object.fromEntries(columns.map(({ Column, Type }) => [Column, Type]));
    assert.equal(types["transaction_id"], "varchar");
    assert.equal(types["quantity"], "integer");
    assert.equal(types["timestamp"], "timestamp(3)");
    assert.equal(types["_partition_offset"], "bigint");
  });

  test("messages are rows as soon as they are sent, with their values, partitions and offsets", async () => {
    await send(purchase(1), purchase(2));
    const rows = await trino.sql`
      SELECT transaction_id, product, quantity, amount, timestamp, _partition_offset - min(_partition_offset) OVER () AS place
      FROM ${table} WHERE user_id = ${buyer} ORDER BY _partition_offset`;
    const same = { product: "Kettle “é”", amount: "12.30" };
    assert.deepEqual(rows, [
      { transaction_id: "t1", ...same, quantity: 1, timestamp: "2026-10-25T10:00:00.001", place: 0n },
      { transaction_id: "t2", ...same, quantity: 2, timestamp: "2026-10-25T10:00:00.002", place: 1n },
    ]);
    await send(purchase(3));
    const [later] = await trino.sql<{ n: bigint }>`SELECT count(*) AS n FROM ${table} WHERE user_id = ${buyer}`;
    assert.equal(later?.n, 3n);
  });

  test("a message that is not JSON is a row without values, which says so; the others are still read", async () => {
    await send("no JSON {", purchase(4));
    const [row] = await trino.sql`
      SELECT count_if(_message_corrupt) AS corrupt, count(transaction_id) AS read FROM ${table} WHERE _key = ${buyer}`;
    assert.deepEqual(row, { corrupt: 1n, read: 4n });
  });

  test("one statement joins them with rows of another catalog", async () => {
    const titles = identifier(["memory", "default", `titles_${randomUUID().replaceAll("-", "")}`]);
    await trino.sql`CREATE TABLE ${titles} AS SELECT * FROM (VALUES ('kitchen', 'Kitchen and table'), ('toys', 'Toys')) AS t(category, title)`;
    try {
      const rows = await trino.sql`
        SELECT title, sum(quantity) AS sold FROM ${table} JOIN ${titles} USING (category) WHERE user_id = ${buyer} GROUP BY title`;
      assert.deepEqual(rows, [{ title: "Kitchen and table", sold: 10n }]);
    } finally {
      await trino.sql`DROP TABLE ${titles}`;
    }
  });
});
