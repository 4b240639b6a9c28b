import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { CleanEvent } from "./clean-event.ts";
import { InOrder, inTime } from "./in-order.ts";

const blank = { topic: "", user: "", session: "", action: "", page: null, product: null, category: null };
const at = (time: number, id: string): CleanEvent => ({ ...blank, id, time, quantity: 0, cents: 0 });

test("whatever the order in which they come, events are given once and in the order of their times", () => {
  const delay = 600_000;
  const sent = fc.array(fc.record({ time: fc.nat(10_000_000), late: fc.nat(delay), again: fc.boolean() }));
  fc.assert(
    fc.property(sent, (events) => {
      const own = events.map(({ time, ...rest }, index) => ({ ...rest, event: at(time, `e${index}`) }));
      const arriving = own
        .flatMap(({ event, late, again }) => [
          { arrives: event.time + late, event },
          ...(again ? [{ arrives: event.time + delay, event }] : []),
        ])
        .sort((a, b) => a.arrives - b.arrives);
      const inOrder = new InOrder(delay + 60_000);
      const given: CleanEvent[] = [];
      let doubled = 0;
      for (const { event } of arriving) {
        if (!inOrder.add(event)) doubled++;
        given.push(...inOrder.take());
      }
      given.push(...inOrder.take(true));
      assert.deepEqual(given, own.map(({ event }) => event).sort(inTime));
      assert.equal(doubled, own.filter(({ again }) => again).length);
    }),
  );
});

test("an event that comes later than any may is no answer, but an error", () => {
  const inOrder = new InOrder(60_000);
  inOrder.add(at(10_000_000, "a"));
  assert.deepEqual([...inOrder.take()], []);
  assert.throws(() => inOrder.add(at(0, "b")), /later than 60000 ms/);
});
