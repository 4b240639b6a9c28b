import assert from "node:assert/strict";
import { test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import type { Field } from "../../schema/index.ts";
import { encodeParquet, storedAs } from "./parquet.ts";

const fields: readonly Field[] = [
  { name: "text", type: "string", doc: "" },
  { name: "small", type: "int", doc: "" },
  { name: "large", type: "bigint", doc: "" },
  { name: "flag", type: "boolean", doc: "" },
  { name: "weight", type: "double", doc: "" },
  { name: "time", type: "timestamp", doc: "" },
];

async function decode(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return parquetReadObjects({ file, compressors: { ZSTD: (input) => zstdDecompressSync(input) } });
}

const row = fc.record({
  text: fc.string({ unit: "grapheme", maxLength: 200 }),
  small: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  large: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  flag: fc.boolean(),
  weight: fc.double({ noNaN: true }),
  time: fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => BigInt(ms) * 1000n),
});

test("law: what is encoded is decoded", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 60 }), async (rows) => {
      const bytes = encodeParquet(
        fields,
        fields.map(({ name }) => rows.map((r) => r[name as keyof typeof r])),
      );
      const decoded = await decode(bytes);
      assert.deepEqual(
        decoded.map((r) => ({
          ...r,
          time: BigInt((r["time"] as Date).getTime()) * 1000n,
          weight: Number(r["weight"]) + 0,
        })),
        rows.map((r) => ({ ...r, weight: r.weight + 0 })),
      );
    }),
    { numRuns: 60 },
  );
});

test("a file without rows is still a file with its columns", async () => {
  const bytes = encodeParquet(
    fields,
    fields.map(() => []),
  );
  const metadata = parquetMetadata(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
  );
  assert.equal(metadata.num_rows, 0n);
  assert.deepEqual(
    metadata.schema.slice(1).map(({ name }) => name),
    fields.map(({ name }) => name),
  );
  assert.deepEqual(await decode(bytes), []);
});

test("a time has no zone, so that Hive shows it as it was written, wherever it runs", () => {
  const bytes = encodeParquet([{ name: "time", type: "timestamp", doc: "" }], [[0n]]);
  const { schema } = parquetMetadata(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
  );
  assert.deepEqual(schema[1]?.logical_type, { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MICROS" });
  assert.equal(schema[1].converted_type, undefined, "it would say UTC");
});

const day = fc
  .date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const cents = (price: unknown): number | null => (price === null ? null : Math.round(Number(price) * 100));
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });

test("law: nested values, lists and what is missing are decoded as they were", async () => {
  const nested: readonly Field[] = [
    { name: "tags", type: "array", items: { type: "string" }, doc: "" },
    { name: "scores", type: "array", items: { type: "int", nullable: true }, nullable: true, doc: "" },
    {
      name: "user",
      type: "record",
      nullable: true,
      doc: "",
      fields: [
        { name: "constructor", type: "string", nullable: true, doc: "" },
        { name: "born", type: "date", doc: "" },
        {
          name: "friends",
          type: "array",
          doc: "",
          items: {
            type: "record",
            nullable: true,
            fields: [{ name: "since", type: "bigint", nullable: true, doc: "" }],
          },
        },
      ],
    },
    { name: "price", type: "decimal", precision: 7, scale: 2, nullable: true, doc: "" },
  ];
  const friend = fc.record({ since: maybe(fc.maxSafeInteger()) });
  const message = fc.record({
    tags: fc.array(fc.string({ unit: "grapheme" }), { maxLength: 4 }),
    scores: maybe(fc.array(maybe(fc.integer({ min: -1000, max: 1000 })), { maxLength: 4 })),
    user: maybe(
      fc.record({ constructor: maybe(fc.string()), born: day, friends: fc.array(maybe(friend), { maxLength: 3 }) }),
    ),
    price: maybe(fc.integer({ min: -9_999_999, max: 9_999_999 }).map((value) => (value / 100).toFixed(2))),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 30 }), async (messages) => {
      const columns = nested.map((field) => {
        const store = storedAs(field);
        return messages.map((one) => store(one[field.name as keyof typeof one]));
      });
      const rows = await decode(encodeParquet(nested, columns));
      const read = JSON.parse(
        JSON.stringify(rows, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : (value ?? null))),
      ) as Record<string, unknown>[];
      const expected = messages.map(({ user, price, ...rest }) => ({
        ...rest,
        user: user === null ? null : { ...user, born: `${user.born}T00:00:00.000Z` },
        price: cents(price),
      }));
      // The reader, unlike Hive, makes a double of a decimal.
      for (const row of read) row["price"] = cents(row["price"]);
      assert.deepEqual(read, JSON.parse(JSON.stringify(expected)));
    }),
    { numRuns: 60 },
  );
});

test("files have memory of their own: the next one does not change those before", async () => {
  const column: readonly Field[] = [{ name: "text", type: "string", doc: "" }];
  const texts = [["first"], Array.from({ length: 3000 }, (_, i) => `second ${i} ${"x".repeat(1000)}`), ["third"]];
  const files = texts.map((values) => encodeParquet(column, [values]));
  for (const [i, file] of files.entries())
    assert.deepEqual(
      (await decode(file)).map(({ text }) => text),
      texts[i],
    );
});
