import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { seal, unseal } from "../binary/index.ts";
import { isStreambookError } from "../errors/index.ts";
import { Random } from "../random/index.ts";
import { normalizedMutualInformation, StreamingKMeans, type SparseVector } from "./index.ts";
import { grouped, unit } from "./vectors-for-test.ts";

const invalid = (error: unknown): boolean => isStreambookError(error, "MODEL_INVALID");

/** Spark's update, written as its documentation has it, for one cluster; `before` is the length before the centroid is brought back to 1. */
function update(
  c: readonly number[],
  n: number,
  batch: readonly (readonly number[])[],
  decay: number,
): { c: number[]; n: number; before: number } {
  const m = batch.length;
  if (m === 0) return { c: [...c], n: n * decay, before: 1 };
  const x = c.map((_, f) => batch.reduce((sum, vector) => sum + vector[f]!, 0) / m);
  const moved = c.map((value, f) => (value * n * decay + x[f]! * m) / (n * decay + m));
  const length = Math.hypot(...moved);
  return { c: moved.map((value) => value / length), n: n * decay + m, before: length };
}

const FEATURES = 6;
const vector = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: FEATURES, maxLength: FEATURES })
  .map((values) =>
    unit(
      [0, 1, 2, 3, 4, 5],
      values.map((value) => value + 0.01),
    ),
  );

test("learning is Spark's forgetful update, with centroids brought back to length 1", () => {
  fc.assert(
    fc.property(
      fc.array(vector, { minLength: 4, maxLength: 12 }),
      fc.array(fc.array(vector, { maxLength: 10 }), { maxLength: 5 }),
      fc.double({ min: 0.5, max: 1, noNaN: true }),
      (first, batches, decay) => {
        const model = StreamingKMeans.seed(first, { k: 2, features: FEATURES, decay });
        fc.pre(model.counts.every((count) => count > 0)); // otherwise the empty one gets half of the other
        let expected = model.centroids.map((c, i) => ({ c: [...c], n: model.counts[i]!, before: 1 }));
        for (const batch of batches) {
          const labels = model.learn(batch);
          expected = expected.map(({ c, n }, i) =>
            update(
              c,
              n,
              batch.filter((_, j) => labels[j] === i).map(({ values }) => [...(values as number[])]),
              decay,
            ),
          );
        }
        expected.forEach(({ c, n }, i) => {
          assert.ok(Math.abs(model.counts[i]! - n) < 1e-6 * (1 + n));
          c.forEach((value, f) => assert.ok(Math.abs(model.centroids[i]![f]! - value) < 1e-4));
        });
        assert.equal(model.updates, batches.length);
      },
    ),
  );
});

for (const decay of [0, 0.01, 0.5, 0.98, 1])
  test(`after thousands of batches the centroids are still those of the plain update, with a decay of ${decay}`, () => {
    const random = new Random(7);
    const some = (): SparseVector => {
      const indices = [0, 1, 2, 3, 4, 5].filter(() => random.next() < 0.5);
      // also below 0, so that a sum may all but vanish
      return unit(
        indices,
        indices.map(() => random.normal()),
      );
    };
    const first = Array.from({ length: 8 }, some).filter((one) => one.values.length > 0);
    const model = StreamingKMeans.seed(first, { k: decay === 0 ? 1 : 2, features: FEATURES, decay }); // one that forgets all dies without vectors
    let expected = model.centroids.map((c, i) => ({ c: [...c], n: model.counts[i]!, before: 1 }));
    for (let round = 0; round < 5000; round++) {
      const batch = Array.from({ length: 6 }, some).filter((one) => one.values.length > 0);
      const labels = model.learn(batch);
      const dense = batch.map(({ indices, values }) => {
        const row = Array<number>(FEATURES).fill(0);
        for (let i = 0; i < indices.length; i++) row[indices[i]!] = values[i]!;
        return row;
      });
      expected = expected.map(({ c, n }, i) =>
        update(
          c,
          n,
          dense.filter((_, j) => labels[j] === i),
          decay,
        ),
      );
      expected.forEach(({ c, n, before }, i) => {
        const apart = Math.max(...c.map((value, f) => Math.abs(model.centroids[i]![f]! - value)));
        assert.ok(apart < 1e-5 + 1e-6 / before, `round ${round}, cluster ${i}: ${apart} apart`);
        assert.ok(Math.abs(Math.hypot(...model.centroids[i]!) - 1) < 1e-5, `round ${round}: not of length 1`);
        assert.ok(Math.abs(model.counts[i]! - n) < 1e-6 * (1 + n));
      });
      // what 32 bits round differently is not to add up
      expected = expected.map(({ n }, i) => ({ c: [...model.centroids[i]!], n, before: 1 }));
    }
  });

