import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isStreambookError } from "../errors/index.ts";
import { exactJson, toJson } from "./json.ts";

const values: readonly (readonly [what: string, value: unknown, json: string])[] = [
  ["a text", 'a "b"\n', String.raw`"a \"b\"\n"`],
  ["the largest safe whole number", 2 ** 53 - 1, "9007199254740991"],
  ["a bigint", 9_223_372_036_854_775_807n, '"9223372036854775807"'],
  ["bytes", Uint8Array.of(0, 255), '"AP8="'],
  ["a Buffer", Buffer.from([0, 255]), '"AP8="'],
  ["NaN", NaN, '"NaN"'],
  ["Infinity", Infinity, '"Infinity"'],
  ["-Infinity", -Infinity, '"-Infinity"'],
  ["null", null, "null"],
  ["nothing", undefined, "null"],
  [
    "a map",
    new Map<unknown, unknown>([
      ["rows", 5n],
      [7n, [NaN]],
      ["__proto__", {}],
    ]),
    '{"7":["NaN"],"rows":"5","__proto__":{}}',
  ],
  ["a date", new Date(0), '"1970-01-01T00:00:00.000Z"'],
];

for (const [what, value, json] of values) {
  test(`${what} is ${json}, alone and in a list`, () => {
    assert.equal(toJson(value), json);
    assert.equal(toJson([value]), `[${json}]`);
  });
}

test("a member named __proto__ is kept", () => {
  const read = JSON.parse('{"__proto__":{"deep":1},"constructor":2}') as object;
  assert.equal(toJson({ read }), '{"read":{"__proto__":{"deep":1},"constructor":2}}');
  assert.equal(exactJson(read, "it"), '{"__proto__":{"deep":1},"constructor":2}');
});

test("what JSON can hold is written as JSON.stringify does, by both", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.equal(toJson(value), JSON.stringify(value));
      assert.equal(exactJson(value, "it"), JSON.stringify(value));
      assert.equal(toJson(value, 2), JSON.stringify(value, undefined, 2));
    }),
  );
});

for (const number of [NaN, Infinity, -Infinity]) {
  test(`${number} is refused by name where a value must come back the same`, () => {
    assert.throws(
      () => exactJson({ sums: [1, { mean: number }] }, "the value that map emits"),
      (error) =>
        isStreambookError(error, "USAGE") &&
        error.message.startsWith(`the value that map emits has ${number} in "mean"`),
    );
    assert.throws(() => exactJson(number, "it"), /^StreambookError: it has/);
  });
}

test("a bigint is refused with a reason where a value must come back the same", () => {
  assert.throws(() => exactJson({ n: 1n }, "the record"), /the record cannot be written as JSON .*BigInt/);
});
