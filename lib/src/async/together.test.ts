import assert from "node:assert/strict";
import { test } from "node:test";
import { delay } from "./delay.ts";
import { together } from "./together.ts";

test("what is done together has its results in order, and takes as long as the longest", async () => {
  const begun = performance.now();
  const slow = async (milliseconds: number): Promise<number> => delay(milliseconds).then(() => milliseconds);
  assert.deepEqual(
    await together(
      undefined,
      () => slow(200),
      () => slow(100),
    ),
    [200, 100],
  );
  assert.ok(performance.now() - begun < 290);
});

test("the first failure ends the others, which are waited for, and is thrown", async () => {
  const ended: string[] = [];
  const patient = async (signal: AbortSignal): Promise<void> => {
    try {
      await delay(60_000, signal);
    } finally {
      await delay(20);
      ended.push("tidied up");
    }
  };
  const failing = async (): Promise<void> => delay(10).then(() => Promise.reject(new Error("no room")));
  await assert.rejects(together(undefined, patient, failing), /no room/);
  assert.deepEqual(ended, ["tidied up"]);
});

test("a caller who stops, stops them all", async () => {
  const stop = new AbortController();
  const work = together(
    stop.signal,
    (signal) => delay(60_000, signal),
    (signal) => delay(60_000, signal),
  );
  stop.abort(new Error("enough"));
  await assert.rejects(work, /enough/);
});
