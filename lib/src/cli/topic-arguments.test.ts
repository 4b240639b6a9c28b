import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Field, Schema } from "../schema/index.ts";
import { names, schemaOf, timeFieldOf, valuesByTopic } from "./topic-arguments.ts";

test("topics are names with commas between them, and those given again are added", () => {
  assert.deepEqual(names("a"), ["a"]);
  assert.deepEqual(names("b, c", names("a")), ["a", "b", "c"]);
  for (const text of ["", "a,", ",a", "a,,b", " "]) assert.throws(() => names(text), /names with commas/, text);
});

test("a value without a topic is for all of them, and what is said of one goes first", () => {
  const valueOf = valuesByTopic("--time-field", ["at", "clicks=seen_at"], ["clicks", "sales"]);
  assert.deepEqual([valueOf("clicks"), valueOf("sales")], ["seen_at", "at"]);
  assert.equal(valuesByTopic("--time-field", [], ["clicks"])("clicks"), undefined);
  const file = valuesByTopic("--schema-file", ["./odd=name.json", "clicks=a=b.json"], ["clicks", "sales"]);
  assert.deepEqual([file("sales"), file("clicks")], ["./odd=name.json", "a=b.json"]);
});

for (const [values, message] of [
  [["click=at"], /^--time-field click=at: the topic click is not read; name one of clicks, sales$/],
  [["clicks="], /there is nothing after the =/],
  [["at", "seen"], /^--time-field is given twice; give one value, or TOPIC=VALUE for each topic$/],
  [["clicks=at", "clicks=seen"], /given twice for the topic clicks/],
] as const) {
  test(`refused: ${values.join(" ")}`, () => {
    assert.throws(() => valuesByTopic("--time-field", values, ["clicks", "sales"]), { code: "USAGE", message });
  });
}

const time = (name: string, nullable = false): Field => ({ name, type: "timestamp", doc: "", nullable });
const schemaWith = (...fields: readonly Field[]): Schema => ({
  name: "clicks",
  fields: [...fields, { name: "page", type: "string", doc: "" }],
});

test("the time of a message is the only timestamp of its schema, or the one that is named", () => {
  assert.equal(timeFieldOf("clicks", schemaWith(time("at")), undefined), "at");
  assert.equal(timeFieldOf("clicks", schemaWith(time("seen", true), time("at")), undefined), "at");
  assert.equal(timeFieldOf("clicks", schemaWith(time("at"), time("end")), "end"), "end");
});

test("no time at all, and more than one, are refused with what to do", () => {
  assert.throws(() => timeFieldOf("clicks", schemaWith(), undefined), {
    code: "USAGE",
    message: /schema clicks of the topic clicks has no timestamp that every message has; add one/,
  });
  assert.throws(() => timeFieldOf("clicks", schemaWith(time("at"), time("end")), undefined), {
    code: "USAGE",
    message: /has the times at, end; say which one counts: --time-field clicks=at$/,
  });
});

test("the schema of a topic is the file that is named, or the project's of its name", async () => {
  const folder = await mkdtemp(join(tmpdir(), "streambook-topics-"));
  const file = join(folder, "mine.json");
  await writeFile(file, JSON.stringify(schemaWith(time("at"))));
  assert.equal((await schemaOf("anything", file)).name, "clicks");
  assert.equal((await schemaOf("chunks", undefined)).name, "chunks");
  await assert.rejects(schemaOf("no_such_topic", undefined), {
    code: "USAGE",
    message:
      /no schema for the topic no_such_topic \(no file \/.*\/schemas\/no_such_topic\.json\); .*--schema-file no_such_topic=FILE/,
  });
  await rm(folder, { recursive: true });
});
