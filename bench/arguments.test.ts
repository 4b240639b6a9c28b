import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCounts } from "./arguments.ts";

test("numbers are read by name", () => {
  assert.deepEqual(parseCounts(["--messages", "2000", "--rounds=5"], ["messages", "rounds"]), {
    messages: 2000,
    rounds: 5,
  });
  assert.deepEqual(parseCounts([], ["messages"]), {}, "what is not given has no value, so that defaults hold");
});

const wrong: readonly (readonly [given: readonly string[], message: RegExp])[] = [
  [["--message", "5"], /--message'.*takes --messages VALUE/],
  [["messages=5"], /takes --messages VALUE/],
  [["--messages"], /takes --messages VALUE/],
  [["--messages", "0"], /--messages must be a whole number above 0, and is "0"/],
  [["--messages", "5e3"], /is "5e3"/],
  [["--messages", "many"], /is "many"/],
];
for (const [given, message] of wrong) {
  test(`refused: ${given.join(" ")}`, () => {
    assert.throws(() => parseCounts(given, ["messages"]), { code: "USAGE", message });
  });
}
