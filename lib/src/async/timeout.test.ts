import assert from "node:assert/strict";
import { test } from "node:test";
import { withTimeout } from "./index.ts";

const stopped = new DOMException("stopped", "AbortError");

test("withTimeout aborts the operation, and says what it has waited for", async () => {
  let aborted = false;
  const operation = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) =>
      signal.addEventListener("abort", () => {
        aborted = true;
        reject(signal.reason as Error);
      }),
    );
  await assert.rejects(withTimeout("an answer", 5, operation), { code: "TIMEOUT", message: /for an answer/ });
  assert.equal(aborted, true);
  const controller = new AbortController();
  setImmediate(() => controller.abort(stopped));
  await assert.rejects(withTimeout("an answer", 60_000, operation, controller.signal), stopped);
});
