/** Spark and TypeScript read one topic by one schema: what one takes, the other takes. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseSchema, type Schema } from "../../schema/index.ts";
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
const nested = parseSchema({
  name: "purchases",
  fields: [
    { name: "price", type: "decimal", precision: 6, scale: 2, minimum: 0 },
    { name: "tags", type: "array", items: "string" },
    { name: "sizes", type: "array", nullable: true, items: { type: "int", nullable: true, maximum: 60 } },
    {
      name: "buyer",
      type: "record",
      fields: [
        { name: "name", type: "string" },
        { name: "born", type: "date", nullable: true },
        { name: "score", type: "decimal", precision: 3, scale: 3, nullable: true, maximum: 0.5 },
      ],
    },
    {
      name: "items",
      type: "array",
      nullable: true,
      items: {
        type: "record",
        fields: [
          { name: "id", type: "bigint" },
          { name: "paid", type: "decimal", precision: 20, scale: 0, nullable: true },
          { name: "at", type: "timestamp", nullable: true },
        ],
      },
    },
    {
      name: "gift",
      type: "record",
      nullable: true,
      fields: [{ name: "to", type: "array", items: { type: "array", items: "boolean" } }],
    },
  ],
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

const purchase = { price: 9.5, tags: ["a", "b"], buyer: { name: "Ada" } };
const buyer = (changes: object): object => ({ buyer: { ...purchase.buyer, ...changes } });
const items = (...all: unknown[]): object => ({ items: all });
const purchases: readonly object[] = [
  {},
  ...[
    9.55,
    9.555,
    "9.55",
    "9.550",
    "09.5",
    "-0",
    ".5",
    "5.",
    "",
    "1e2",
    1e2,
    9999.99,
    10000,
    "9999.99",
    "10000",
    -0.01,
    null,
    true,
  ],
  ...[1e-7, 0.1 + 0.2, 0.3, "0.30000000000000004", "1,5", " 1", "٣"],
].map((price, n) => (n === 0 ? {} : { price }));
const nestedChanges: readonly object[] = [
  ...purchases,
  ...[[], ["a", 1], [1], [null], ["a", null], "a", null, {}, [["a"]], [[]], ["it's"]].map((tags) => ({ tags })),
  ...[null, [], [1], [1, null], [null], [1.5], ["1"], [61], [60, null, 1], 1, {}, [2147483648]].map((sizes) => ({
    sizes,
  })),
  ...[null, [], "Ada", {}].map((value) => ({ buyer: value })),
  buyer({ born: "2001-02-28" }),
  buyer({ born: "2001-02-29" }),
  buyer({ born: null }),
  buyer({ more: 1 }),
  buyer({ name: null }),
  buyer({ score: 0.5 }),
  buyer({ score: "0.500" }),
  buyer({ score: 0.501 }),
  buyer({ score: "1" }),
  buyer({ score: null }),
  items(),
  items({ id: 1 }),
  items({ id: 1 }, { id: 2, paid: "12345678901234567890" }, { id: 3, paid: 7, at: "2026-01-31T00:00:00.123456Z" }),
  items({ id: 1 }, { id: 2, paid: "123456789012345678901" }),
  items({ id: 1, paid: 1.5 }),
  items({ id: 1, paid: "1.0" }, { id: 2, paid: null }),
  items({ id: 1 }, {}),
  items({ id: 1 }, null),
  items({ id: 1 }, 7),
  items({ id: 1, more: 1 }),
  items({ id: 1 }, { id: "2" }),
  items({ id: 2 ** 53 }),
  items({ id: 1, at: "2026-02-30T00:00:00Z" }),
  ...[
    null,
    {},
    { to: [] },
    { to: [[]] },
    { to: [[true], []] },
    { to: [[true], [1]] },
    { to: [null] },
    { to: [[null]] },
  ].map((gift) => ({ gift })),
];
/** Messages that only look like a good one where the types of a list's items stand. */
const disguised = [
  '{"price":9.5,"tags":["a"],"tags2":["b"],"buyer":{"name":"Ada"}}',
  '{"price":9.5,"tags":[],"buyer":{"name":"Ada"},"zzz":[]}',
];

/** Compares which messages are taken by either. @returns those that are */
async function compare(reader: Schema, texts: readonly string[]): Promise<Map<string, unknown>> {
  const read = messageReader(reader);
  await using spark = await openSpark({ address: (await addresses()).spark ?? "" });
  const rows = texts.map((text, n) => `(unbase64('${Buffer.from(text).toString("base64")}'), 0, ${n}L)`);
  const { parsed, fields } = messageColumns(reader, "key");
  const messages = spark.query(`SELECT * FROM VALUES ${rows.join(", ")} AS t(value, partition, offset)`);
  const columns = messages.select(...parsed).select(...fields);
  const found = await columns.select("kafka_offset", readableColumn, "to_json(struct(*)) AS row").collect();
  const taken = new Map(found.map((row) => [Number(row["kafka_offset"]), row]));
  for (const [n, text] of texts.entries())
    assert.equal(taken.get(n)?.[readableColumn], typeof read(Buffer.from(text)) !== "string", text);
  return new Map(
    texts.flatMap((text, n) => {
      const row = taken.get(n);
      return row?.[readableColumn] === true ? [[text, JSON.parse(row["row"] as string)]] : [];
    }),
  );
}

suite("messages as columns", await needs("spark"), () => {
  test(`of ${changes.length + 3} messages, Spark takes those that TypeScript takes`, async () => {
    const texts = [...changes.map((change) => JSON.stringify({ ...good, ...change })), "", "[]", '{"view_id":'];
    assert.ok((await compare(schema, texts)).size > 10);
  });

  test(`of ${nestedChanges.length + 2} nested messages, too, and gives their values`, async () => {
    const texts = [...nestedChanges.map((change) => JSON.stringify({ ...purchase, ...change })), ...disguised];
    const taken = await compare(nested, texts);
    const row = (change: object): Record<string, unknown> => {
      const {
        kafka_partition: _p,
        kafka_offset: _o,
        [readableColumn]: _r,
        ...values
      } = taken.get(JSON.stringify({ ...purchase, ...change })) as Record<string, unknown>;
      return values;
    };
    assert.deepEqual(row({}), { ...purchase, price: 9.5 });
    assert.deepEqual(row({ price: "9.550" }), { ...purchase, price: 9.55 });
    assert.deepEqual(row({ sizes: [60, null, 1] })["sizes"], [60, null, 1]);
    assert.deepEqual(row(buyer({ score: "0.500" }))["buyer"], { name: "Ada", score: 0.5 });
    assert.deepEqual(row({ gift: { to: [[true], []] } })["gift"], { to: [[true], []] });
  });
});
