/** Parquet files behind each other are one file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { isStreambookError } from "../../errors/index.ts";
import type { Field } from "../../schema/index.ts";
import { encodeParquet } from "../rows/parquet.ts";
import { type Footer, footerIn, jointFooter, kindOf, readFooter, rowless, rowsOf } from "./parquet-joint.ts";

const doc = "";
const fields: readonly Field[] = [
  { name: "text", type: "string", doc },
  { name: "short", type: "string", nullable: true, doc },
  { name: "time", type: "timestamp", doc },
  { name: "offset", type: "bigint", doc },
  { name: "words", type: "array", items: { type: "string" }, doc },
];
const compressors = { ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdDecompressSync(bytes)) };

/** A file of some rows; what they hold begins with a number. */
function file(from: number, rows: number): Uint8Array {
  const numbers = Array.from({ length: rows }, (_, index) => from + index);
  return encodeParquet(fields, [
    numbers.map((n) => `é😀 ${n} ${"long ".repeat(n % 40)}`),
    numbers.map((n) => (n % 3 === 0 ? null : `s${n % 5}`)),
    numbers.map((n) => BigInt(n) * 1_000_001n), // microseconds that no Date of JavaScript holds
    numbers.map(BigInt),
    numbers.map((n) => Array.from({ length: n % 4 }, (_, index) => `w${index}`)),
  ]);
}

function footerOf(bytes: Uint8Array): Promise<Footer> {
  return readFooter("/f.parquet", bytes.length, (offset, length) =>
    Promise.resolve(bytes.subarray(offset, offset + length)),
  );
}

async function joined(files: readonly Uint8Array[]): Promise<Uint8Array> {
  const footers = await Promise.all(files.map(footerOf));
  const before = rowless(footers[0] as Footer);
  return Buffer.concat([before, ...files, jointFooter(footers as [Footer, ...Footer[]], before.length)]);
}

function rowsIn(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  const copy = new Uint8Array(bytes).buffer;
  return parquetReadObjects({ file: copy, compressors });
}

test("the rows of all, in their order; and again when what was joined is joined", async () => {
  const files = [file(0, 1000), file(1000, 1), file(1001, 0), file(1001, 499)];
  const expected = await rowsIn(file(0, 1500));
  const whole = await joined(files);
  assert.deepEqual(await rowsIn(whole), expected);
  assert.equal(rowsOf(await footerOf(whole)), 1500n);
  const twice = await joined([await joined(files.slice(0, 2)), await joined(files.slice(2))]);
  assert.deepEqual(await rowsIn(twice), expected);
});

test("what the footers say of columns goes through unchanged, to the microsecond", async () => {
  const files = [file(1, 10), file(11, 10)];
  const raw = { parsers: { timestampFromMicroseconds: (value: bigint) => value } } as object;
  const said = (bytes: Uint8Array): unknown =>
    parquetMetadata(bytes, raw).row_groups.map(({ columns }) => columns.map(({ meta_data }) => meta_data?.statistics));
  assert.deepEqual(said(await joined(files)), files.flatMap(said));
  assert.match(
    JSON.stringify(said(files[0] as Uint8Array), (_, value: unknown) =>
      typeof value === "bigint" ? `${value}` : value,
    ),
    /"10000010"/,
  );
});

test("a file without rows is one by itself", async () => {
  const bytes = rowless(await footerOf(file(0, 10)));
  assert.deepEqual(await rowsIn(bytes), []);
  assert.equal(rowsOf(await footerOf(bytes)), 0n);
});

test("files of other columns are of another kind, files of other rows are not", async () => {
  const one = await footerOf(file(0, 10));
  assert.equal(kindOf(one), kindOf(await footerOf(file(5, 700))));
  assert.notEqual(kindOf(one), kindOf(await footerOf(encodeParquet(fields.slice(0, 1), [["a"]]))));
});

test("a footer that is longer than what is read at first is read whole", async () => {
  const whole = await joined(Array.from({ length: 400 }, (_, index) => file(index, 1)));
  const reads: number[] = [];
  const footer = await readFooter("/f.parquet", whole.length, (offset, length) => {
    reads.push(length);
    return Promise.resolve(whole.subarray(offset, offset + length));
  });
  assert.equal(rowsOf(footer), 400n);
  assert.equal(reads.length, 2);
  assert.deepEqual(footerIn("/f.parquet", whole), footer);
});

for (const [what, bytes] of [
  ["nothing", Buffer.alloc(0)],
  ["text", Buffer.from("no columns in here")],
  ["a file that was cut off", Buffer.from(file(0, 100)).subarray(0, -20)],
  ["a size that cannot be", Buffer.from("PAR1xxxx\xff\xff\xff\x7fPAR1", "latin1")],
] as const)
  test(`${what} is no Parquet file, and is named`, async () => {
    await assert.rejects(
      footerOf(bytes),
      (error) =>
        isStreambookError(error, "MESSAGE_INVALID") && /^\/f\.parquet is called a Parquet file/.test(error.message),
    );
  });
