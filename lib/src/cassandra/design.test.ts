import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { columnType, createKeyspace, createTable, identifier } from "./ddl.ts";
import { tablesFor, type Column, type Question } from "./design.ts";

const fields: readonly Column[] = [
  { name: "name", type: "string" },
  { name: "hour", type: "timestamp" },
  { name: "time", type: "timestamp" },
  { name: "movie", type: "string" },
  { name: "rating", type: "int" },
];
const question: Question = {
  ...{ table: "records", asks: "What did a person's rate?", given: ["name", "hour"], ordered: ["-time", "movie"] },
  answer: ["rating"],
};

test("a question becomes a table: what is given is its partition, the order its clustering", () => {
  const [table] = tablesFor(fields, [question]);
  assert.equal(
    createTable("reviews", table!, table!.asks),
    `CREATE TABLE IF NOT EXISTS "reviews"."records" (
  "name" text,
  "hour" timestamp,
  "time" timestamp,
  "movie" text,
  "rating" int,
  PRIMARY KEY (("name", "hour"), "time", "movie")
) WITH CLUSTERING ORDER BY ("time" DESC, "movie" ASC) AND comment = 'What did a person''s rate?'`,
  );
});

test("a table of one row a partition has no order", () => {
  const [table] = tablesFor(fields, [{ ...question, ordered: [] }]);
  assert.doesNotMatch(createTable("reviews", table!, ""), /CLUSTERING/);
});

for (const [what, wrong, message] of [
  ["gives nothing", { given: [] }, /gives nothing, so that every node would have to be asked/],
  ["names a column twice", { answer: ["rating", "time"] }, /has the column time twice/],
  ["names what nobody knows", { answer: ["stars"] }, /a column stars, whose type nobody knows; there are name, hour/],
] as const)
  test(`a question that ${what} is refused, and says why`, () => {
    assert.throws(
      () => tablesFor(fields, [{ ...question, ...wrong }]),
      (error) => isStreambookError(error, "USAGE") && message.test(error.message),
    );
  });

test("columns have the types of their fields", () => {
  assert.equal(columnType({ type: "decimal", precision: 10, scale: 2 }), "decimal");
  assert.equal(columnType({ type: "array", items: { type: "bigint" } }), "frozen<list<bigint>>");
  assert.throws(() => columnType({ type: "record", fields: [] }), { code: "USAGE" });
});

test("names never become statements", () => {
  assert.match(createKeyspace("reviews", 3), /'replication_factor': 3}$/);
  for (const name of ["", "a b", 'a"', "a.b.c", "A", "1a", "a".repeat(49)])
    assert.throws(() => identifier(name), { code: "USAGE" });
});
