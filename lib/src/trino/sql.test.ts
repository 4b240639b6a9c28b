import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { identifier, literal, statementText, type TrinoInput } from "./sql.ts";

const literals: readonly (readonly [value: TrinoInput, sql: string])[] = [
  ["it's", "'it''s'"],
  ["'; DROP TABLE x --", "'''; DROP TABLE x --'"],
  ["a\\b\n", "'a\\b\n'"],
  [5, "BIGINT '5'"],
  [-5, "BIGINT '-5'"],
  [2 ** 40, "BIGINT '1099511627776'"],
  [0.5, "DOUBLE '0.5'"],
  [1e300, "DOUBLE '1e+300'"],
  [-0, "DOUBLE '-0.0'"],
  [NaN, "nan()"],
  [-Infinity, "-infinity()"],
  [2n ** 63n - 1n, "BIGINT '9223372036854775807'"],
  [true, "true"],
  [null, "NULL"],
  [new Date("2026-01-31T23:59:59.123Z"), "TIMESTAMP '2026-01-31 23:59:59.123 UTC'"],
  [new Uint8Array([0, 255]), "X'00ff'"],
  [["a", null, ["b"]], "ARRAY['a', NULL, ARRAY['b']]"],
];
for (const [value, sql] of literals) {
  test(`${sql.replaceAll("\n", "\\n")} is a literal`, () => assert.equal(literal(value), sql));
}

for (const value of [2n ** 63n, new Date(NaN), "\ud800", undefined, {}]) {
  test(`${inspect(value)} is no value for a statement`, () =>
    assert.throws(() => literal(value as TrinoInput), { code: "USAGE", message: /a value for Trino is/ }));
}

test("a name is quoted, part by part", () => {
  assert.equal(identifier("delta.gold.hours").sql, '"delta"."gold"."hours"');
  assert.equal(identifier(["a.b", 'c"d']).sql, '"a.b"."c""d"');
  for (const name of ["", "a..b", ".a", []]) assert.throws(() => identifier(name), { code: "USAGE" });
});

test("a statement has its values as literals, and its names as names", () => {
  const build = (text: TemplateStringsArray, ...parts: Parameters<typeof statementText>[1][]): string =>
    statementText(text, ...parts);
  assert.equal(
    build`SELECT * FROM ${identifier("a.b")} WHERE x = ${"y"} AND n > ${1}`,
    `SELECT * FROM "a"."b" WHERE x = 'y' AND n > BIGINT '1'`,
  );
  assert.equal(statementText("SHOW CATALOGS"), "SHOW CATALOGS");
});
