/** Spark and TypeScript read one topic by one schema: what one takes, the other takes. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseSchema } from "../../schema/index.ts";
import { openSpark } from "../../spark/index.ts";
import { needs } from "../../stack/fetch/needs-for-test.ts";
import { addresses } from "../../stack/index.ts";
import { messageReader } from "../rows/read-message.ts";
import { messageColumns, readableColumn } from "./message-columns.ts";

const schema = parseSchema({
  name: "views",
  fields: [
    { name: "view_id", type: "string" },
    { name: "banner_id", type: "int", minimum: 1, maximum: 1000 },
    { name: "kind", type: "string", values: ["view", "it's", "a\\b"] },
    { name: "began", type: "timestamp", minimum: "2020-01-01T00:00:00Z" },
    { name: "ended", type: "timestamp", maximum: "2030-12-31T23:59:59.5Z" },
    { name: "share", type: "double", nullable: true, minimum: 0, maximum: 1 },
    { name: "day", type: "date", nullable: true, maximum: "2026-06-30" },
  ],
  ordered: ["began", "ended"],
});
const good = {
  ...{ view_id: "a", banner_id: 7, kind: "view" },
  ...{ began: "2026-09-13T06:45:00.000Z", ended: "2026-09-13T06:45:09.000Z" },
};
const changes: readonly object[] = [
  {},
  { banner_id: 1 },
  { banner_id: 1000 },
  { banner_id: 0 },
  { banner_id: 1001 },
  { banner_id: 7.5 },
  { banner_id: "7" },
  { kind: "it's" },
  { kind: "a\\b" },
  { kind: "buy" },
  { kind: null },
  { began: "2019-12-31T23:59:59.999Z" },
  { began: "2020-01-01T00:00:00Z" },
  { ended: "2030-12-31T23:59:59.500Z" },
  { ended: "2030-12-31T23:59:59.501Z" },
  { ended: "2026-09-13T06:44:59.999Z" },
  { ended: "2026-09-13T06:45:00Z" },
  { ended: "2026-09-31T06:45:00Z" },
  { ended: "2026-09-13T08:45:09+02:00" },
  { share: 0 },
  { share: 1 },
  { share: 1.0001 },
  { share: -1e-9 },
  { share: null },
  { day: "2026-06-30" },
  { day: "2026-07-01" },
  { day: null },
  { more: 1 },
];

suite("messages as columns", await needs("spark"), () => {
  test(`of ${changes.length + 3} messages, Spark takes those that TypeScript takes`, async () => {
    const read = messageReader(schema);
    const texts = [...changes.map((change) => JSON.stringify({ ...good, ...change })), "", "[]", '{"view_id":'];
    await using spark = await openSpark({ address: (await addresses()).spark ?? "" });
    const rows = texts.map((text, n) => `(unbase64('${Buffer.from(text).toString("base64")}'), 0, ${n}L)`);
    const { parsed, fields } = messageColumns(schema, "key");
    const messages = spark.query(`SELECT * FROM VALUES ${rows.join(", ")} AS t(value, partition, offset)`);
    const found = await messages
      .select(...parsed)
      .select(...fields)
      .select("kafka_offset", readableColumn)
      .as({ kafka_offset: "bigint", [readableColumn]: "boolean" })
      .collect();
    const taken = new Map(found.map((row) => [Number(row.kafka_offset), row[readableColumn]]));
    for (const [n, text] of texts.entries())
      assert.equal(taken.get(n), typeof read(Buffer.from(text)) !== "string", text);
  });
});
