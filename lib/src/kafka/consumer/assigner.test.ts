import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assignPartitions } from "./assigner.ts";

const names = ["a", "b", "c"];
const members = fc.uniqueArray(
  fc.record({ id: fc.string({ minLength: 1, maxLength: 4 }), topics: fc.subarray(names) }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 6 },
);
const counts = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9));

test("law: each partition of a topic that somebody reads goes to one member that reads the topic", () => {
  fc.assert(
    fc.property(members, counts, (given, sizes) => {
      const partitionsOf = (topic: string): number[] => [...Array(sizes[names.indexOf(topic)]).keys()];
      const assignment = assignPartitions(given, partitionsOf);
      assert.deepEqual([...assignment.keys()].sort(), given.map(({ id }) => id).sort());
      for (const topic of names) {
        const readers = given.filter(({ topics }) => topics.includes(topic)).map(({ id }) => id);
        const found = [...assignment].flatMap(([id, own]) => {
          if (own[topic] !== undefined) assert.ok(readers.includes(id), `${id} does not read ${topic}`);
          return own[topic] ?? [];
        });
        assert.deepEqual(
          found.sort((a, b) => a - b),
          readers.length === 0 ? [] : partitionsOf(topic),
        );
      }
    }),
  );
});

test("law: members that read the same topics get the same number of partitions, give or take one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), counts, (count, sizes) => {
      const given = Array.from({ length: count }, (_, i) => ({ id: `member ${i}`, topics: names }));
      const assignment = assignPartitions(given, (topic) => [...Array(sizes[names.indexOf(topic)]).keys()]);
      const shares = [...assignment.values()].map((own) => Object.values(own).flat().length);
      assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
    }),
  );
});

test("an unchanged group gets the same again", () => {
  const given = ["x", "y"].map((id) => ({ id, topics: ["a", "b"] }));
  const partitionsOf = (): number[] => [0, 1, 2];
  assert.deepEqual(assignPartitions(given, partitionsOf), assignPartitions(given.toReversed(), partitionsOf));
});
