import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseTimestamp } from "./timestamp.ts";

test("reads microseconds and the UTC second", () => {
  assert.deepEqual(parseTimestamp("2026-01-31T23:59:59.123456Z"), {
    microseconds: 1769903999123456n,
    second: "2026-01-31T23:59:59",
  });
  assert.deepEqual(parseTimestamp("1970-01-01T00:00:00Z"), { microseconds: 0n, second: "1970-01-01T00:00:00" });
  assert.deepEqual(parseTimestamp("1969-12-31T23:59:59.5Z"), { microseconds: -500000n, second: "1969-12-31T23:59:59" });
});

test("cuts what is finer than a microsecond", () => {
  assert.equal(parseTimestamp("2026-01-01T00:00:00.123456789Z").microseconds % 1_000_000n, 123456n);
});

test("law: agrees with Date for every millisecond, in any order of calls", () => {
  fc.assert(
    fc.property(
      fc.array(fc.date({ min: new Date("1970-01-01"), max: new Date("2200-01-01"), noInvalidDate: true })),
      (dates) => {
        for (const date of dates) {
          const { microseconds, second } = parseTimestamp(date.toISOString());
          assert.equal(microseconds, BigInt(date.getTime()) * 1000n);
          assert.equal(second, date.toISOString().slice(0, 19));
        }
      },
    ),
  );
});
