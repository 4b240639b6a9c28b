import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./index.ts";

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
