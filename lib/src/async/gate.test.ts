import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Gate } from "./gate.ts";

/** Lets everything run that waits for nothing but promises. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("there is room until as many are in as there are places, and again when one leaves", async () => {
  const gate = new Gate(2);
  gate.enter();
  await gate.room();
  gate.enter();
  let went = false;
  const waiting = gate.room().then(() => (went = true));
  await settle();
  assert.equal(went, false);
  gate.leave();
  await waiting;
  assert.equal(went, true);
});

test("one who comes in without room is counted: both must leave before there is room", async () => {
  const gate = new Gate(1);
  gate.enter();
  gate.enter();
  let went = false;
  const waiting = gate.room().then(() => (went = true));
  gate.leave();
  await settle();
  assert.equal(went, false);
  gate.leave();
  await waiting;
});

test("law: a reader that waits for room before each piece never has more than the places under way, and ends", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(3), { maxLength: 30 }), async (places, pieces) => {
      const gate = new Gate(places);
      let [inside, most] = [0, 0];
      const done = pieces.map(() => Promise.resolve());
      for (const [index, turns] of pieces.entries()) {
        gate.enter();
        most = Math.max(most, ++inside);
        done[index] = (async () => {
          for (let turn = 0; turn < turns; turn++) await settle();
          inside--;
          gate.leave();
        })();
        await gate.room();
      }
      await Promise.all(done);
      assert.ok(most <= places);
      assert.equal(inside, 0);
    }),
    { numRuns: 50 },
  );
});
