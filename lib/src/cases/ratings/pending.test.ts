import assert from "node:assert/strict";
import { test } from "node:test";
import type { PartitionBatch } from "../../kafka/index.ts";
import { ratingSchema, TOPIC } from "./names.ts";
import { Pending } from "./pending.ts";
import { ratingReader } from "./read.ts";

const read = ratingReader(await ratingSchema());

function batch(partition: number, firstOffset: number, values: readonly (string | null)[]): PartitionBatch {
  return {
    ...{ topic: TOPIC, partition, generation: 1, firstOffset: BigInt(firstOffset) },
    nextOffset: BigInt(firstOffset + values.length),
    highWatermark: 100n,
    messages: values.map((value, index) => ({
      ...{ offset: BigInt(firstOffset + index), key: null, headers: undefined, timestamp: 0 },
      value: value === null ? null : Buffer.from(value),
    })),
  };
}

const rating = (time: string, more: object = {}): string =>
  JSON.stringify({ name: "Ada", movie: "Glass", date: `2026-03-14T${time}Z`, rating: 7, ...more });

test("ratings and dead letters wait, with the counts of all messages before the offset", () => {
  const pending = new Pending(read);
  pending.add(batch(0, 0, [rating("10:00:00"), "{", rating("09:00:00"), null]));
  pending.add(batch(1, 5, [rating("08:00:00", { rating: 0 })]));
  pending.add(batch(0, 4, [rating("09:59:01"), rating("09:58:59")]));
  assert.equal(pending.size, 7);
  const { ratings, letters, progress } = pending.take();
  assert.equal(ratings.length, 4);
  assert.deepEqual(
    letters.map(({ partition, offset, error }) => [partition, Number(offset), error]),
    [
      [0, 1, "the message is not JSON"],
      [0, 3, "the message has no value"],
      [1, 5, 'the message field "rating" must be 1 at the least, and is 0'],
    ],
  );
  const newest = Date.parse("2026-03-14T10:00:00Z");
  assert.deepEqual(progress, [
    { partition: 0, next: 6n, ratings: 4, late: 2, malformed: 2, newest },
    { partition: 1, next: 6n, ratings: 0, late: 0, malformed: 1, newest: undefined },
  ]);
  assert.deepEqual([pending.size, pending.take().progress], [0, []]);
});

test("a partition that is read again begins with the counts of where it is written to", () => {
  const pending = new Pending(read);
  const written = {
    partition: 0,
    next: 10n,
    ratings: 9,
    late: 1,
    malformed: 1,
    newest: Date.parse("2026-03-14T11:00:00Z"),
  };
  pending.begin([written]);
  pending.add(batch(0, 10, [rating("10:00:00")]));
  pending.begin([written]); // the group has moved, before anything was written
  pending.add(batch(0, 10, [rating("10:00:00")]));
  assert.deepEqual(pending.take().progress, [{ ...written, next: 11n, ratings: 10, late: 2 }]);
});

test("a key that Cassandra does not take, or nobody can ask for, is no rating", () => {
  for (const name of ["", " ", "x".repeat(501)])
    assert.match(read(rating("10:00:00", { name })) as string, /field "name" must have 1 to 500 letters/);
  assert.equal(typeof read(rating("10:00:00", { name: "x".repeat(500) })), "object");
});
