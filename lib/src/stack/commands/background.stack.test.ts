import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../../async/index.ts";
import { instanceNames, isInBackground } from "../catalog/index.ts";
import { status } from "./status.ts";

test("what nobody waits for has started all the same, and works soon", async () => {
  const background = instanceNames().filter(isInBackground);
  const all = await until(
    "services that start in the background to work",
    async () => {
      const found = (await status()).filter(({ name }) => background.includes(name));
      return found.every(({ state }) => state === "running") && found;
    },
    { timeout: 120_000, interval: 500 },
  );
  assert.deepEqual(
    all.map(({ name }) => name),
    background,
  );
});
