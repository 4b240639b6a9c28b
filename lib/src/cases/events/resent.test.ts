import assert from "node:assert/strict";
import { test } from "node:test";
import { Resent } from "./resent.ts";

test("each comes once, at its place or right after those that are before it there", () => {
  const resent = new Resent<string>();
  for (const [place, item] of [
    [3, "a"],
    [1, "b"],
    [3, "c"],
    [4, "d"],
  ] as const)
    resent.add(place, item);
  assert.deepEqual(
    Array.from({ length: 8 }, (_, place) => resent.take(place)),
    [undefined, "b", undefined, "a", "c", "d", undefined, undefined],
  );
});
