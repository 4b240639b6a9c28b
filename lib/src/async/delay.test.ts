import assert from "node:assert/strict";
import { test } from "node:test";
import { delay } from "./index.ts";

const stopped = new DOMException("stopped", "AbortError");

test("delay rejects with the signal's own reason", async () => {
  const controller = new AbortController();
  setImmediate(() => controller.abort(stopped));
  await assert.rejects(delay(60_000, controller.signal), stopped);
  await assert.rejects(delay(1, AbortSignal.abort(stopped)), stopped);
});
