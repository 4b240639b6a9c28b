import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { isStreambookError } from "../errors/index.ts";
import {
  alternatives,
  compactCount,
  cutToWidth,
  displayWidth,
  formatAge,
  formatBytes,
  formatCount,
  formatSeconds,
  markdownTable,
  parseBytes,
  plural,
  printable,
  textTable,
  unbroken,
} from "./index.ts";

const cases: readonly (readonly [made: string, expected: string])[] = [
  [formatCount(1_204_332), "1,204,332"],
  [compactCount(99_999), "99,999"],
  [compactCount(1_204_332), "1.2M"],
  [plural(1, "text"), "1 text"],
  [plural(0, "text"), "0 texts"],
  [plural(2, "entry", "entries"), "2 entries"],
  [alternatives(["a"]), "a"],
  [alternatives(["a", "b"]), "a or b"],
  [alternatives(["a", "b", "c"]), "a, b, or c"],
  [formatSeconds(0), "0 s"],
  [formatSeconds(0.0002), "1 ms"],
  [formatSeconds(0.0451), "45 ms"],
  [formatSeconds(0.0996), "0.1 s"],
  [formatSeconds(0.419), "0.42 s"],
  [formatSeconds(9.5), "9.5 s"],
  [formatSeconds(9.999), "10 s"],
  [formatSeconds(59.97), "1 min 00 s"],
  [formatSeconds(125), "2 min 05 s"],
  [formatSeconds(3661), "1 h 01 min"],
  [formatAge(45.9), "45 s"],
  [formatAge(750), "12 min"],
  [formatAge(12_000), "3 h 20 min"],
  [formatAge(190_800), "2 d 5 h"],
  [formatBytes(0), "0 B"],
  [formatBytes(999), "999 B"],
  [formatBytes(12_440), "12.4 kB"],
  [formatBytes(999_600), "1 MB"],
  [formatBytes(50_000_000), "50 MB"],
  [formatBytes(123_456_789), "123 MB"],
  [unbroken("2 min 05 s"), "2\u00a0min\u00a005\u00a0s"],
];
for (const [made, expected] of cases) test(expected, () => assert.equal(made, expected));

describe("a size", () => {
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
  for (const [text, bytes] of sizes) test(`${text} is ${bytes} bytes`, () => assert.equal(parseBytes(text), bytes));

  for (const text of ["", "MB", "-5MB", "5 TB", "5M", "0", "0.1", "1e9", "ten", "9999999999GB", "NaN"]) {
    test(`"${text}" is no size`, () =>
      assert.throws(
        () => parseBytes(text),
        (error) => isStreambookError(error, "USAGE"),
      ));
  }

  test("law: what is written is read back to within its last digit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_499_999_999 }), (bytes) => {
        assert.ok(Math.abs(parseBytes(formatBytes(bytes)) - bytes) <= 0.051 * bytes);
      }),
    );
  });
});

describe("a table", () => {
  const rows = [
    ["NAME", "ROWS"],
    ["sea", "12"],
    ["日本", "7"],
  ];

  test("has columns as wide as their widest cell, on the side that is asked for", () => {
    assert.equal(textTable(rows), "NAME  ROWS\nsea   12\n日本  7");
    assert.equal(
      textTable(rows, { right: [false, true], rule: true }),
      "NAME  ROWS\n----  ----\nsea     12\n日本     7",
    );
  });

  test("of Markdown has a rule below its head, and empty cells where there are none", () => {
    assert.equal(
      markdownTable(["a", "b"], [["long", "x"], ["y"]]),
      "| a    | b   |\n| ---- | --- |\n| long | x   |\n| y    |     |",
    );
  });

  test("law: a text that is cut is no wider than it may be, and one that fits stays as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 20 }), (text, columns) => {
        const cut = cutToWidth(text, columns);
        assert.ok(displayWidth(cut) <= columns);
        if (displayWidth(text) <= columns) assert.equal(cut, text);
      }),
    );
  });

  test("obeys nothing that a cell holds", () => {
    assert.equal(printable("a\nb\t\u001b[2J\u202e"), String.raw`a\nb\t\u001b[2J\u202e`);
  });
});
