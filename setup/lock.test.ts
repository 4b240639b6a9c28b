import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { processStart, withLock } from "./lock.mjs";

async function inFolder(body: (file: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "streambook-lock-"));
  try {
    await body(join(folder, "lock"), folder);
    assert.deepEqual(await readdir(folder), [], "no lock is left");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("two who want the same lock are inside one after the other, and the second learns who is first", () =>
  inFolder(async (file) => {
    let inside = 0;
    let waits = 0;
    const enter = (): Promise<void> =>
      withLock(
        file,
        "work",
        async () => {
          assert.equal(++inside, 1);
          await delay(150);
          inside--;
        },
        { onWait: ({ pid, what }) => void (assert.deepEqual([pid, what], [process.pid, "work"]), waits++) },
      );
    await Promise.all([enter(), enter(), enter()]);
    assert.ok(waits >= 1);
  }));

const stale: [string, object][] = [
  ["a process that is gone", { pid: 2 ** 22 + 1, start: "1", what: "x" }],
  ["another process that has got its number", { pid: process.pid, start: "long ago", what: "x" }],
];
for (const [name, holder] of stale) {
  test(`the lock of ${name} counts for nothing`, () =>
    inFolder(async (file) => {
      await writeFile(file, JSON.stringify(holder));
      assert.equal(await withLock(file, "work", async () => "done"), "done");
    }));
}

test("a failure gives the lock back", () =>
  inFolder(async (file) => {
    await assert.rejects(
      withLock(file, "work", () => Promise.reject(new Error("no"))),
      /no/,
    );
    assert.equal(await withLock(file, "work", async () => 1), 1);
  }));

test("one who waits can be stopped", () =>
  inFolder(async (file) => {
    await withLock(file, "work", async () => {
      const second = withLock(file, "more", async () => 0, { signal: AbortSignal.timeout(150) });
      await assert.rejects(second, { name: "TimeoutError" });
    });
  }));

test("a process has a start that does not change, and one that is gone has none", () => {
  assert.notEqual(processStart(process.pid), "");
  assert.equal(processStart(process.pid), processStart(process.pid));
  assert.equal(processStart(2 ** 22 + 1), "");
});
