import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { parseSize } from "./index.ts";

const sizes: readonly (readonly [string, number])[] = [
  ["1", 1],
  ["800", 800],
  ["50MB", 50_000_000],
  ["50 mb", 50_000_000],
  ["1.5GB", 1_500_000_000],
  ["1KiB", 1024],
  ["2MiB", 2 ** 21],
  ["0.5GiB", 2 ** 29],
  ["12b", 12],
];
for (const [text, bytes] of sizes) test(`${text} is ${bytes} bytes`, () => assert.equal(parseSize(text), bytes));

for (const text of ["", "MB", "-5MB", "5 TB", "5M", "0", "0.1", "1e9", "ten", "9999999999GB", "NaN"]) {
  test(`"${text}" is no size`, () =>
    assert.throws(
      () => parseSize(text),
      (error) => isStreambookError(error, "USAGE"),
    ));
}
