import assert from "node:assert/strict";
import { test } from "node:test";
import type { HiveValue } from "../hive/index.ts";
import { jsonOf } from "./query.ts";

const values: readonly (readonly [what: string, value: HiveValue, json: string])[] = [
  ["a text", 'a "b"\n', String.raw`"a \"b\"\n"`],
  ["a number", 2 ** 53 - 1, "9007199254740991"],
  ["a BIGINT beyond 2^53", 9_223_372_036_854_775_807n, '"9223372036854775807"'],
  ["BINARY, as bytes", Uint8Array.of(0, 255), '"AP8="'],
  ["BINARY, as the driver gives it", Buffer.from([0, 255]), '"AP8="'],
  ["true", true, "true"],
  ["NULL", null, "null"],
];

for (const [what, value, json] of values) {
  test(`${what} in a row is ${json} in its JSON`, () => {
    assert.equal(jsonOf({ first: 1, value }), `{"first":1,"value":${json}}`);
  });
}
