import assert from "node:assert/strict";
import { test } from "node:test";
import { unpackSnappy } from "./snappy.ts";

/** A length, a literal of 8 bytes, and a copy of 4 bytes from 4 before. */
const block = Buffer.from([12, (8 - 1) << 2, ..."abcdefgh".split("").map((c) => c.charCodeAt(0)), 1, 4]);
const text = "abcdefghefgh";

function framed(...blocks: readonly Buffer[]): Buffer {
  const header = Buffer.from("\x82SNAPPY\0\0\0\0\x01\0\0\0\x01", "latin1");
  const parts = blocks.flatMap((one) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(one.length);
    return [length, one];
  });
  return Buffer.concat([header, ...parts]);
}

test("a bare block, and blocks in the frame of Java's clients, are decoded", async () => {
  assert.equal(String(await unpackSnappy(block)), text);
  assert.equal(String(await unpackSnappy(framed(block, block))), text + text);
  assert.equal((await unpackSnappy(Buffer.from([0]))).length, 0);
});

test("what is cut off or damaged is an error", async () => {
  const whole = framed(block, block);
  for (const damaged of [
    Buffer.alloc(0),
    block.subarray(0, 5),
    whole.subarray(0, -1),
    whole.subarray(0, -block.length - 2),
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0]),
  ])
    await assert.rejects(unpackSnappy(damaged));
});
