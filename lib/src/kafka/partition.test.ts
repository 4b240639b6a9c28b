import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import fc from "fast-check";
import { murmur2, partitionForKey } from "./partition.ts";

/** From Kafka's own test of its hash, `org.apache.kafka.common.utils.UtilsTest.testMurmur2`. */
const vectors: readonly (readonly [string, number])[] = [
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107],
];

test("the hash is that of Java's client", () => {
  for (const [text, hash] of vectors) assert.equal(murmur2(Buffer.from(text)), hash, text);
});

test("the hash is that of kafkajs, for any bytes", () => {
  const theirs = createRequire(import.meta.url)("kafkajs/src/producer/partitioners/default/murmur2") as (
    key: Buffer,
  ) => number;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => assert.equal(murmur2(bytes), theirs(Buffer.from(bytes)))),
  );
});

test("every key has one partition, the same as text and as bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 50 }), (key, partitions) => {
      const partition = partitionForKey(key, partitions);
      assert.ok(Number.isInteger(partition) && partition >= 0 && partition < partitions);
      assert.equal(partitionForKey(Buffer.from(key), partitions), partition);
    }),
  );
});
