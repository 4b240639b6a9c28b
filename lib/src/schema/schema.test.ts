import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { compileCheck, fieldTypes, loadSchema, parseSchema, unscaled } from "./index.ts";

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

test("the example in schemas/README.md is a schema", async () => {
  const [, example = ""] = /```json\n([^]*?)```/.exec(await readFile("schemas/README.md", "utf8")) ?? [];
  const { fields } = parseSchema(JSON.parse(example));
  assert.deepEqual(
    fields.map(({ type }) => type),
    ["decimal", "array", "record"],
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
  [
    "a decimal without a precision",
    { name: "x", fields: [{ ...field, type: "decimal" }] },
    /"precision" must be .* 1 to 38/,
  ],
  [
    "a decimal with more digits after the point than there are",
    { name: "x", fields: [{ ...field, type: "decimal", precision: 3, scale: 4 }] },
    /"scale" must be/,
  ],
  [
    "an array of nothing",
    { name: "x", fields: [{ ...field, type: "array" }] },
    /field 1 \("a"\): "items" must be a type/,
  ],
  [
    "an array of what is no type",
    { name: "x", fields: [{ ...field, type: "array", items: "text" }] },
    /field 1 \("a"\), items: "type" must be one of string/,
  ],
  [
    "a record with a name twice",
    { name: "x", fields: [{ ...field, type: "record", fields: [field, field] }] },
    /field 1 \("a"\), field 2: the name "a" is there twice/,
  ],
  ["a record of nothing", { name: "x", fields: [{ ...field, type: "record", fields: [] }] }, /"a"\), "fields" must be/],
  [
    "a nullable that is text",
    { name: "x", fields: [{ ...field, nullable: "no" }] },
    /"nullable" must be true or false/,
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

for (const [what, more, said] of [
  ["a minimum of a string", { minimum: 1 }, /field 1 \("a"\): a string has no "minimum"/],
  ["values of a number", { type: "int", values: ["a"] }, /a int has no "values"/],
  ["no values", { values: [] }, /"values" must be a list of texts/],
  ["a minimum that is text", { type: "int", minimum: "1" }, /"minimum" must be a number, and is "1"/],
  [
    "a maximum on a day that there is not",
    { type: "timestamp", maximum: "2026-02-30T00:00:00Z" },
    /"maximum" must be a time/,
  ],
] as const)
  test(`${what} is no limit`, () =>
    assert.throws(() => parseSchema({ name: "x", fields: [{ ...field, ...more }] }), said));

for (const ordered of ["a", ["a"], ["a", "b"], ["a", "missing"]])
  test(`${JSON.stringify(ordered)} is no order of times`, () => {
    const fields = [
      { ...field, type: "timestamp" },
      { ...field, name: "b", type: "timestamp", nullable: true },
    ];
    assert.throws(() => parseSchema({ name: "x", fields, ordered }), /"ordered" must be a list of two fields or more/);
  });

const limited = parseSchema({
  name: "x",
  fields: [
    { name: "n", type: "int", minimum: 1, maximum: 9 },
    { name: "price", type: "decimal", precision: 5, scale: 2, minimum: 0 },
    { name: "kind", type: "string", values: ["view", "click"] },
    { name: "began", type: "timestamp", minimum: "2026-01-01T00:00:00Z" },
    { name: "ended", type: "timestamp", maximum: "2026-12-31T23:59:59.5Z" },
    { name: "day", type: "date", nullable: true, maximum: "2026-06-30" },
  ],
  ordered: ["began", "ended"],
});
const within = {
  n: 1,
  price: "0.00",
  kind: "view",
  began: "2026-01-01T00:00:00.000Z",
  ended: "2026-01-01T00:00:00Z",
  day: null,
};
for (const [change, said] of [
  [{}, undefined],
  [{ n: 9, price: 10.5, kind: "click", ended: "2026-12-31T23:59:59.500Z", day: "2026-06-30" }, undefined],
  [{ n: 0 }, 'field "n" must be 1 at the least, and is 0'],
  [{ n: 10 }, 'field "n" must be 9 at the most, and is 10'],
  [{ price: "-0.01" }, 'field "price" must be 0 at the least, and is "-0.01"'],
  [{ kind: "buy" }, 'field "kind" must be one of view, click, and is "buy"'],
  [
    { began: "2025-12-31T23:59:59.999999999Z" },
    'field "began" must be 2026-01-01T00:00:00Z at the least, and is "2025-12-31T23:59:59.999999999Z"',
  ],
  [
    { ended: "2026-12-31T23:59:59.51Z" },
    'field "ended" must be 2026-12-31T23:59:59.5Z at the most, and is "2026-12-31T23:59:59.51Z"',
  ],
  [{ day: "2026-07-01" }, 'field "day" must be 2026-06-30 at the most, and is "2026-07-01"'],
  [{ began: "2026-01-01T00:00:00.001Z" }, 'field "ended" must not come before "began", and is "2026-01-01T00:00:00Z"'],
] as const)
  test(`with ${JSON.stringify(change)}, a message ${said === undefined ? "is within its limits" : "is not"}`, () =>
    assert.equal(compileCheck(limited)({ ...within, ...change }), said));

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
  date: ["2026-01-31", "2028-02-29", "0001-01-01"],
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
  date: ["2026-02-29", "2026-1-1", "0000-01-01", "2026-01-31T00:00:00Z", 0, null],
};
for (const type of fieldTypes) {
  test(`a field of type ${type} takes what it should, and nothing else`, () => {
    const check = compileCheck(parseSchema({ name: "x", fields: [{ name: "a", type, doc: "" }] }));
    for (const value of good[type]) assert.equal(check({ a: value }), undefined, JSON.stringify(value));
    for (const value of bad[type])
      assert.match(check({ a: value }) ?? "", /^field "a" (must be|is missing)/, JSON.stringify(value));
  });
}

const rich = parseSchema({
  name: "tweets",
  fields: [
    { name: "id", type: "string" },
    { name: "price", type: "decimal", precision: 6, scale: 2 },
    { name: "tags", type: "array", items: "string" },
    { name: "place", type: "string", nullable: true },
    {
      name: "user",
      type: "record",
      fields: [
        { name: "name", type: "string" },
        { name: "born", type: "date", nullable: true },
        { name: "scores", type: "array", items: { type: "int", nullable: true }, nullable: true },
      ],
    },
    { name: "replies", type: "array", items: { type: "record", fields: [{ name: "to", type: "string" }] } },
  ],
});
const tweet = { id: "1", price: 9.5, tags: ["#a"], user: { name: "Ada" }, replies: [{ to: "2" }] };

test("what may be missing may be null or absent, at every depth", () => {
  const check = compileCheck(rich);
  assert.equal(check(tweet), undefined);
  assert.equal(check({ ...tweet, place: null, tags: [], replies: [] }), undefined);
  assert.equal(check({ ...tweet, user: { name: "Ada", born: null, scores: [1, null] } }), undefined);
});

const faults: readonly (readonly [what: string, message: unknown, said: string])[] = [
  ["an item", { ...tweet, tags: ["a", 5] }, `field "tags[1]" must be text, and is 5`],
  ["an item that is null", { ...tweet, tags: [null] }, `field "tags[0]" must be text, and is null`],
  ["no list", { ...tweet, tags: "a" }, `field "tags" must be a list, and is "a"`],
  ["no record", { ...tweet, user: [] }, `field "user" must be an object, and is []`],
  ["a nested field", { ...tweet, user: { name: 1 } }, `field "user.name" must be text, and is 1`],
  ["a nested field that is missing", { ...tweet, user: {} }, `field "user.name" is missing`],
  ["a nested field too many", { ...tweet, user: { name: "", x: 1 } }, `field "user.x" is not in the schema`],
  [
    "a field of an item",
    { ...tweet, replies: [{ to: "" }, { to: null }] },
    `field "replies[1].to" must be text, and is null`,
  ],
  [
    "a decimal of too many digits",
    { ...tweet, price: 0.125 },
    `field "price" must be a decimal number of 6 digits, 2 of them after the point, and is 0.125`,
  ],
];
for (const [what, message, said] of faults) {
  test(`${what} that is wrong is named with its place`, () => assert.equal(compileCheck(rich)(message), said));
}

const decimals: readonly (readonly [value: unknown, scaled: bigint | undefined])[] = [
  ["12.30", 1230n],
  [12.3, 1230n],
  ["-0.05", -5n],
  [-7, -700n],
  ["0009999.990", 999_999n],
  [0, 0n],
  ["10000", undefined],
  ["0.001", undefined],
  [0.1 + 0.2, undefined],
  [1e21, undefined],
  [NaN, undefined],
  ["", undefined],
  [".5", undefined],
  ["1e2", undefined],
  ["+1", undefined],
  [null, undefined],
];
for (const [value, scaled] of decimals) {
  const what = `${typeof value} ${String(value)}`;
  test(`as DECIMAL(6,2), ${what} is ${scaled === undefined ? "refused" : `${scaled} hundredths`}`, () => {
    assert.equal(unscaled(value, 6, 2), scaled);
    assert.equal(compileCheck(rich)({ ...tweet, price: value }) === undefined, scaled !== undefined);
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
