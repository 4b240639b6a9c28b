import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { KafkaMessage } from "kafkajs";
import { convertMessages } from "./messages.ts";

function fetched(offset: bigint, value: Buffer | null = null): KafkaMessage {
  return { offset: String(offset), key: null, value, headers: {}, timestamp: "7", attributes: 0 };
}

test("of what was fetched, the messages of a range are kept, each with its offset, whatever holes there are", () => {
  const gaps = fc.array(fc.oneof({ weight: 5, arbitrary: fc.constant(1n) }, fc.bigInt({ min: 2n, max: 5n })));
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 60n }), gaps, fc.nat(20), fc.nat(20), (first, steps, skip, count) => {
      const offsets = steps.map((_, index) => steps.slice(0, index).reduce((sum, step) => sum + step, first));
      const [from, to] = [first + BigInt(skip), first + BigInt(skip + count)];
      const { messages } = convertMessages(
        offsets.map((offset) => fetched(offset, Buffer.from(String(offset)))),
        from,
        to,
      );
      assert.deepEqual(
        messages.map(({ offset, value, timestamp }) => [offset, String(value), timestamp]),
        offsets.filter((offset) => offset >= from && offset < to).map((offset) => [offset, String(offset), 7]),
      );
    }),
  );
});

test("what they take in memory grows with their bytes, and a range without messages takes some, too", () => {
  const bytesOf = (...values: (Buffer | null)[]): number =>
    convertMessages(
      values.map((value, index) => fetched(BigInt(index), value)),
      0n,
      100n,
    ).bytes;
  assert.ok(bytesOf() > 0);
  assert.ok(bytesOf(null) > bytesOf());
  assert.equal(bytesOf(Buffer.alloc(1000)) - bytesOf(null), 1000);
});
