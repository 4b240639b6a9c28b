import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ColumnBatch, ColumnDescriptor } from "./driver.ts";
import { batchReader, columnNames, rowObjects, type HiveRow } from "./rows.ts";

/** The rows of one batch as objects. */
function rowReader(descriptors: readonly ColumnDescriptor[]): (batch: readonly ColumnBatch[]) => HiveRow[] {
  const { columns, read } = batchReader(descriptors);
  return (batch) => rowObjects({ columns, rows: read(batch) });
}

function int64(value: bigint): { buffer: Buffer; offset: number } {
  const buffer = Buffer.alloc(12);
  buffer.writeBigInt64BE(value, 4);
  return { buffer, offset: 4 };
}

test("no digit of a BIGINT is lost", () => {
  const read = rowReader([{ columnName: "n", position: 1 }]);
  const values = [0n, -1n, 2n ** 53n - 1n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n];
  const rows = read([{ i64Val: { values: values.map(int64), nulls: Buffer.alloc(1) } }]);
  assert.deepEqual(
    rows.map(({ n }) => n),
    [0, -1, 2 ** 53 - 1, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n],
  );
});

test("the bits of NULL are read, also beyond the bytes that were sent", () => {
  const read = rowReader([{ columnName: "t.s", position: 1 }]);
  const values = Array.from({ length: 10 }, (_, index) => String(index));
  const rows = read([{ stringVal: { values, nulls: Buffer.from([0b1000_0001]) } }]);
  assert.deepEqual(
    rows.map(({ s }) => s),
    [null, "1", "2", "3", "4", "5", "6", null, "8", "9"],
  );
});

test("columns stand in the order of their positions", () => {
  const read = rowReader([
    { columnName: "b", position: 2 },
    { columnName: "a", position: 1 },
  ]);
  const nulls = Buffer.alloc(0);
  assert.deepEqual(read([{ i32Val: { values: [1], nulls } }, { boolVal: { values: [true], nulls } }]), [
    { a: 1, b: true },
  ]);
});

test("names are short where that is enough", () => {
  assert.deepEqual(columnNames(["t.id", "t.name"]), ["id", "name"]);
  assert.deepEqual(columnNames(["a.id", "b.id", "x"]), ["a.id", "b.id", "x"]);
  assert.deepEqual(columnNames(["n", "n"]), ["n", "n_1"]);
  assert.deepEqual(columnNames(["n", "n_1", "n"]), ["n", "n_1", "n_2"]);
  assert.deepEqual(columnNames(["n", "n", "n_1"]), ["n", "n_2", "n_1"]);
  assert.deepEqual(columnNames(["t.", "b."]), ["t.", "b."]);
});

test("law: no name of a column is given twice, whatever the names are", () => {
  const name = fc.array(fc.constantFrom("a", "b", ".", "_1", "_2", "__proto__"), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(name), (parts) => {
      const full = parts.map((each) => each.join(""));
      const names = columnNames(full);
      assert.equal(names.length, full.length);
      assert.equal(new Set(names).size, full.length);
    }),
  );
});

test("a column is kept whatever it is named", () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty", ""];
  const read = rowReader(names.map((columnName, position) => ({ columnName, position })));
  const [row] = read(names.map((name) => ({ stringVal: { values: [`of ${name}`], nulls: Buffer.alloc(0) } })));
  assert.deepEqual(
    Object.entries(row ?? {}),
    names.map((name) => [name, `of ${name}`]),
  );
});
