import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { StreambookError } from "../errors/index.ts";
import { backOff, delay, mapConcurrent, retry, until, withTimeout } from "./index.ts";

const refused = (): Error => Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
const stopped = new DOMException("stopped", "AbortError");

test("retry goes on until it succeeds, and tells of each failure", async () => {
  const told: number[] = [];
  const result = await retry((attempt) => (attempt < 4 ? Promise.reject(refused()) : Promise.resolve(attempt)), {
    minimumDelay: 1,
    onRetry: (_, attempt) => told.push(attempt),
  });
  assert.equal(result, 4);
  assert.deepEqual(told, [1, 2, 3]);
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

test("until gives the first answer that is one", async () => {
  let looks = 0;
  assert.equal(await until("three looks", () => ++looks >= 3 && looks, { interval: 1 }), 3);
  assert.equal(await until("zero is an answer", () => 0), 0);
});

test("until says what it has waited for in vain", async () => {
  await assert.rejects(
    until("godot", () => false, { timeout: 5, interval: 1 }),
    { code: "TIMEOUT", message: /for godot/ },
  );
});

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

test("delay rejects with the signal's own reason", async () => {
  const controller = new AbortController();
  setImmediate(() => controller.abort(stopped));
  await assert.rejects(delay(60_000, controller.signal), stopped);
  await assert.rejects(delay(1, AbortSignal.abort(stopped)), stopped);
});

test("law: mapConcurrent keeps the order, and never runs more than the limit at once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 30 }), fc.integer({ min: 1, max: 6 }), async (pauses, limit) => {
      let [running, most] = [0, 0];
      const result = await mapConcurrent(pauses, limit, async (pause, index) => {
        most = Math.max(most, ++running);
        for (let i = 0; i < pause; i++) await Promise.resolve();
        running--;
        return index;
      });
      assert.deepEqual(
        result,
        pauses.map((_, index) => index),
      );
      assert.ok(most <= limit);
    }),
  );
});

test("mapConcurrent begins nothing new after a failure, and lets what runs end", async () => {
  const begun: number[] = [];
  let ended = 0;
  const failing = mapConcurrent([0, 1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item);
    await delay(1);
    if (item === 0) throw refused();
    await delay(5);
    ended++;
  });
  await assert.rejects(failing, { code: "ECONNREFUSED" });
  assert.deepEqual([begun, ended], [[0, 1], 1]);
});
