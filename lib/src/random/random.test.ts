import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Random } from "./index.ts";

const take = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.next());

test("a seed gives one sequence, for ever: saved figures and texts depend on it", () => {
  const random = new Random(42);
  assert.deepEqual(
    Array.from({ length: 4 }, () => random.below(1_000_000)),
    [245720, 575430, 355891, 656441],
  );
});

test("equal seeds give equal numbers, other seeds others", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
      assert.deepEqual(take(new Random(a), 5), take(new Random(a), 5));
      if (a !== b) assert.notDeepEqual(take(new Random(a), 5), take(new Random(b), 5));
    }),
  );
  assert.notDeepEqual(take(new Random(15), 5), take(new Random(-16), 5), "the one has the other's bits turned");
});

test("numbers are spread evenly over 0 to 1", () => {
  const random = new Random(1);
  const tenths = new Array<number>(10).fill(0);
  for (const number of take(random, 10_000)) tenths[Math.floor(number * 10)]!++;
  for (const count of tenths) assert.ok(count > 880 && count < 1120, `${count} of 10,000 in a tenth`);
});

test("weights are chances, and a weight of 0 is never chosen", () => {
  const random = new Random(3);
  const counts = [0, 0, 0];
  for (let i = 0; i < 4000; i++) counts[random.weighted([1, 0, 3])]!++;
  assert.equal(counts[1], 0);
  assert.ok(Math.abs((counts[2] as number) / 4000 - 0.75) < 0.03);
});

test("shuffling keeps every item", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
      const shuffled = new Random(seed).shuffle([...items]);
      assert.deepEqual(shuffled.sort(), [...items].sort());
    }),
  );
});

test("the normal distribution has mean 0 and deviation 1", () => {
  const random = new Random(8);
  const numbers = Array.from({ length: 20_000 }, () => random.normal());
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
  assert.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.05);
});

test("parts of the work do not depend on what was drawn for others", () => {
  assert.deepEqual(take(new Random(7).fork(3), 3), take(new Random(7).fork(3), 3));
  assert.notDeepEqual(take(new Random(7).fork(3), 3), take(new Random(7).fork(4), 3));
});

test("what many parts name has names of its own: two generators of 32 bits are the same sooner than one thinks", () => {
  const events = new Random(20_260_629).fork(1);
  const names = new Set(Array.from({ length: 200_000 }, (_, part) => events.fork(part).uuid()));
  assert.equal(names.size, 200_000);
});
