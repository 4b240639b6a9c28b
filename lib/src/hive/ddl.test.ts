import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { parseSchema } from "../schema/index.ts";
import {
  addPartition,
  addPartitions,
  columnType,
  createExternalTable,
  createTextView,
  identifier,
  movePartition,
  stringLiteral,
} from "./ddl.ts";

const usage = (error: unknown) => isStreambookError(error, "USAGE");

const schema = parseSchema({
  name: "clicks",
  fields: [
    { name: "page", type: "string", doc: "what's shown" },
    { name: "at", type: "timestamp", doc: "" },
  ],
});

test("a name is quoted, with its database", () => {
  assert.equal(identifier("chunks"), "`chunks`");
  assert.equal(identifier("a.b_1"), "`a`.`b_1`");
});

for (const name of [
  "",
  "1a",
  "A",
  "a b",
  "a`b",
  "a;drop table x",
  "a.b.c",
  ".a",
  "a.",
  "a-b",
  "ä",
  "a\n",
  "x".repeat(129),
]) {
  test(`the name ${JSON.stringify(name.slice(0, 20))} is refused`, () => {
    assert.throws(() => identifier(name), usage);
    assert.throws(() => createExternalTable(schema, { table: name, location: "/x" }), usage);
    assert.throws(() => addPartition(name, { d: "1" }, "/x"), usage);
  });
}

for (const location of ["", "x", "//x", "/a/../b", "/a\nb", "file:///x", "s3://b/x"]) {
  test(`the location ${JSON.stringify(location)} is refused`, () => {
    assert.throws(() => createExternalTable(schema, { table: "t", location }), usage);
  });
}

test("a literal ends where it should", () => {
  assert.equal(stringLiteral("it's"), "'it\\'s'");
  assert.equal(stringLiteral("a\\"), "'a\\\\'");
  assert.equal(stringLiteral("${system:user.name}"), "'\\u0024{system:user.name}'");
  assert.equal(stringLiteral("\n\t\u0000"), "'\\n\\t\\u0000'");
});

test("a table of NDJSON says how its lines and their times are read", () => {
  const sql = createExternalTable(schema, { table: "clicks", location: "/clicks", format: "ndjson" });
  assert.match(sql, /JsonSerDe'\nWITH SERDEPROPERTIES \('timestamp\.formats' = '.*'\)\nSTORED AS TEXTFILE$/m);
  assert.ok(sql.includes("yyyy-MM-dd\\'T\\'HH:mm:ss.SSSSSS\\'Z\\'"), sql);
  assert.doesNotMatch(sql, /PARQUET/);
});

test("a table is made from its schema", () => {
  const sql = createExternalTable(schema, {
    table: "course.clicks",
    extraColumns: [{ name: "cluster", type: "int", doc: "" }],
    partitionedBy: [{ name: "event_date", type: "string", doc: "" }],
    location: "/streambook/warehouse/clicks",
  });
  assert.equal(
    sql,
    [
      "CREATE EXTERNAL TABLE IF NOT EXISTS `course`.`clicks` (",
      "  `page` STRING COMMENT 'what\\'s shown',",
      "  `at` TIMESTAMP,",
      "  `cluster` INT",
      ")",
      "PARTITIONED BY (",
      "  `event_date` STRING",
      ")",
      "STORED AS PARQUET",
      "LOCATION '/streambook/warehouse/clicks'",
    ].join("\n"),
  );
});

test("a table and a view carry properties, whose values end where they should", () => {
  const properties = { "made.by": "it's us" };
  const table = createExternalTable(schema, { table: "t", location: "/t", properties });
  assert.match(table, /\nLOCATION '\/t'\nTBLPROPERTIES \('made\.by' = 'it\\'s us'\)$/);
  const view = createTextView({ view: "v", table: "t", columns: ["page"], properties });
  assert.match(view, /^CREATE OR REPLACE VIEW `v` TBLPROPERTIES \('made\.by' = 'it\\'s us'\) AS SELECT\n/);
});

test("a type of a schema is a type of Hive, however deep", () => {
  const { fields } = parseSchema({
    name: "x",
    fields: [
      { name: "price", type: "decimal", precision: 10, scale: 2, nullable: true },
      { name: "day", type: "date" },
      {
        name: "friends",
        type: "array",
        items: { type: "record", fields: [{ name: "tags", type: "array", items: "string", doc: "it's; a" }] },
      },
    ],
  });
  assert.deepEqual(fields.map(columnType), [
    "DECIMAL(10,2)",
    "DATE",
    "ARRAY<STRUCT<`tags`:ARRAY<STRING> COMMENT 'it\\'s; a'>>",
  ]);
});

test("a column cannot be there twice", () => {
  const twice = { table: "t", location: "/t", partitionedBy: [{ name: "page", type: "string", doc: "" }] } as const;
  assert.throws(() => createExternalTable(schema, twice), /"page" twice/);
});

test("a partition is named by its values", () => {
  assert.equal(
    addPartition("t", { event_date: "2026-01-01", part: 3 }, "/t/event_date=2026-01-01"),
    "ALTER TABLE `t` ADD IF NOT EXISTS PARTITION (`event_date` = '2026-01-01', `part` = 3) LOCATION '/t/event_date=2026-01-01'",
  );
  assert.throws(() => addPartition("t", { part: 1.5 }, "/t"), usage);
  assert.equal(
    addPartitions("t", [
      [{ d: "1" }, "/t/d=1"],
      [{ d: "2" }, "/elsewhere"],
    ]),
    "ALTER TABLE `t` ADD IF NOT EXISTS PARTITION (`d` = '1') LOCATION '/t/d=1' PARTITION (`d` = '2') LOCATION '/elsewhere'",
  );
  assert.equal(
    movePartition("t", { d: "it's" }, "hdfs:///elsewhere"),
    "ALTER TABLE `t` PARTITION (`d` = 'it\\'s') SET LOCATION 'hdfs:///elsewhere'",
  );
});

test("a view of text casts every column, and strips those it should", () => {
  assert.equal(
    createTextView({ view: "v", table: "t", columns: ["page", "at"], stripped: ["page"] }),
    "CREATE OR REPLACE VIEW `v` AS SELECT\n" +
      "  regexp_replace(CAST(`page` AS STRING), '[^A-Za-z0-9 ]', '') AS `page`,\n" +
      "  CAST(`at` AS STRING) AS `at`\n" +
      "FROM `t`",
  );
});
