import assert from "node:assert/strict";
import { test } from "node:test";
import { compareRows } from "./compare-rows.ts";

const plain = [
  { network: "1", minute: "06:45", avg: 1.5, count: 2 },
  { network: "1", minute: "06:46", avg: 0.1 + 0.2, count: 9007199254740991n },
];
const key = ["network", "minute"];

test("equal rows are equal in any order, and a bigint is the number of its value", () => {
  const found = [
    { ...plain[1]!, count: 9007199254740991 },
    { ...plain[0]!, count: 2n },
  ];
  assert.deepEqual(compareRows("views", plain, found, key), { name: "views", compared: 4, different: 0, examples: [] });
});

for (const [what, found, example] of [
  [
    "a last bit",
    [plain[0]!, { ...plain[1]!, avg: 0.3 }],
    { key: "1, 06:46", column: "avg", expected: "0.30000000000000004", found: "0.3" },
  ],
  [
    "text for a number",
    [{ ...plain[0]!, count: "2" }, plain[1]!],
    { key: "1, 06:45", column: "count", expected: "2", found: "2" },
  ],
  [
    "a number that is missing",
    [{ network: "1", minute: "06:45", count: 2 }, plain[1]!],
    { key: "1, 06:45", column: "avg", expected: "1.5", found: "null" },
  ],
  [
    "a row that is missing",
    [plain[1]!],
    { key: "1, 06:45", column: "the row", expected: "network 1, minute 06:45, avg 1.5, count 2", found: "none" },
  ],
  [
    "a row that is there twice",
    [...plain, plain[0]!],
    { key: "1, 06:45", column: "the row", expected: "once", found: "again" },
  ],
  [
    "a row too many",
    [...plain, { network: "2", minute: "x" }],
    { key: "2, x", column: "the row", expected: "none", found: "network 2, minute x" },
  ],
] as const)
  test(`${what} is one difference, and named`, () => {
    const { different, examples } = compareRows("views", plain, found, key);
    assert.equal(different, 1);
    assert.deepEqual(examples, [example]);
  });

test("of many differences the first twenty are named, and all are counted", () => {
  const rows = Array.from({ length: 100 }, (_, k) => ({ k, n: 1 }));
  const { compared, different, examples } = compareRows(
    "n",
    rows,
    rows.map(({ k }) => ({ k, n: 2 })),
    ["k"],
  );
  assert.deepEqual([compared, different, examples.length], [100, 100, 20]);
});
