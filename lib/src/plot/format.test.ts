import assert from "node:assert/strict";
import { test } from "node:test";
import { formatBytes, formatCount, formatSeconds, plural } from "./format.ts";

const cases: readonly (readonly [made: string, expected: string])[] = [
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
  [formatBytes(0), "0 B"],
  [formatBytes(999), "999 B"],
  [formatBytes(12_440), "12.4 kB"],
  [formatBytes(999_600), "1 MB"],
  [formatBytes(50_000_000), "50 MB"],
  [formatBytes(123_456_789), "123 MB"],
  [formatCount(1_204_332), "1,204,332"],
  [plural(1, "text"), "1 text"],
  [plural(0, "text"), "0 texts"],
  [plural(2, "entry", "entries"), "2 entries"],
];

for (const [made, expected] of cases) test(expected, () => assert.equal(made.replaceAll("\u00a0", " "), expected));
