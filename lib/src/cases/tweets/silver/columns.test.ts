import assert from "node:assert/strict";
import { test } from "node:test";
import { placeColumns } from "../../../ingest/index.ts";
import { bronzeColumns } from "../bronze/columns.ts";
import { tweetSchema } from "../names.ts";
import { clientColumn, silverColumns, silverSelection } from "./columns.ts";

test("a row of silver is made of columns that a line of bronze has", async () => {
  const schema = await tweetSchema();
  const user = schema.fields.find(({ name }) => name === "user");
  assert.ok(user?.type === "record");
  const known = new Set([...schema.fields, ...bronzeColumns, ...placeColumns].map(({ name }) => name));
  for (const { name } of user.fields) known.add(`\`user\`.${name}`);
  const words = new Set(["CASE", "WHEN", "THEN", "ELSE", "END", "length", "current_timestamp", "current_date"]);
  for (const { from } of [...silverColumns, clientColumn])
    for (const [name] of from.replaceAll(/'[^']*'/g, "").matchAll(/(?:`user`\.)?\b[A-Za-z]\w*/g))
      assert.ok(known.has(name) || words.has(name), `${name} in ${from}`);
});

test("silver has every field of a message but for those that only repeat what another tweet says, and each column once", async () => {
  const names = silverColumns.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const made = silverColumns.map(({ from }) => from);
  const left = (await tweetSchema()).fields.map(({ name }) => name).filter((name) => !made.includes(name));
  const repeated = ["original_user", "reply_to_user", "quoted_user", "quoted_text"];
  assert.deepEqual(left, ["user", ...repeated, clientColumn.name]);
});

test("a row has a value for each column, of its type", () => {
  const [, second, third] = silverSelection(silverColumns);
  assert.equal(second, "CAST(text AS STRING) AS text");
  assert.equal(third, "CAST(`user`.user_id AS STRING) AS user_id");
  assert.equal(silverSelection([...silverColumns, clientColumn]).length, silverColumns.length + 1);
});
