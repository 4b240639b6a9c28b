import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isStreambookError } from "../errors/index.ts";
import {
  comparatorOptions,
  compareKeys,
  compareText,
  decodeKey,
  decodeValue,
  encodeOutput,
  encodeRecord,
  fieldsOf,
  partitionerOptions,
  partitionOf,
  type SortOrder,
} from "./record.ts";

const anyText = fc.string({ unit: "binary", maxLength: 20 });
const wellFormed = anyText.filter((text) => text.isWellFormed());

test("law: any key and value come back from their line, and the line is one line", () => {
  fc.assert(
    fc.property(anyText, fc.maxSafeInteger(), fc.jsonValue(), (text, number, value) => {
      const line = encodeRecord([text, number], value, ["text", "number"]);
      assert.ok(!/[\n\r]/.test(line));
      assert.deepEqual(decodeKey(fieldsOf(line, 2)), [text, Object.is(number, -0) ? 0 : number]);
      assert.deepEqual(decodeValue(line), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("law: texts are ordered as their UTF-8 bytes are", () => {
  fc.assert(
    fc.property(wellFormed, wellFormed, (a, b) => {
      assert.equal(Math.sign(compareText(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  assert.ok(compareText("\ue000", "😀") < 0); // JavaScript's own < says the opposite
});

test("keys are ordered field by field, numbers by value, and backwards where asked", () => {
  const sort: SortOrder[] = ["text", "number", "text-descending"];
  const keys = [
    ["=a", "10", "=x"],
    ["=a", "9", "=x"],
    ["=a", "9", "=y"],
    ["=a", "-1", "=x"],
    ["=", "5", "=x"],
  ];
  assert.deepEqual(
    keys.toSorted((a, b) => compareKeys(a, b, sort)),
    [keys[4], keys[3], keys[2], keys[1], keys[0]],
  );
  assert.equal(comparatorOptions(sort), "-k1,1 -k2,2n -k3,3r");
  assert.equal(partitionerOptions(2), "-k1,1 -k2,2");
});

test("the partition is Java's hash of the bytes", () => {
  // "=ż".getBytes(UTF_8) is 61, -59, -68: ((61 * 31) - 59) * 31 - 68 = 56724
  assert.equal(partitionOf("=ż", 1000), 56_724 % 1000);
  const long = `=${"😀".repeat(50)}`; // the hash overflows
  assert.ok(partitionOf(long, 7) >= 0 && partitionOf(long, 7) < 7);
});

test("a value that JSON would change on its way is refused, and null is not", () => {
  for (const value of [NaN, { sums: [1, Infinity] }])
    assert.throws(() => encodeRecord(["a"], value, ["text"]), /a value that map emits has (NaN|Infinity)/);
  assert.throws(() => encodeOutput({ word: "a", mean: NaN }), /a record that reduce emits has NaN in "mean"/);
  assert.equal(encodeRecord(["a"], { mean: null, word: "null" }, ["text"]), '=a\t{"mean":null,"word":"null"}');
});

test("a key that is not what the job says is refused", () => {
  const usage = (error: unknown) => isStreambookError(error, "USAGE");
  assert.throws(() => encodeRecord(["a"], 1, ["text", "text"]), usage);
  assert.throws(() => encodeRecord([1], 1, ["text"]), usage);
  for (const number of ["1", 0.5, NaN, Infinity, 2 ** 53])
    assert.throws(() => encodeRecord([number], 1, ["number"]), usage);
});
