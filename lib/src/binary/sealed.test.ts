import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { isStreambookError } from "../errors/index.ts";
import { seal, unseal } from "./index.ts";

const arrays = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== "__proto__"),
  fc.oneof(fc.uint16Array(), fc.int32Array(), fc.uint32Array(), fc.float32Array(), fc.float64Array()),
  { maxKeys: 5 },
);
const facts = fc.dictionary(
  fc.string().filter((name) => name !== "__proto__"),
  fc.oneof(fc.integer(), fc.string(), fc.boolean()),
  { maxKeys: 5 },
);
const invalid = (error: unknown): boolean => isStreambookError(error, "MODEL_INVALID");

test("what is sealed comes back exactly", () => {
  fc.assert(
    fc.property(facts, arrays, (facts, arrays) => {
      const back = unseal("test", seal("test", { facts, arrays }));
      assert.deepEqual({ ...back.facts }, { ...facts });
      assert.deepEqual({ ...back.arrays }, { ...arrays });
    }),
  );
});

test("a view in the middle of other memory is sealed alone", () => {
  const whole = Float64Array.of(1, 2, 3, 4);
  const { arrays } = unseal("test", seal("test", { facts: {}, arrays: { part: whole.subarray(1, 3) } }));
  assert.deepEqual(arrays["part"], Float64Array.of(2, 3));
});

test("sealed bytes can be read from any position of a larger buffer", () => {
  const bytes = seal("test", { facts: { a: 1 }, arrays: { x: Float64Array.of(5) } });
  const larger = new Uint8Array(bytes.length + 3);
  larger.set(bytes, 3);
  assert.equal(unseal("test", larger.subarray(3)).arrays["x"]?.[0], 5);
});

test("every changed byte and every lost byte is noticed", () => {
  const bytes = seal("test", { facts: { a: 1 }, arrays: { x: Int32Array.of(1, 2, 3) } });
  for (let i = 0; i < bytes.length; i++) {
    const damaged = Uint8Array.from(bytes);
    damaged[i]! ^= 1 << (i % 8);
    assert.throws(() => unseal("test", damaged), invalid, `byte ${i} changed`);
    assert.throws(() => unseal("test", bytes.subarray(0, i)), invalid, `cut to ${i} bytes`);
  }
});

test("bytes of another kind are refused, and the message says of which", () => {
  assert.throws(() => unseal("apples", seal("pears", { facts: {}, arrays: {} })), /it holds "pears"/);
});

test("a header that claims more than there is, is refused, though its checksum fits", () => {
  const bytes = Buffer.from(seal("test", { facts: {}, arrays: { x: Int32Array.of(1) } }));
  const lie = Buffer.from(bytes.toString("latin1").replace('"length":1', '"length":9'), "latin1");
  lie.writeUInt32LE(crc32(lie.subarray(0, -4)), lie.length - 4);
  assert.throws(() => unseal("test", lie), /cut short/);
});