test("a model saved before lengths were is read as it was meant", () => {
  const { vectors } = grouped(60, 3);
  const model = StreamingKMeans.seed(vectors, { k: 3 });
  const { facts, arrays } = unseal("streaming-k-means", model.encode());
  const { centroids, counts } = arrays;
  const old = StreamingKMeans.decode(
    seal("streaming-k-means", { facts, arrays: { centroids: centroids!, counts: counts! } }),
  );
  assert.deepEqual(old.learn(vectors), model.learn(vectors));
  assert.deepEqual(old.centroids, model.centroids);
});

test("labels are those before the update, and may be given", () => {
  const { vectors } = grouped(100, 3);
  const model = StreamingKMeans.seed(vectors, { k: 3 });
  const predicted = vectors.map((v) => model.predict(v));
  const twin = StreamingKMeans.decode(model.encode());
  assert.deepEqual([...model.learn(vectors)], predicted);
  assert.deepEqual([...twin.learn(vectors, predicted)], predicted);
  assert.deepEqual(model.centroids, twin.centroids);
});

test("clusters keep their identity while the stream flows", () => {
  const { vectors, truth } = grouped(4000, 4);
  const model = StreamingKMeans.seed(vectors.slice(0, 200), { k: 4 });
  const names = [0, 1, 2, 3].map((group) => model.predict(vectors[truth.indexOf(group)]!));
  const labels: number[] = [];
  for (let from = 200; from < vectors.length; from += 100) labels.push(...model.learn(vectors.slice(from, from + 100)));
  const kept = labels.filter((label, i) => label === names[truth[i + 200]!]).length / labels.length;
  assert.ok(kept > 0.97, `${kept} kept their cluster`);
  assert.ok(normalizedMutualInformation(labels, truth.slice(200)) > 0.9);
});

test("a cluster follows a subject that drifts when it forgets, and stays behind when it does not", () => {
  const at = (degrees: number): SparseVector =>
    unit([0, 1, 2], [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180), 0]);
  const drift = (decay: number): number => {
    const away = unit([2], [1]);
    const model = StreamingKMeans.seed([at(0), at(0), away, away], { k: 2, features: 3, decay });
    const label = model.predict(at(0));
    for (let degrees = 0; degrees <= 90; degrees += 3) model.learn([at(degrees), at(degrees), away]);
    return model.similarity(at(90), label);
  };
  assert.ok(drift(0.5) > 0.98);
  assert.ok(drift(1) < 0.8);
});

test("a dead cluster gets half of the largest, and takes part again", () => {
  const [a, b, gone] = [unit([0, 1], [1, 0.2]), unit([0, 2], [1, 0.2]), unit([9], [1])];
  const model = StreamingKMeans.seed([a, b, a, b, gone], { k: 2, features: 10, decay: 0.1 });
  const dead = model.predict(gone);
  let batches = 0;
  while (model.revivals === 0 && batches++ < 100) model.learn([a, b, a, b]);
  assert.equal(batches, 8, "0.1⁸ of its weight is below 10⁻⁸ of the largest");
  assert.ok(model.similarity(a, dead) > 0.9);
  assert.ok(Math.abs(model.counts[0]! - model.counts[1]!) < 1e-9);
  for (let i = 0; i < 20; i++) model.learn([a, b, a, b]);
  assert.notEqual(model.predict(a), model.predict(b));
});

