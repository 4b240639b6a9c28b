import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isStreambookError } from "../errors/index.ts";
import { Accumulator, type Batch } from "./accumulator.ts";

/** Of a message without key and headers: its value, and what a record costs. */
const sizeOf = (value: string): number => value.length + 32;
const valuesOf = ({ parts }: Batch): string[] =>
  parts.flatMap(({ messages }) => messages.map(({ value }) => String(value)));

function withTopic(maximumBytes: number, partitions: number, limit?: number): Accumulator {
  const accumulator = new Accumulator(maximumBytes);
  accumulator.addTopic("t", [...Array(partitions).keys()], limit);
  return accumulator;
}

function addAll(accumulator: Accumulator, ...values: string[]): void {
  for (const value of values) accumulator.add({ topic: "t", value });
}

test("messages wait until their bytes make a batch, or have waited long enough, or are wanted now", () => {
  const accumulator = withTopic(3 * sizeOf("a"), 2);
  assert.equal(accumulator.take(true), undefined);
  addAll(accumulator, "a", "b");
  assert.equal(accumulator.take(false), undefined);
  addAll(accumulator, "c");
  assert.deepEqual(valuesOf(accumulator.take(false) as Batch).sort(), ["a", "b", "c"]);

  const expired = withTopic(1000, 2);
  addAll(expired, "a");
  expired.expire();
  assert.deepEqual(valuesOf(expired.take(false) as Batch), ["a"]);
  addAll(expired, "b", "c"); // "c" goes to the partition of "a", which has its batch on the way
  assert.equal(expired.take(false), undefined);
  assert.deepEqual(valuesOf(expired.take(true) as Batch), ["b"]);
});

test("a batch takes the fullest partition first, and is larger than its limit only for a single message", () => {
  const accumulator = withTopic(100, 2);
  addAll(accumulator, "a", "x".repeat(500), "b", "c");
  const first = accumulator.take(false) as Batch;
  assert.deepEqual(valuesOf(first), ["x".repeat(500)]);
  assert.equal(first.bytes, sizeOf("x".repeat(500)));
  const second = accumulator.take(true) as Batch; // "c" waits behind the one that is on its way
  assert.deepEqual(valuesOf(second), ["a", "b"]);
  accumulator.settle(first);
  assert.deepEqual(valuesOf(accumulator.take(true) as Batch), ["c"]);
});

test("a partition has one batch on its way; the next follows when that is settled", () => {
  const accumulator = withTopic(2 * sizeOf("a"), 1);
  addAll(accumulator, "a", "b", "c", "d");
  const first = accumulator.take(true) as Batch;
  assert.deepEqual(valuesOf(first), ["a", "b"]);
  assert.equal(accumulator.take(true), undefined);
  assert.equal(accumulator.pendingBytes, 4 * sizeOf("a"));
  accumulator.settle(first);
  assert.equal(accumulator.pendingBytes, 2 * sizeOf("a"));
  assert.deepEqual(valuesOf(accumulator.take(true) as Batch), ["c", "d"]);
});

test("a message that its topic does not take is refused, with key, headers and what a batch costs counted", () => {
  const accumulator = withTopic(1000, 1, 32 + 70 + 3 + 5 + (8 + 1 + 2));
  const message = { topic: "t", key: "key", headers: { h: "hh" } };
  accumulator.add({ ...message, value: "12345" });
  const before = accumulator.pendingBytes;
  assert.throws(
    () => accumulator.add({ ...message, value: "123456" }),
    (error) => isStreambookError(error, "MESSAGE_TOO_LARGE"),
  );
  assert.equal(accumulator.pendingBytes, before);
});

test("whatever the order of events, each message leaves once, behind those of its key that came before", () => {
  const event = fc.oneof(
    { weight: 4, arbitrary: fc.record({ key: fc.nat(5), length: fc.nat(60) }) },
    fc.constantFrom("take", "flush", "settle", "expire"),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), fc.integer({ min: 1, max: 300 }), (events, maximumBytes) => {
      const accumulator = withTopic(maximumBytes, 3);
      const sent: { key: number; number: number }[] = [];
      const inFlight: Batch[] = [];
      let added = 0;
      const take = (now: boolean): void => {
        const batch = accumulator.take(now);
        if (batch === undefined) return;
        const partitions = [batch, ...inFlight].flatMap(({ parts }) => parts.map(({ queue }) => queue.partition));
        assert.equal(new Set(partitions).size, partitions.length, "two batches of a partition are on their way");
        inFlight.push(batch);
        for (const { messages } of batch.parts)
          for (const { key, value } of messages)
            sent.push({ key: Number(key), number: Number.parseInt(String(value)) });
      };
      const settle = (): void => inFlight.splice(0, 1).forEach((batch) => accumulator.settle(batch));
      for (const next of events) {
        if (typeof next === "object")
          accumulator.add({ topic: "t", key: String(next.key), value: `${added++}${"x".repeat(next.length)}` });
        else if (next === "settle") settle();
        else if (next === "expire") accumulator.expire();
        else take(next === "flush");
      }
      while (accumulator.pendingBytes > 0) {
        take(true);
        settle();
      }
      assert.equal(sent.length, added);
      for (let key = 0; key <= 5; key++) {
        const numbers = sent.filter((message) => message.key === key).map(({ number }) => number);
        assert.deepEqual(
          numbers,
          [...new Set(numbers)].sort((a, b) => a - b),
        );
      }
    }),
  );
});
