import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { frame, rowsOf } from "./index.ts";

const rows = [
  { city: "A", degrees: 10, rain: 1n },
  { city: "B", degrees: 20, rain: undefined },
  { city: "A", degrees: 30, rain: 3n },
];

test("rows become a frame, and rows again", () => {
  assert.deepEqual(rowsOf(frame(rows)), [
    { city: "A", degrees: 10, rain: 1 },
    { city: "B", degrees: 20, rain: null },
    { city: "A", degrees: 30, rain: 3 },
  ]);
});

test("a row that lacks a column has nothing there, whatever the column is named", () => {
  const builders = JSON.parse('[{"city":"A","toString":"x"},{"city":"B"}]') as object[];
  assert.deepEqual(frame(builders).values, [
    ["A", "x"],
    ["B", null],
  ]);
});

test("a frame computes: groups, sorting, conditions", () => {
  const table = frame(rows, { columns: ["city", "degrees"] });
  assert.deepEqual(rowsOf(table.groupby(["city"]).col(["degrees"]).mean()), [
    { city: "A", degrees_mean: 20 },
    { city: "B", degrees_mean: 20 },
  ]);
  assert.deepEqual(table.sortValues("degrees", { ascending: false }).column("degrees").values, [30, 20, 10]);
  assert.deepEqual(rowsOf(table.query(table.column("degrees").gt(15))).length, 2);
  assert.equal(table.column("degrees").mean(), 20);
});

test("what a frame cannot hold is refused", () => {
  assert.throws(
    () => frame([]),
    (error) => isStreambookError(error, "USAGE"),
  );
  assert.throws(() => frame([{ big: 2n ** 60n }]), /column big .*turn it into a text/);
});
