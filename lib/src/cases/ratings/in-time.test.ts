import assert from "node:assert/strict";
import { test } from "node:test";
import { inTime } from "./in-time.ts";

test("what comes is given, and nothing when the time is over before", async () => {
  const ways: ((value: string) => void)[] = [];
  async function* items(): AsyncGenerator<string> {
    for (let n = 0; n < 2; n++) yield await new Promise<string>((resolve) => ways.push(resolve));
  }
  const found: (string | undefined)[] = [];
  for await (const item of inTime(items(), () => 5)) {
    found.push(item);
    if (item === undefined) ways.shift()?.(`after ${found.length}`);
    if (found.length > 9) break;
  }
  assert.deepEqual(found.slice(0, 2), [undefined, "after 1"]);
  assert.equal(found.filter((item) => item !== undefined).length, 2);
});

test("a reader that leaves does not wait for what may never come", async () => {
  async function* never(): AsyncGenerator<string> {
    await new Promise(() => undefined);
    yield "";
  }
  for await (const item of inTime(never(), () => 1)) {
    assert.equal(item, undefined);
    break;
  }
});

test("a failure is the reader's, also one that comes while nobody waits", async () => {
  async function* failing(): AsyncGenerator<string> {
    yield "a";
    await Promise.reject(new Error("gone"));
  }
  await assert.rejects(async () => {
    for await (const _ of inTime(failing(), () => 1000)) await new Promise((resolve) => setTimeout(resolve, 5));
  }, /gone/);
});
