import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hashTerm, murmurHash3 } from "./index.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

test("MurmurHash3 passes the verification of its author's test suite (SMHasher)", () => {
  const results = Buffer.alloc(256 * 4);
  for (let i = 0; i < 256; i++)
    results.writeInt32LE(
      murmurHash3(
        Uint8Array.from({ length: i }, (_, j) => j),
        256 - i,
      ),
      i * 4,
    );
  assert.equal(murmurHash3(results, 0) >>> 0, 0xb0f57ee3);
});

const known: readonly (readonly [text: string, seed: number, hash: number])[] = [
  ["", 0, 0],
  ["", 1, 0x514e28b7],
  ["hello", 0, 0x248bfa47],
  ["hello, world", 0, 0x149bbb7f],
  ["The quick brown fox jumps over the lazy dog", 0x9747b28c, 0x2fa826cd],
  // scikit-learn 1.7, murmurhash3_32(text.encode(), 42)
  ["streaming", 42, -1785361165],
  ["naïve", 42, -1984804414],
  ["東京", 42, 1062145983],
  ["🙂", 42, -1519007075],
];

for (const [text, seed, hash] of known) {
  test(`MurmurHash3 of "${text}" with seed ${seed}`, () => assert.equal(murmurHash3(utf8(text), seed), hash | 0));
}

test("buckets are those of Spark's HashingTF", () => {
  // org.apache.spark.ml.feature.HashingTFSuite, "indexOf method", 100 features
  assert.deepEqual(
    ["a", "b", "c", "d"].map((term) => hashTerm(term, 100)),
    [67, 65, 68, 90],
  );
  // pyspark.ml.feature.HashingTF, its documentation's example, 10 features
  assert.deepEqual(["a", "b", "c"].map((term) => hashTerm(term, 10)).sort(), [5, 7, 8]);
});

test("a bucket is never negative and always below the number of features", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 2 ** 20 }), (term, features) => {
      const bucket = hashTerm(term, features);
      assert.ok(Number.isInteger(bucket) && bucket >= 0 && bucket < features);
    }),
  );
});

test("words too long for the hash's own room are hashed as others are", () => {
  const long = "ab".repeat(500);
  assert.equal(hashTerm(long, 2 ** 20), ((murmurHash3(utf8(long), 42) % 2 ** 20) + 2 ** 20) % 2 ** 20);
});
