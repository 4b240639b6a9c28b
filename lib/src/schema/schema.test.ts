import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { compileCheck, fieldTypes, loadSchema, parseSchema } from "./index.ts";

const folder = await mkdtemp(join(tmpdir(), "streambook-schema-"));
after(() => rm(folder, { recursive: true, force: true }));

test("the schema of the course's topic is one", async () => {
  const { name, fields } = await loadSchema("schemas/chunks.json");
  assert.equal(name, "chunks");
  assert.deepEqual(
    fields.map((field) => `${field.name} ${field.type}`),
    [
      "agent_id string",
      "destination_uri string",
      "event_time timestamp",
      "chunk string",
      "stream_id string",
      "seq int",
      "is_last boolean",
    ],
  );
});

const field = { name: "a", type: "string", doc: "" };
const wrong: readonly (readonly [string, unknown, RegExp])[] = [
  ["a list", [], /is not an object/],
  ["no name", { fields: [field] }, /"name" must be/],
  ["a name that is SQL", { name: "x; DROP", fields: [field] }, /"name" must be/],
  ["no fields", { name: "x", fields: [] }, /"fields" must be a list of one field or more/],
  ["a field that is text", { name: "x", fields: ["a"] }, /field 1 is not an object/],
  ["a field with a name in capitals", { name: "x", fields: [{ ...field, name: "A" }] }, /field 1: "name" must be/],
  ["a name twice", { name: "x", fields: [field, field] }, /field 2: the name "a" is there twice/],
  [
    "an unknown type",
    { name: "x", fields: [{ ...field, type: "text" }] },
    /field 1 \("a"\): "type" must be one of string, int/,
  ],
  ["a doc that is a number", { name: "x", fields: [{ ...field, doc: 1 }] }, /"doc" must be text/],
];
for (const [what, value, message] of wrong) {
  test(`${what} is no schema, and the message says where`, () => {
    assert.throws(
      () => parseSchema(value, "the schema file x.json"),
      (error: Error & { code: string }) => {
        assert.equal(error.code, "SCHEMA_INVALID");
        assert.match(error.message, message);
        assert.match(error.message, /^the schema file x\.json: /);
        return true;
      },
    );
  });
}

test("a file that is not there, or not JSON, is named", async () => {
  await assert.rejects(loadSchema(join(folder, "none.json")), { code: "SCHEMA_INVALID", message: /none\.json/ });
  await writeFile(join(folder, "half.json"), `{"name": `);
  await assert.rejects(loadSchema(join(folder, "half.json")), {
    code: "SCHEMA_INVALID",
    message: /half\.json is not JSON/,
  });
});

const good: Readonly<Record<(typeof fieldTypes)[number], readonly unknown[]>> = {
  string: ["", "a", "\u0000"],
  int: [0, -1, 2 ** 31 - 1],
  bigint: [0, 2 ** 53 - 1],
  double: [0.5, -1e300],
  boolean: [true, false],
  timestamp: ["2026-01-31T23:59:59Z", "2026-01-31T23:59:59.123456Z"],
};
const bad: typeof good = {
  string: [1, null, undefined],
  int: [0.5, 2 ** 31, "1"],
  bigint: [2 ** 53, "1"],
  double: ["0.5", null],
  boolean: [0, "true"],
  timestamp: [
    "2026-01-31",
    "2026-01-31T23:59:59",
    "2026-01-31T24:00:00Z",
    "2026-02-30T00:00:00+01:00",
    "2026-13-01T00:00:00Z",
    0,
  ],
};
for (const type of fieldTypes) {
  test(`a field of type ${type} takes what it should, and nothing else`, () => {
    const check = compileCheck(parseSchema({ name: "x", fields: [{ name: "a", type, doc: "" }] }));
    for (const value of good[type]) assert.equal(check({ a: value }), undefined, JSON.stringify(value));
    for (const value of bad[type])
      assert.match(check({ a: value }) ?? "", /^field "a" (must be|is missing)/, JSON.stringify(value));
  });
}

test("a field that the schema does not know is refused, because a table would lose it", () => {
  const check = compileCheck(parseSchema({ name: "x", fields: [field] }));
  assert.equal(check({ a: "", b: 1 }), `field "b" is not in the schema x`);
});

test("a field with the name of what every object inherits is missing when it is not there", () => {
  const check = compileCheck(parseSchema({ name: "x", fields: [{ name: "constructor", type: "string", doc: "" }] }));
  assert.equal(check({}), `field "constructor" is missing`);
  assert.equal(check({ constructor: "Eiffel" }), undefined);
  assert.equal(check(JSON.parse('{"constructor":"Eiffel","__proto__":1}')), `field "__proto__" is not in the schema x`);
});

test("law: a check never throws, and its reason is short", () => {
  const check = compileCheck(
    parseSchema({ name: "x", fields: fieldTypes.map((type) => ({ name: `a_${type}`, type, doc: "" })) }),
  );
  fc.assert(fc.property(fc.jsonValue(), (value) => assert.ok((check(value) ?? "").length < 200)));
});
