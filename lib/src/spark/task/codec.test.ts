import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { timestampMicroseconds, timestampText } from "../timestamp.ts";
import { rowReader, rowWriter } from "./codec.ts";
import { parseColumn, treeName } from "./column-type.ts";

const column = (type: string) => [parseColumn("x", type)];
const throughTask = (type: string, value: unknown): unknown =>
  rowReader(column(type))(rowWriter(column(type))({ x: value }))["x"];

test("types are read as they are written", () => {
  const types = ["string", "bigint", "array<array<date>>", "map<string, struct<a: int, b: array<double>>>", "binary"];
  for (const type of types) assert.equal(treeName(parseColumn("x", type).tree), type);
  assert.deepEqual(parseColumn("x", "decimal(10,2)?"), {
    name: "x",
    tree: { kind: "decimal", precision: 10, scale: 2 },
    optional: true,
  });
});

for (const type of [
  "",
  "text",
  "array<>",
  "array<int",
  "map<int>",
  "struct<int>",
  "decimal(2,3)",
  "int int",
  "any",
  "string??",
  "array<int, int>",
])
  test(`"${type}" is no type`, () => {
    assert.throws(() => parseColumn("x", type), { code: "USAGE", message: /the column x has the type/ });
  });

test("whatever a task gives and fits its column arrives as the same value", () => {
  const time = fc.bigInt({ min: -(2n ** 55n), max: 2n ** 57n }).map((micros) => timestampText(micros, "Z"));
  const cases: readonly (readonly [string, fc.Arbitrary<unknown>])[] = [
    ["string", fc.string({ unit: "binary" })],
    ["int", fc.integer()],
    ["bigint", fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
    ["double", fc.double()],
    ["boolean", fc.boolean()],
    ["timestamp", time],
    ["binary", fc.uint8Array().map((bytes) => new Uint8Array(bytes))],
    ["array<double>", fc.array(fc.option(fc.double()))],
    [
      "struct<a: string, b: bigint>",
      fc.record(
        { a: fc.string({ unit: "binary" }), b: fc.option(fc.bigInt({ min: 0n, max: 9n })) },
        { noNullPrototype: true },
      ),
    ],
    ["map<int, timestamp>", fc.array(fc.tuple(fc.integer(), fc.option(time))).map((entries) => new Map(entries))],
    ["string?", fc.constant(null)],
  ];
  for (const [type, values] of cases)
    fc.assert(fc.property(values, (value) => assert.deepStrictEqual(throughTask(type, value), value)));
});

const misfits: readonly (readonly [type: string, value: unknown])[] = [
  ["string", 1],
  ["string", "\ud800"],
  ["string", null],
  ["int", 2 ** 31],
  ["int", 0.5],
  ["int", "1"],
  ["bigint", 1],
  ["bigint", 2n ** 63n],
  ["double", "1"],
  ["decimal(4,2)", "123.4"],
  ["decimal(4,2)", "1.234"],
  ["decimal(4,2)", "."],
  ["timestamp", "2026-02-30T00:00:00Z"],
  ["timestamp", "2026-01-01"],
  ["timestamp", new Date(0)],
  ["date", "2026-13-01"],
  ["binary", "x"],
  ["array<int>", [1, "2"]],
  ["array<int>", { length: 0 }],
  ["struct<a: int>", { a: 1, b: 2 }],
  ["map<int, int>", { a: 1 }],
];
for (const [type, value] of misfits)
  test(`${String(JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? `${each}n` : each)))} is no ${type}`, () => {
    assert.throws(() => rowWriter(column(type))({ x: value }), {
      code: "USAGE",
      message: /for the column x, which is/,
    });
  });

test("a time has its microseconds, before 1970 too, and a day that no calendar has is none", () => {
  for (const text of ["2026-01-01T00:00:00.123456Z", "1900-06-01T12:00:00.500Z", "1969-12-31T23:59:59.999999Z"])
    assert.equal(timestampText(timestampMicroseconds(text) ?? 0n, "Z"), text);
  assert.equal(timestampMicroseconds("2026-01-01T00:00:00Z"), 1_767_225_600_000_000n);
  for (const text of [
    "",
    "2026-02-29T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:00:00.1234567Z",
    "2026-01-01T00:00:00",
  ])
    assert.equal(timestampMicroseconds(text), undefined, text);
});

test("small decimals arrive with all their digits, however Spark writes them", () => {
  const read = (text: string) => rowReader(column("decimal(38,10)"))(JSON.stringify({ 0: text }))["x"];
  assert.deepEqual(["0E-10", "-1.5E-7", "12.30", "1E+2"].map(read), ["0.0000000000", "-0.00000015", "12.30", "100"]);
});
