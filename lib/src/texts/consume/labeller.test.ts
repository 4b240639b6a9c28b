import assert from "node:assert/strict";
import { test } from "node:test";
import type { BatchToLabel, ParsedBatch } from "../../ingest/index.ts";
import { RowStore } from "../../ingest/rows/row-store.ts";
import { loadSchema } from "../../schema/index.ts";
import { type ClusteredBatch, decodeSavedModel, Labeller } from "./labeller.ts";
import { TextMarker, type TextMarks } from "./text-marker.ts";

const schema = await loadSchema("schemas/chunks.json");
const store = new RowStore({ schema, timeField: "event_time" }, new TextMarker());
const subjects = [
  "sea wave harbour lighthouse storm tide",
  "bread flour oven yeast crust dough",
  "bishop rook pawn king check mate",
];
const settings = { clusters: 3, warmUp: 12, windowWords: 5 };
let batches = 0;

/** A batch of chunks; chunk i of a partition is on subject i mod 3, in a stream of its own. */
function batch(partition: number, from: number, to: number): BatchToLabel<TextMarks> {
  const messages = Array.from({ length: to - from }, (_, i) =>
    Buffer.from(
      JSON.stringify({
        agent_id: "Agent_Ada",
        destination_uri: `/${(from + i) % 3}.md`,
        event_time: "2026-01-01T00:00:00Z",
        chunk: `${subjects[(from + i) % 3]} ${from + i}`,
        stream_id: `s${(from + i) % 3}`,
        seq: from + i,
        is_last: false,
      }),
    ),
  );
  let end = 0;
  const parsed = store.parse({
    batch: batches++,
    partition,
    firstOffset: BigInt(from),
    offsets: Uint32Array.from(messages, (_, i) => i),
    bytes: new Uint8Array(Buffer.concat(messages)),
    ends: Uint32Array.from(messages, ({ length }) => (end += length)),
  });
  return {
    partition,
    generation: 1,
    firstOffset: BigInt(from),
    nextOffset: BigInt(to),
    parsed: parsed as ParsedBatch<TextMarks>,
  };
}

function labels(done: readonly ClusteredBatch[]): number[] {
  return done.flatMap(({ clusters }) => [...clusters]);
}

test("the first chunks are held until they can seed the model, then all come in order", () => {
  const labeller = new Labeller(settings);
  assert.deepEqual(labeller.push(batch(0, 0, 6)), []);
  assert.equal(labeller.held, 6);
  const done = labeller.push(batch(0, 6, 15));
  assert.equal(labeller.warmingUp, false);
  assert.deepEqual(
    done.map(({ firstOffset }) => firstOffset),
    [0n, 6n],
  );
  const found = labels(done);
  assert.equal(new Set(found.slice(0, 3)).size, 3, "three subjects, three clusters");
  found.forEach((label, i) => assert.equal(label, found[i % 3]));
});

test("the model waits for every partition that has messages, because each has subjects of its own", () => {
  const labeller = new Labeller(settings);
  labeller.waitFor([0, 1]);
  assert.deepEqual(labeller.push(batch(0, 0, 30)), []);
  const done = labeller.push(batch(1, 0, 30));
  assert.deepEqual(
    done.map(({ partition }) => partition),
    [0, 1],
  );
  assert.equal(new Set(labels(done)).size, 3);
  assert.equal(labels(done).length, 60);
});

test("a partition that stays silent is not waited for without end: what is held is bounded", () => {
  const labeller = new Labeller(settings);
  labeller.waitFor([0, 1]);
  const done: ClusteredBatch[] = [];
  let most = 0;
  for (let from = 0; from < 30_000; from += 3000) {
    done.push(...labeller.push(batch(0, from, from + 3000)));
    most = Math.max(most, labeller.held);
  }
  assert.equal(labels(done).length, 30_000);
  assert.ok(most < 21_000, `${most} chunks were held`);
});

test("with fewer chunks than asked for, the model is seeded with what there is", () => {
  const labeller = new Labeller({ ...settings, warmUp: 100 });
  labeller.push(batch(0, 0, 6));
  assert.equal(new Set(labels(labeller.finishWarmUp())).size, 3);
  assert.deepEqual(labeller.finishWarmUp(), []);
});

test("no chunk at all is no model", () => {
  const labeller = new Labeller(settings);
  assert.deepEqual(labeller.finishWarmUp(), []);
  assert.equal(labeller.save(), undefined);
});

test("a cluster keeps its number over a restart, and the version goes on", () => {
  const first = new Labeller(settings);
  const before = labels(first.push(batch(0, 0, 30)));
  const saved = decodeSavedModel(first.save() as Uint8Array, "test");
  const second = new Labeller(settings, saved);
  assert.equal(second.version, first.version);
  const [direct, restored] = [first, second].map((labeller) => labeller.push(batch(0, 30, 60)));
  assert.deepEqual(labels(restored as ClusteredBatch[]), labels(direct as ClusteredBatch[]));
  assert.deepEqual(labels(restored as ClusteredBatch[]).slice(0, 3), before.slice(0, 3));
  assert.equal(second.version, first.version);
});

test("what is read again is labelled, but not learned a second time", () => {
  const labeller = new Labeller(settings);
  labeller.push(batch(0, 0, 30));
  const restored = new Labeller(settings, decodeSavedModel(labeller.save() as Uint8Array, "test"));
  const before = restored.version;
  const again = restored.push(batch(0, 12, 30));
  assert.equal(restored.version, before);
  assert.equal(labels(again).length, 18);
  assert.equal(restored.learnedUpTo(0), 30n);
  restored.push(batch(0, 24, 36)); // half of it is new
  assert.notEqual(restored.version, before);
  assert.equal(restored.learnedUpTo(0), 36n);
});

test("each row carries the version of the model that labelled it", () => {
  const labeller = new Labeller(settings);
  labeller.push(batch(0, 0, 12));
  const [one] = labeller.push(batch(0, 12, 24)) as [ClusteredBatch];
  assert.deepEqual(one.versions, ["s42.000000"]);
  const [two] = labeller.push(batch(0, 24, 36)) as [ClusteredBatch];
  assert.deepEqual(two.versions, ["s42.000001"]);
});

test("held rows of a partition that is lost are forgotten", () => {
  const labeller = new Labeller(settings);
  labeller.waitFor([0, 1, 2]);
  labeller.push(batch(0, 0, 6));
  labeller.push(batch(1, 0, 3));
  labeller.drop(new Set([0]));
  assert.equal(labeller.held, 3);
  assert.deepEqual(
    labeller.finishWarmUp().map(({ partition }) => partition),
    [1],
  );
});

test("a damaged model says which file, and what to do", () => {
  const labeller = new Labeller(settings);
  labeller.push(batch(0, 0, 30));
  const bytes = labeller.save() as Uint8Array;
  for (const damaged of [
    bytes.subarray(0, 100),
    bytes.subarray(0, -1),
    bytes.map((byte, i) => (i === bytes.length - 5 ? byte ^ 1 : byte)),
    new Uint8Array(),
  ]) {
    assert.throws(() => decodeSavedModel(damaged, "/models/x.bin"), {
      code: "MODEL_INVALID",
      message: /\/models\/x\.bin.*remove it/,
    });
  }
});
