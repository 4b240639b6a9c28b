import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { delay, mapConcurrent } from "./index.ts";

const refused = (): Error => Object.assign(new Error("refused"), { code: "ECONNREFUSED" });

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
