/** Parquet files of every type of a schema, read by the real Hive through the table that the same schema makes. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Hdfs } from "../../hdfs/index.ts";
import { createExternalTable, identifier, openHive, type HiveSession } from "../../hive/index.ts";
import { compileCheck, parseSchema } from "../../schema/index.ts";
import { addresses } from "../../stack/index.ts";
import { encodeParquet, storedAs } from "./parquet.ts";

const name = `parquet_test_${randomUUID().replaceAll("-", "")}`;
const location = `/tmp/${name}`;
const schema = parseSchema({
  name: "tweets",
  fields: [
    { name: "id", type: "int", doc: "what it's called" },
    { name: "place", type: "string", nullable: true },
    { name: "likes", type: "bigint", nullable: true },
    { name: "at", type: "timestamp", nullable: true },
    { name: "day", type: "date" },
    { name: "price", type: "decimal", precision: 5, scale: 2 },
    { name: "huge", type: "decimal", precision: 38, scale: 10, nullable: true },
    { name: "tags", type: "array", items: "string" },
    { name: "scores", type: "array", items: { type: "double", nullable: true }, nullable: true },
    {
      name: "constructor",
      type: "record",
      nullable: true,
      fields: [
        { name: "name", type: "string", doc: "of a person; ${x}" },
        { name: "born", type: "date", nullable: true },
        {
          name: "friends",
          type: "array",
          items: { type: "record", fields: [{ name: "since", type: "int", nullable: true }] },
        },
      ],
    },
  ],
});
const messages = [
  {
    ...{ id: 0, place: "Łódź 🐝", likes: 2 ** 53 - 1, at: "2026-01-31T23:59:59.123456Z", day: "2026-01-31" },
    ...{
      price: 999.99,
      huge: "-1234567890123456789012345678.0123456789",
      tags: ["#a", "", "ż\n\t'\""],
      scores: [0.5, null],
    },
    constructor: { name: "Ada", born: "1815-12-10", friends: [{ since: 1 }, {}] },
  },
  {
    ...{
      id: 1,
      place: null,
      likes: null,
      at: null,
      day: "0001-01-01",
      price: "-0.01",
      huge: null,
      tags: [],
      scores: [],
    },
    constructor: { name: "", friends: [] },
  },
  { id: 2, at: "0001-01-01T00:00:00Z", day: "1582-10-10", price: 0, tags: ["x"], scores: null, constructor: null },
];
let hive: HiveSession;

before(async () => {
  const at = await addresses();
  const check = compileCheck(schema);
  for (const message of messages) assert.equal(check(message), undefined);
  const columns = schema.fields.map((field) => {
    const store = storedAs(field);
    return messages.map((message) => store((message as Readonly<Record<string, unknown>>)[field.name]));
  });
  const hdfs = new Hdfs({ address: at.webhdfs });
  await hdfs.mkdirs(location);
  await hdfs.write(`${location}/rows.parquet`, encodeParquet(schema.fields, columns));
  hive = await openHive({ address: at.hive });
  await hive.execute(createExternalTable(schema, { table: name, location }));
});
after(async () => {
  await hive.execute(`DROP TABLE IF EXISTS ${identifier(name)}`);
  await hive.close();
  await new Hdfs({ address: (await addresses()).webhdfs }).remove(location, { recursive: true });
});

test("Hive reads back every value: null, date, decimal, list and record, at every depth", async () => {
  assert.deepEqual(await hive.query(`SELECT * FROM ${identifier(name)}`), [
    {
      ...{ id: 0, place: "Łódź 🐝", likes: 2 ** 53 - 1, at: "2026-01-31 23:59:59.123456", day: "2026-01-31" },
      ...{ price: "999.99", huge: "-1234567890123456789012345678.0123456789" },
      ...{ tags: '["#a","","ż\\n\\t\'\\""]', scores: "[0.5,null]" },
      constructor: '{"name":"Ada","born":"1815-12-10","friends":[{"since":1},{"since":null}]}',
    },
    {
      ...{ id: 1, place: null, likes: null, at: null, day: "0001-01-01", price: "-0.01", huge: null },
      ...{ tags: "[]", scores: "[]", constructor: '{"name":"","born":null,"friends":[]}' },
    },
    {
      ...{ id: 2, place: null, likes: null, at: "0001-01-01 00:00:00", day: "1582-10-10", price: "0.00", huge: null },
      ...{ tags: '["x"]', scores: null, constructor: null },
    },
  ]);
});

test("Hive computes with them", async () => {
  const sql =
    "SELECT sum(price) AS total, max(day) AS latest, sum(size(tags)) AS tags, count(place) AS places, " +
    `max(\`constructor\`.born) AS born, sum(size(\`constructor\`.friends)) AS friends FROM ${identifier(name)} WHERE id < 2`;
  assert.deepEqual(await hive.query(sql), [
    { total: "999.98", latest: "2026-01-31", tags: 3, places: 1, born: "1815-12-10", friends: 2 },
  ]);
});

test("the table's columns say their types", async () => {
  const columns = await hive.query(`DESCRIBE ${identifier(name)}`);
  assert.deepEqual(
    columns.map(({ col_name: column, data_type: type }) => `${String(column)} ${String(type)}`),
    [
      ...[
        "id int",
        "place string",
        "likes bigint",
        "at timestamp",
        "day date",
        "price decimal(5,2)",
        "huge decimal(38,10)",
      ],
      ...["tags array<string>", "scores array<double>"],
      "constructor struct<name:string,born:date,friends:array<struct<since:int>>>",
    ],
  );
  assert.equal(columns[0]?.["comment"], "what it's called");
});
