import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { rowReader, type TrinoValue, type TypeSignature } from "./rows.ts";

const plain = (rawType: string): TypeSignature => ({ rawType, arguments: [] });
const read = (type: TypeSignature, value: unknown): TrinoValue | undefined =>
  rowReader([{ name: "x", type: "", typeSignature: type }])([value])["x"];

const zoned = plain("timestamp with time zone");
const cases: readonly (readonly [type: TypeSignature, json: unknown, value: TrinoValue])[] = [
  [plain("bigint"), 5, 5n],
  [plain("integer"), 5, 5],
  [plain("double"), "NaN", NaN],
  [plain("double"), "-Infinity", -Infinity],
  [plain("real"), 0.5, 0.5],
  [plain("decimal"), "12.30", "12.30"],
  [plain("varbinary"), "yv4=", new Uint8Array([0xca, 0xfe])],
  [plain("timestamp"), "2026-01-01 00:00:00.123456", "2026-01-01T00:00:00.123456"],
  [plain("date"), "2024-02-29", "2024-02-29"],
  [zoned, "2026-01-01 00:00:00.123456 UTC", "2026-01-01T00:00:00.123456Z"],
  [zoned, "2026-01-01 00:30:00.000 +05:30", "2025-12-31T19:00:00.000Z"],
  [zoned, "2026-07-01 12:00:00.5 Europe/Athens", "2026-07-01T09:00:00.5Z"],
  [zoned, "2026-03-29 02:30:00 Europe/Athens", "2026-03-29T00:30:00Z"],
  [zoned, "2026-03-29 04:30:00 Europe/Athens", "2026-03-29T01:30:00Z"],
  [plain("varchar"), null, null],
];
for (const [type, json, value] of cases) {
  test(`${type.rawType} ${JSON.stringify(json)} is ${inspect(value)}`, () => assert.deepEqual(read(type, json), value));
}

test("lists, maps and rows hold values of their own types", () => {
  const list: TypeSignature = { rawType: "array", arguments: [{ kind: "TYPE", value: plain("bigint") }] };
  assert.deepEqual(read(list, [1, null]), [1n, null]);
  const map: TypeSignature = {
    rawType: "map",
    arguments: [
      { kind: "TYPE", value: plain("bigint") },
      { kind: "TYPE", value: list },
    ],
  };
  assert.deepEqual(read(map, { 7: [1] }), new Map([[7n, [1n]]]));
  const row: TypeSignature = {
    rawType: "row",
    arguments: [
      { kind: "NAMED_TYPE", value: { fieldName: { name: "a" }, typeSignature: list } },
      { kind: "NAMED_TYPE", value: { typeSignature: plain("date") } },
    ],
  };
  assert.deepEqual(read(row, [[2], "2026-01-01"]), { a: [2n], field1: "2026-01-01" });
});

test("columns of the same name are all there", () => {
  const columns = ["n", "n", "m"].map((name) => ({ name, type: "integer", typeSignature: plain("integer") }));
  assert.deepEqual(rowReader(columns)([1, 2, 3]), { n: 1, n_2: 2, m: 3 });
});
