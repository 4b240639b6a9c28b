import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isStreambookError } from "../errors/index.ts";
import { countTerms, DocumentFrequencies, TermCounter } from "./index.ts";

const FEATURES = 64;
const document = fc.array(fc.constantFrom("bee", "ant", "wasp", "fly", "moth", "tick"), { maxLength: 12 });
const counted = document.map((words) => countTerms(words, FEATURES));

function learnt(documents: Iterable<ReturnType<typeof countTerms>>): DocumentFrequencies {
  const frequencies = new DocumentFrequencies(FEATURES);
  for (const counts of documents) frequencies.add(counts);
  return frequencies;
}

test("idf is ln((N + 1) / (df + 1)), as in Spark", () => {
  const frequencies = learnt([["bee", "bee"], ["bee", "ant"], ["fly"]].map((words) => countTerms(words, FEATURES)));
  const [bee, ant, moth] = ["bee", "ant", "moth"].map((word) => countTerms([word], FEATURES).indices[0] as number) as [
    number,
    number,
    number,
  ];
  assert.equal(frequencies.documents, 3);
  assert.equal(frequencies.idf(bee), Math.log(4 / 3));
  assert.equal(frequencies.idf(ant), Math.log(4 / 2));
  assert.equal(frequencies.idf(moth), Math.log(4));
});

test("weights are tf · idf, brought to length 1", () => {
  fc.assert(
    fc.property(fc.array(counted, { maxLength: 20 }), counted, (documents, counts) => {
      const frequencies = learnt(documents);
      const { indices, values } = frequencies.weigh(counts);
      const raw = [...counts.counts].map((count, i) => count * frequencies.idf(counts.indices[i] as number));
      const length = Math.hypot(...raw);
      assert.deepEqual([...indices], [...counts.indices]);
      raw.forEach((value, i) =>
        assert.ok(Math.abs((values[i] as number) - (length === 0 ? 0 : value / length)) < 1e-6),
      );
    }),
  );
});

test("a term that stands everywhere weighs nothing; before any document all vectors are zeros", () => {
  const counts = countTerms(["bee"], FEATURES);
  assert.deepEqual([...learnt([counts, counts]).weigh(counts).values], [0]);
  assert.deepEqual([...learnt([]).weigh(counts).values], [0]);
});

test("what is saved comes back, and goes on the same", () => {
  fc.assert(
    fc.property(fc.array(counted), counted, (documents, next) => {
      const original = learnt(documents);
      const restored = DocumentFrequencies.decode(original.encode());
      for (const each of [original, restored]) each.add(next);
      assert.equal(restored.documents, original.documents);
      assert.deepEqual(restored.weigh(next), original.weigh(next));
    }),
  );
});

test("damaged bytes are refused", () => {
  const bytes = new DocumentFrequencies(FEATURES).encode();
  bytes[40]! ^= 1;
  assert.throws(
    () => DocumentFrequencies.decode(bytes),
    (error) => isStreambookError(error, "MODEL_INVALID"),
  );
});

test("counts of more buckets are refused", () => {
  const counts = { indices: Uint16Array.of(FEATURES), counts: Float32Array.of(1), words: 1 };
  assert.throws(
    () => learnt([]).weigh(counts),
    (error) => isStreambookError(error, "USAGE"),
  );
});

test("the counter and the frequencies agree on the number of buckets by default", () => {
  assert.equal(new TermCounter().features, new DocumentFrequencies().features);
});
