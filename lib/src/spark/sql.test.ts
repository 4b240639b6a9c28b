import assert from "node:assert/strict";
import { test } from "node:test";
import { literal, literalText, type SparkInput } from "./literal.ts";
import { identifier, relation, sqlPlan, type SqlPart, timestampText } from "./sql.ts";

const plan = (strings: TemplateStringsArray, ...parts: SqlPart[]) => sqlPlan(strings, ...parts).relType;

test("a value becomes a literal, and nothing in it is read as SQL", () => {
  const { case: kind, value } = plan`SELECT * FROM t WHERE name = ${"Zoë, 7"} AND n > ${5} AND m = 1 -${-1}`;
  assert.equal(kind, "sql");
  assert.equal((value as { query: string }).query, "SELECT * FROM t WHERE name = 'Zoë, 7' AND n > 5 AND m = 1 -(-1)");
  for (const attack of ["x' OR 1 = 1 --", "\\", "${spark.home}", "a\nb", "\u{200b}"])
    assert.equal(literalText(attack), `CAST(X'${Buffer.from(attack).toString("hex")}' AS STRING)`);
});

test("a literal has the type and the value of what it is made of", () => {
  const cases: readonly (readonly [SparkInput, string])[] = [
    [2 ** 31, "2147483648D"],
    [0.5, "0.5D"],
    [-0, "0"],
    [1e300, "1e+300D"],
    [NaN, "double('NaN')"],
    [-Infinity, "double('-Infinity')"],
    [-(2n ** 63n), "(-9223372036854775808L)"],
    [true, "true"],
    [null, "NULL"],
    [new Date(-1), "timestamp_micros((-1000L))"],
    [Uint8Array.of(0, 255), "X'00ff'"],
    [[1, 0.5, null], "array(1D, 0.5D, NULL)"],
    [[], "array()"],
  ];
  for (const [value, text] of cases) assert.equal(literalText(value), text);
  assert.throws(() => literalText("\ud800"), { code: "USAGE", message: /no valid Unicode/ });
});

test("a relation stands under a name of its own, the same one always under the same", () => {
  const [left, right] = ["a", "b"].map((query) => ({ plan: relation({ case: "sql", value: { query } }) }));
  const { case: kind, value } =
    plan`SELECT * FROM ${left!} JOIN ${right!} USING (id) JOIN ${left!} AS again USING (id)`;
  assert.equal(kind, "withRelations");
  const { root, references } = value as { root: { relType: { value: { query: string } } }; references: unknown[] };
  assert.match(root.relType.value.query, /FROM (relation_\d+) JOIN (?!\1)relation_\d+ USING \(id\) JOIN \1 AS again/);
  assert.equal(references.length, 2);
});

test("no name of a statement is one of the statement around it", () => {
  const inner = sqlPlan`SELECT * FROM ${{ plan: relation({ case: "sql", value: { query: "a" } }) }}`;
  const nameOf = (value: unknown) =>
    (value as { references: { relType: { value: { alias: string } } }[] }).references.map(
      ({ relType }) => relType.value.alias,
    );
  assert.notDeepEqual(nameOf(inner.relType.value), nameOf(plan`SELECT * FROM ${{ plan: inner }}`.value));
});

test("a name stands in the text, in quotes that nothing in it can end", () => {
  const table = identifier(["delta", "s3a://lake/a.b` WHERE true --"]);
  const { case: kind, value } = plan`DELETE FROM ${table} WHERE ${identifier("t.n")} = ${1}`;
  assert.equal(kind, "sql");
  assert.equal(
    (value as { query: string }).query,
    "DELETE FROM `delta`.`s3a://lake/a.b`` WHERE true --` WHERE `t`.`n` = 1",
  );
  for (const name of ["", "a..b", [], ["delta", ""]])
    assert.throws(() => identifier(name), { code: "USAGE", message: /cannot be a name on Spark/ });
});

test("a moment stands in the text, and nothing else may", () => {
  const { value } = plan`MERGE INTO t USING s ON t.at > ${timestampText("2026-06-29T13:00:00.000Z")}`;
  assert.match((value as { query: string }).query, /ON t\.at > TIMESTAMP '2026-06-29T13:00:00\.000Z'$/);
  for (const text of ["", "2026-06-29", "2026-06-29T13:00:00Z' OR true --"])
    assert.throws(() => timestampText(text), { code: "USAGE", message: /is no moment/ });
});

test("values become the types of Spark that the table promises", () => {
  const kinds = [
    literal("x"),
    literal(1),
    literal(2 ** 31),
    literal(0.5),
    literal(1n),
    literal(true),
    literal(null),
  ].map(({ literalType }) => literalType.case);
  assert.deepEqual(kinds, ["string", "integer", "double", "double", "long", "boolean", "null"]);
  assert.deepEqual(literal(new Date(1)).literalType, { case: "timestamp", value: 1000n });
  assert.equal(literal([[1], []]).literalType.case, "array");
});

test("a value for which Spark has no type is refused by name", () => {
  for (const value of [[1, "x"], 2n ** 64n, new Date(Number.NaN), undefined, () => 1])
    assert.throws(() => literal(value as never), { code: "USAGE", message: /a value for Spark is/ });
});
