import assert from "node:assert/strict";
import { test } from "node:test";
import { Bool, Decimal, Field, Float64, Int32, Int64, List, Struct, TimestampMicrosecond, Utf8 } from "apache-arrow";
import { typeName, type ArrowType } from "./arrow-type.ts";
import { checkColumns, checkNulls, columnTypes } from "./columns.ts";

const fields = columnTypes([
  new Field("id", new Int64()),
  new Field("name", new Utf8()),
  new Field("price", new Decimal(2, 10)),
]);

test("columns as expected pass, in any order, with ? or any", () => {
  checkColumns(fields, { name: "string?", id: "bigint", price: "any" });
});

test("whatever is not as expected is said at once: another type, a column too few, one too many", () => {
  assert.throws(() => checkColumns(fields, { id: "int", title: "string", price: "decimal" }), {
    code: "USAGE",
    message: /id is bigint, not int; there is no column title; nobody expects name/,
  });
});

test("a null is refused where none is expected", () => {
  const rows = [{ id: 1n, name: null }];
  checkNulls(rows, { id: "bigint", name: "string?" });
  assert.throws(() => checkNulls(rows, { id: "bigint", name: "string" }), { code: "USAGE", message: /"string\?"/ });
});

test("types are named as they are here", () => {
  const name = (type: unknown) => typeName(type as ArrowType);
  assert.deepEqual([new Int32(), new Float64(), new Bool(), new TimestampMicrosecond("UTC")].map(name), [
    "int",
    "double",
    "boolean",
    "timestamp",
  ]);
  const struct = new Struct([new Field("x", new Int32())]);
  assert.equal(name(new List(new Field("item", struct))), "array<struct<x: int>>");
});
