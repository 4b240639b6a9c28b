import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isStreambookError } from "../errors/index.ts";
import type { LabelledBatch } from "./batches.ts";
import { type FileLimits, type GatheredFile, Gathering } from "./gathering.ts";

/** A message of a batch: a row of a date, a dead letter, or an offset that the topic does not have. */
type Place = { readonly date: string; readonly size: number } | "dead letter" | "hole";

let batches = 0;

/** A labelled batch of these messages from an offset on. */
function batchOf(firstOffset: bigint, places: readonly Place[]): LabelledBatch {
  const rows = places.flatMap((place, offset) => (typeof place === "string" ? [] : [{ ...place, offset }]));
  const periods = [...new Set(rows.map(({ date }) => date))];
  return {
    partition: 0,
    generation: 1,
    firstOffset,
    nextOffset: firstOffset + BigInt(places.length),
    added: [
      Int32Array.from(rows, ({ offset }) => Number(firstOffset) + offset),
      { values: ["s1.000001"], index: new Uint32Array(rows.length) },
    ],
    parsed: {
      batch: batches++,
      rows: rows.length,
      offsets: Uint32Array.from(rows, ({ offset }) => offset),
      periods,
      period: Uint32Array.from(rows, ({ date }) => periods.indexOf(date)),
      sizes: Uint32Array.from(rows, ({ size }) => size),
      malformed: places.flatMap((place, index) => (place === "dead letter" ? [{ index, reason: "is broken" }] : [])),
    },
  } as unknown as LabelledBatch;
}

/** All files of some batches, in order; the first added column of the rows of `batchOf` is their offsets. */
function filesOf(groups: readonly (readonly Place[])[], limits: FileLimits, first = 0n): GatheredFile[] {
  const gathering = new Gathering({ partition: 0, generation: 1, firstOffset: first }, limits);
  const files: GatheredFile[] = [];
  let next = first;
  for (const places of groups) {
    files.push(...gathering.add(batchOf(next, places)));
    next += BigInt(places.length);
  }
  const last = gathering.take();
  return last === undefined ? files : [...files, last];
}

const place = fc.oneof(
  { weight: 8, arbitrary: fc.record({ date: fc.constantFrom("2026-01-31", "2026-02-01"), size: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.constant<Place>("dead letter") },
  { weight: 1, arbitrary: fc.constant<Place>("hole") },
);
const groups = fc.array(fc.array(place, { minLength: 1, maxLength: 20 }), { maxLength: 8 });
const limits = fc.record({ records: fc.integer({ min: 1, max: 30 }), bytes: fc.integer({ min: 1, max: 500 }) });

test("law: files follow each other without a gap, each has one date and its limits, and every row is in one, in order", () => {
  fc.assert(
    fc.property(groups, limits, fc.nat(1000), (given, limit, start) => {
      const first = BigInt(start);
      const places = given.flat();
      const files = filesOf(given, limit, first);
      let next = first;
      for (const file of files) {
        assert.equal(file.first, next);
        assert.ok(file.last >= file.first);
        next = file.last + 1n;
        const offsets = offsetsOf(file);
        assert.equal(offsets.length, file.rows);
        const rows = offsets.map((offset) => places[offset - start]);
        assert.ok(rows.every((row) => typeof row === "object" && row.date === file.period));
        assert.ok(offsets.every((offset) => BigInt(offset) >= file.first && BigInt(offset) <= file.last));
        assert.ok(file.rows <= limit.records);
        const sizes = rows.map((row) => (row as { size: number }).size);
        assert.ok(sizes.slice(0, -1).reduce((sum, size) => sum + size, 0) < limit.bytes || sharesSegment(file));
      }
      const expected = places.flatMap((one, index) => (typeof one === "object" ? [start + index] : []));
      assert.deepEqual(files.flatMap(offsetsOf), expected);
      const lastWorth = places.findLastIndex((one) => one !== "hole");
      assert.ok(next > first + BigInt(lastWorth), "what is worth a file is in one");
    }),
    { numRuns: 500 },
  );
});

const firstColumn = ({ added }: GatheredFile["segments"][number]): Int32Array => added[0] as Int32Array;

const offsetsOf = ({ segments }: GatheredFile): number[] => segments.flatMap((segment) => [...firstColumn(segment)]);

/** Bytes are looked at after each run of rows of one date, so that only the last one of a file may go over the limit. */
const sharesSegment = ({ segments }: GatheredFile): boolean =>
  segments.slice(-1).some((last) => firstColumn(last).length > 1);

test("dead letters are worth a file without rows, holes of the topic are not", () => {
  const roomy = { records: 100, bytes: 1000 };
  assert.deepEqual(filesOf([["hole", "hole"]], roomy), []);
  const [file, ...others] = filesOf([["dead letter", "hole"]], roomy, 7n);
  assert.deepEqual(others, []);
  assert.deepEqual([file?.first, file?.last, file?.rows, file?.segments], [7n, 8n, 0, []]);
  assert.match(file?.period ?? "", /^\d{4}-\d{2}-\d{2}$/);
});

test("the first file may be smaller, the others are not", () => {
  const gathering = new Gathering({ partition: 0, generation: 1, firstOffset: 0n }, { records: 100, bytes: 40 }, 0.25);
  const one = [{ date: "2026-01-31", size: 10 }];
  const full = Array.from({ length: 5 }, (_, i) => [...gathering.add(batchOf(BigInt(i), one))].length);
  assert.deepEqual(full, [1, 0, 0, 0, 1]);
});

test("a gap is refused before anything claims it", () => {
  const gathering = new Gathering({ partition: 0, generation: 1, firstOffset: 0n }, { records: 9, bytes: 9 });
  assert.throws(
    () => [...gathering.add(batchOf(3n, [{ date: "2026-01-31", size: 1 }]))],
    (error) => isStreambookError(error, "INTERNAL"),
  );
  assert.equal(gathering.take(), undefined);
});
