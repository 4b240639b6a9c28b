import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { spread } from "./replicas.ts";

test("law: a partition keeps the nodes that have it, and gets as many as are wanted, each once", () => {
  const nodes = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(nodes, fc.nat(20), fc.nat(6), fc.nat(6), (all, partition, had, wanted) => {
      const present = all.slice(0, Math.min(1 + had, all.length));
      const count = Math.min(1 + wanted, all.length);
      const found = spread(all, present, partition, count);
      assert.equal(new Set(found).size, found.length);
      assert.equal(found.length, Math.max(count, present.length));
      assert.ok(present.every((node) => found.includes(node)));
    }),
  );
});

test("of three partitions that one node had, each is led by another", () => {
  const first = [0, 1, 2].map((partition) => spread([1, 2, 3], [1], partition, 3)[0]);
  assert.deepEqual(first, [1, 2, 3]);
});
