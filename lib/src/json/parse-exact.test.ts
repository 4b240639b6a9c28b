import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExact } from "./parse-exact.ts";

test("a whole number keeps all its digits, and what looks like one stays a text", () => {
  const text = `{"data":[[9223372036854775807, -9007199254740993, 1234567890.5, "9223372036854775807", 5]]}`;
  assert.deepEqual(parseExact(text), {
    data: [[9223372036854775807n, -9007199254740993n, 1234567890.5, "9223372036854775807", 5]],
  });
});
