import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSchema } from "../../../schema/index.ts";
import { bronzeDeclaration } from "./read.ts";

test("whole numbers of a message may be written as JSON writes any number, at any depth; others are read as they are", () => {
  const schema = parseSchema({
    name: "things",
    fields: [
      { name: "n", type: "int", doc: "a number" },
      { name: "price", type: "decimal", precision: 5, scale: 2, doc: "it's $5" },
      { name: "owner", type: "record", doc: "", fields: [{ name: "ages", type: "array", items: "int", doc: "" }] },
    ],
  });
  const added = [{ name: "read_at", type: "int", doc: "" }] as const;
  assert.equal(
    bronzeDeclaration(schema, added),
    "`n` DOUBLE, `price` DECIMAL(5,2), `owner` STRUCT<`ages`:ARRAY<DOUBLE>>, `read_at` INT",
  );
});
