import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../../errors/index.ts";
import { Ownership } from "./ownership.ts";

const isLost = (error: unknown): boolean => isStreambookError(error, "PARTITION_LOST");
const nothing = (): Promise<void> => Promise.resolve();

test("what holds a partition is waited for, and it is owned until then", async () => {
  const ownership = new Ownership(1, [0, 1], 60_000);
  const order: string[] = [];
  const work = Promise.withResolvers<void>();
  const held = ownership.hold(0, async () => {
    await work.promise;
    ownership.check(0);
    order.push("held");
  });
  const revoked = ownership.revoke(async () => void order.push("notified"), 60_000).then(() => order.push("revoked"));
  ownership.check(1);
  assert.equal(ownership.signal.aborted, false);
  setTimeout(() => work.resolve(), 5);
  await Promise.all([held, revoked]);
  assert.deepEqual(order, ["notified", "held", "revoked"]);
  assert.throws(() => ownership.check(0), isLost);
  await assert.rejects(ownership.hold(0, nothing), isLost);
  assert.equal(ownership.signal.aborted, true);
});

test("work begun while the reader is notified is waited for too", async () => {
  const ownership = new Ownership(1, [0], 60_000);
  let done = false;
  await ownership.revoke(async () => {
    void ownership.hold(0, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      done = true;
    });
  }, 60_000);
  assert.ok(done);
});

test("who gives it up a second time waits for the same, and the reader is notified once", async () => {
  const ownership = new Ownership(1, [0], 60_000);
  const order: string[] = [];
  const work = Promise.withResolvers<void>();
  const held = ownership.hold(0, () => work.promise.then(() => void order.push("held")));
  const notify = async (): Promise<void> => void order.push("notified");
  const first = ownership.revoke(notify, 60_000);
  const second = ownership.revoke(notify, 60_000).then(() => order.push("second"));
  setTimeout(() => work.resolve(), 5);
  await Promise.all([held, first, second]);
  assert.deepEqual(order, ["notified", "held", "second"]);
  await ownership.revoke(notify, 60_000);
  assert.equal(order.length, 3);
});

test("it is not waited for without end, and what failed does not keep anyone", async () => {
  const ownership = new Ownership(1, [0], 60_000);
  await assert.rejects(
    ownership.hold(0, () => Promise.reject(new Error("disk"))),
    /disk/,
  );
  ownership.hold(0, () => new Promise(() => undefined)).catch(() => undefined);
  await ownership.revoke(nothing, 10);
  assert.throws(() => ownership.check(0), isLost);
});

test("without a heartbeat ownership ends by itself, and does not come back", async () => {
  const ownership = new Ownership(1, [0], 30);
  ownership.check(0);
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.throws(() => ownership.check(0), isLost);
  ownership.renew();
  assert.throws(() => ownership.check(0), isLost);
});

test("a partition of another is not owned", () => {
  assert.throws(
    () => new Ownership(1, [0], 60_000).check(2),
    (error) => isLost(error) && /partition 2/.test((error as Error).message),
  );
});
