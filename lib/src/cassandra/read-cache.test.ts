import assert from "node:assert/strict";
import { test } from "node:test";
import { ReadCache } from "./read-cache.ts";

/** A store whose answers take a while, and change, and a clock to turn. */
function store() {
  let [time, version, asked] = [0, 1, 0];
  const waiting: (() => void)[] = [];
  return {
    now: () => time,
    wait: (milliseconds: number) => void (time += milliseconds),
    change: () => void version++,
    asked: () => asked,
    answerAll: () => waiting.splice(0).forEach((answer) => answer()),
    ask: (question: string): Promise<string> => {
      asked++;
      const seen = version; // the store answers as it is when it is asked
      return new Promise((resolve) => waiting.push(() => resolve(`${question}${seen}`)));
    },
  };
}

async function answered(get: Promise<string>, from: ReturnType<typeof store>): Promise<string> {
  from.answerAll();
  return get;
}

test("what many ask is asked once, and what they get is never older than the bound", async () => {
  const from = store();
  const cache = new ReadCache(from.ask, { staleness: 100, now: from.now });
  assert.equal(await answered(cache.get("a"), from), "a1");
  from.change();
  from.wait(99);
  assert.equal(await answered(cache.get("a"), from), "a1", "a change goes unseen, for so long");
  from.wait(1);
  assert.equal(await answered(cache.get("a"), from), "a2", "and no longer");
  assert.deepEqual(cache.stats, { hits: 1, misses: 2 });
});

test("the age of an answer counts from when it was asked for: one that took long is old when it comes", async () => {
  const from = store();
  const cache = new ReadCache(from.ask, { staleness: 100, now: from.now });
  const slow = cache.get("a");
  from.change();
  from.wait(150);
  assert.equal(await answered(slow, from), "a1");
  assert.equal(await answered(cache.get("a"), from), "a2");
});

test("the same question while one is on its way waits for that", async () => {
  const from = store();
  const cache = new ReadCache(from.ask, { now: from.now });
  const both = [cache.get("a"), cache.get("a")];
  from.answerAll();
  assert.deepEqual(await Promise.all(both), ["a1", "a1"]);
  assert.equal(from.asked(), 1);
});

test("a failure is everybody's who asked, and is not kept", async () => {
  let fails = true;
  const cache = new ReadCache((question) => (fails ? Promise.reject(new Error("down")) : Promise.resolve(question)));
  await Promise.all([1, 2].map(() => assert.rejects(cache.get("a"), /down/)));
  fails = false;
  assert.equal(await cache.get("a"), "a");
});

test("what nobody has wanted for longest makes room", async () => {
  const cache = new ReadCache((question) => Promise.resolve(question), { entries: 2 });
  for (const question of ["a", "b", "a", "c", "a", "b"]) await cache.get(question);
  assert.deepEqual(cache.stats, { hits: 2, misses: 4 });
});