test("with fewer vectors than clusters the empty ones fill while the stream flows", () => {
  const { vectors, truth } = grouped(900, 3, { own: 20 });
  const model = StreamingKMeans.seed(vectors.slice(0, 1), { k: 3, features: 600 });
  for (let from = 0; from < 900; from += 30) model.learn(vectors.slice(from, from + 30));
  const labels = vectors.map((v) => model.predict(v));
  assert.equal(new Set(labels).size, 3);
  assert.ok(normalizedMutualInformation(labels, truth) > 0.7);
});

test("texts without words do not move anything", () => {
  const { vectors } = grouped(60, 3);
  const model = StreamingKMeans.seed(vectors, { k: 3, decay: 1 });
  const before = model.centroids;
  const nothing: SparseVector = { indices: [3], values: [0] };
  assert.deepEqual([...model.learn([nothing, nothing])], [0, 0]);
  assert.deepEqual(model.counts, StreamingKMeans.seed(vectors, { k: 3, decay: 1 }).counts);
  model.centroids.forEach((centroid, c) =>
    centroid.forEach((value, f) => assert.ok(Math.abs(value - before[c]![f]!) < 1e-6)),
  );
  assert.doesNotThrow(() => StreamingKMeans.seed([nothing], { k: 3 }).learn(vectors));
});

test("one seed gives one model", () => {
  const { vectors } = grouped(80, 3);
  assert.deepEqual(
    StreamingKMeans.seed(vectors, { k: 3, seed: 5 }).encode(),
    StreamingKMeans.seed(vectors, { k: 3, seed: 5 }).encode(),
  );
});

test("a saved model comes back exactly, and goes on the same", () => {
  fc.assert(
    fc.property(
      fc.array(vector, { minLength: 1, maxLength: 10 }),
      fc.array(fc.array(vector, { maxLength: 10 }), { maxLength: 3 }),
      fc.array(vector, { maxLength: 10 }),
      fc.integer({ min: 1, max: 4 }),
      (first, earlier, next, k) => {
        const model = StreamingKMeans.seed(first, { k, features: FEATURES, decay: 0.7 });
        for (const batch of earlier) model.learn(batch);
        const restored = StreamingKMeans.decode(model.encode());
        assert.deepEqual(restored.encode(), model.encode());
        assert.deepEqual(restored.learn(next), model.learn(next));
        assert.deepEqual(restored.encode(), model.encode());
        assert.deepEqual(
          [restored.k, restored.features, restored.decay, restored.updates],
          [k, FEATURES, 0.7, earlier.length + 1],
        );
      },
    ),
  );
});

test("damaged models are refused", () => {
  const bytes = StreamingKMeans.seed([unit([0], [1])], { k: 2, features: 4 }).encode();
  for (let i = 0; i < bytes.length; i += 5) {
    const damaged = Uint8Array.from(bytes);
    damaged[i]! ^= 0x40;
    assert.throws(() => StreamingKMeans.decode(damaged), invalid);
  }
  assert.throws(() => StreamingKMeans.decode(new Uint8Array(0)), invalid);
});

test("options that make no sense are refused", () => {
  const usage = (error: unknown): boolean => isStreambookError(error, "USAGE");
  for (const options of [{ k: 0 }, { k: 1.5 }, { k: 2, decay: 1.1 }, { k: 2, decay: -1 }, { k: 2, starts: 0 }]) {
    assert.throws(() => StreamingKMeans.seed([], options), usage, JSON.stringify(options));
  }
  assert.throws(() => StreamingKMeans.seed([unit([10], [1])], { k: 1, features: 10 }), usage);
});
