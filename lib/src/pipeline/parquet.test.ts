import assert from "node:assert/strict";
import { test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import type { Field } from "../schema/index.ts";
import { encodeParquet } from "./parquet.ts";

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
        fields.map(({ name }) => rows.map((r) => r[name as keyof typeof r])) as never,
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
