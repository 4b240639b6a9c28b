import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OwnershipLog } from "./ownership-log.ts";

function logAt(): { log: OwnershipLog; to: (seconds: number) => void } {
  let now = 0;
  return { log: new OwnershipLog(() => now), to: (seconds) => void (now = seconds) };
}

test("a rebalance is a gap between two tenures", async () => {
  const { log, to } = logAt();
  const topic = { topic: "t", positions: () => Promise.resolve(new Map<number, bigint>()) };
  const [a, b] = [log.watch("A", topic), log.watch("B", topic)];
  const { signal } = new AbortController();
  await a.positions([0, 1], signal);
  to(10);
  await a.onRevoked?.([0, 1], 1);
  to(11);
  await a.positions([0], signal);
  await b.positions([1], signal);
  to(20);
  assert.deepEqual(log.tenures(), [
    { partition: 0, member: "A", from: 0, until: 10 },
    { partition: 0, member: "A", from: 11, until: 20 },
    { partition: 1, member: "A", from: 0, until: 10 },
    { partition: 1, member: "B", from: 11, until: 20 },
  ]);
  assert.deepEqual(log.gaps(), [
    { partition: 0, from: 10, until: 11 },
    { partition: 1, from: 10, until: 11 },
  ]);
});

test("what a member had that says nothing ends where another is given it; what nobody has is a gap until now", () => {
  const { log, to } = logAt();
  log.given("A", [0, 1]);
  to(6);
  log.given("B", [0, 1]);
  assert.deepEqual(log.gaps(), []);
  to(8);
  log.takenFrom("B");
  log.takenFrom("A"); // it wakes, and has nothing left to give up
  to(9);
  assert.deepEqual(
    log.tenures().map(({ member, until }) => `${member} ${until}`),
    ["A 6", "B 8", "A 6", "B 8"],
  );
  assert.deepEqual(
    log.gaps().map(({ until }) => until),
    [9, 9],
  );
});

test("at any moment a partition has one owner, or is in a gap", () => {
  const step = fc.record({ member: fc.constantFrom("A", "B", "C"), partitions: fc.uniqueArray(fc.nat(3)) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { log, to } = logAt();
      steps.forEach(({ member, partitions }, index) => {
        to(index);
        log.given(member, partitions);
      });
      to(steps.length);
      for (const partition of new Set(log.tenures().map((one) => one.partition))) {
        const of = <T extends { partition: number; from: number; until: number }>(some: T[]): T[] =>
          some.filter((one) => one.partition === partition);
        const all = [...of(log.tenures()), ...of(log.gaps())].sort((a, b) => a.from - b.from || a.until - b.until);
        for (const [index, { until }] of all.entries()) assert.equal(until, all[index + 1]?.from ?? steps.length);
      }
    }),
  );
});
