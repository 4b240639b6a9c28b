import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fileName, nextOffsets, type OffsetRange, overlapping, parseFileName } from "./file-names.ts";

const range = fc
  .record({
    topic: fc.stringMatching(/^[A-Za-z0-9._-]{1,40}$/),
    partition: fc.nat(1000),
    first: fc.bigInt({ min: 0n, max: 2n ** 62n }),
    length: fc.bigInt({ min: 0n, max: 10_000n }),
    format: fc.constantFrom({}, { format: "ndjson" as const }),
  })
  .map(({ length, format, ...rest }): OffsetRange => ({ ...rest, ...format, last: rest.first + length }));

test("law: a file's name says its range", () => {
  fc.assert(fc.property(range, (r) => assert.deepEqual(parseFileName(fileName(r)), r)));
});

test("law: names of one partition sort as their offsets do", () => {
  fc.assert(
    fc.property(range, range, (a, b) => {
      const [x, y] = [a, { ...b, topic: a.topic, partition: a.partition }];
      if (x.first !== y.first) assert.equal(fileName(x) < fileName(y), x.first < y.first);
    }),
  );
});

test("other files are not taken for data files", () => {
  for (const name of [
    "_SUCCESS",
    "chunks+0+1.parquet",
    "chunks+0+a+b.parquet",
    "x.parquet",
    "chunks+0+1+2.parquet.crc",
    "chunks+0+1+2.json",
  ]) {
    assert.equal(parseFileName(name), undefined, name);
  }
});

test("the next offset of a partition follows its last file", () => {
  const files = [
    { topic: "chunks", partition: 0, first: 10n, last: 19n },
    { topic: "chunks", partition: 1, first: 0n, last: 4n },
    { topic: "chunks", partition: 0, first: 0n, last: 9n },
  ];
  const { next, holes } = nextOffsets(files);
  assert.deepEqual(
    [...next],
    [
      [0, 20n],
      [1, 5n],
    ],
  );
  assert.deepEqual(holes, []);
});

test("a hole between files is reported", () => {
  const { holes } = nextOffsets([
    { topic: "chunks", partition: 0, first: 0n, last: 9n },
    { topic: "chunks", partition: 0, first: 15n, last: 19n },
  ]);
  assert.deepEqual(holes, [{ topic: "chunks", partition: 0, first: 10n, last: 14n }]);
});

test("two files that claim one offset are refused, both named", () => {
  assert.throws(
    () =>
      nextOffsets([
        { topic: "chunks", partition: 3, first: 0n, last: 9n },
        { topic: "chunks", partition: 3, first: 9n, last: 12n },
      ]),
    { code: "OFFSETS_OVERLAP", message: /chunks\+3\+0+\+0*9\.parquet and chunks\+3\+0*9\+0*12\.parquet/ },
  );
});

test("law: those that overlap are those that share an offset with another one", () => {
  const few = fc.record({ partition: fc.nat(1), first: fc.nat(30), length: fc.nat(8) });
  fc.assert(
    fc.property(fc.array(few, { maxLength: 12 }), (all) => {
      const ranges = all.map(({ partition, first, length }): OffsetRange => {
        return { topic: "t", partition, first: BigInt(first), last: BigInt(first + length) };
      });
      const expected = ranges.filter((one) =>
        ranges.some(
          (other) =>
            other !== one && other.partition === one.partition && other.first <= one.last && one.first <= other.last,
        ),
      );
      assert.deepEqual(new Set(overlapping(ranges)), new Set(expected));
    }),
  );
});
