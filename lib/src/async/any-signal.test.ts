import assert from "node:assert/strict";
import { test } from "node:test";
import { anySignal } from "./index.ts";

test("the first of several signals to abort gives the reason; what is undefined is left out", () => {
  const [first, second] = [new AbortController(), new AbortController()];
  assert.equal(anySignal(undefined, second.signal), second.signal);
  const both = anySignal(first.signal, undefined, second.signal);
  assert.equal(both.aborted, false);
  second.abort("second");
  assert.equal(both.aborted, true);
  first.abort("first");
  assert.equal(both.reason, "second");
});
