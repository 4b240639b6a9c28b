import assert from "node:assert/strict";
import { test } from "node:test";
import { StreambookError } from "../errors/index.ts";
import { backOff, retry, type RetryOptions } from "./index.ts";

const refused = (): Error => Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
const stopped = new DOMException("stopped", "AbortError");

test("retry goes on until it succeeds, and reports each failure", async () => {
  const reported: number[] = [];
  const result = await retry((attempt) => (attempt < 4 ? Promise.reject(refused()) : Promise.resolve(attempt)), {
    minimumDelay: 1,
    onRetry: (_, attempt) => reported.push(attempt),
  });
  assert.equal(result, 4);
  assert.deepEqual(reported, [1, 2, 3]);
});

test("retry gives up after the attempts, with the last error", async () => {
  let tries = 0;
  const failing = retry(() => Promise.reject(Object.assign(refused(), { tries: ++tries })), {
    attempts: 3,
    minimumDelay: 1,
  });
  await assert.rejects(failing, { tries: 3 });
});

test("retry does not try again what cannot succeed", async () => {
  let tries = 0;
  const failing = retry(
    () => {
      tries++;
      return Promise.reject(new StreambookError("USAGE", "wrong"));
    },
    { minimumDelay: 1 },
  );
  await assert.rejects(failing, { code: "USAGE" });
  assert.equal(tries, 1);
});

test("the wait doubles with each failure, up to the longest one, and jitter only makes it shorter", () => {
  const plain = [1, 2, 3, 4, 5].map((failures) => backOff(failures, { minimumDelay: 10, maximumDelay: 60, jitter: 0 }));
  assert.deepEqual(plain, [10, 20, 40, 60, 60]);
  for (let i = 0; i < 100; i++) {
    const wait = backOff(2);
    assert.ok(wait > 100 && wait <= 200, String(wait));
  }
});

test("an abort ends a retry that waits", async () => {
  const controller = new AbortController();
  const failing = retry(() => Promise.reject(refused()), {
    minimumDelay: 60_000,
    signal: controller.signal,
    onRetry: () => setImmediate(() => controller.abort(stopped)),
  });
  await assert.rejects(failing, stopped);
});

test("options out of range are refused before the first try", async () => {
  const wrong: readonly (readonly [RetryOptions, RegExp])[] = [
    [{ attempts: 0 }, /attempts must be 1 or more, and is 0/],
    [{ attempts: NaN }, /attempts must be 1 or more, and is NaN/],
    [{ minimumDelay: -1 }, /minimumDelay must be 0 ms or more/],
    [{ maximumDelay: NaN }, /maximumDelay must be 0 ms or more/],
    [{ jitter: 1.5 }, /jitter must be from 0 to 1, and is 1.5/],
  ];
  for (const [options, message] of wrong) {
    await assert.rejects(
      retry(() => assert.fail("tried"), options),
      { code: "USAGE", message },
    );
  }
});
