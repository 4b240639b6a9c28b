import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { runLocal } from "../../mapreduce/index.ts";
import job, { type RebuildRecord, type StreamEnd } from "./rebuild-job.ts";

interface Line {
  readonly destination_uri: unknown;
  readonly stream_id: unknown;
  readonly seq: unknown;
  readonly chunk: unknown;
  readonly is_last: unknown;
}

function message(seq: number, chunk: string, last = false, stream = "s", uri = "/a.md"): Line {
  return { destination_uri: uri, stream_id: stream, seq, chunk, is_last: last };
}

async function rebuild(lines: readonly (Line | string)[], reducers = 1) {
  const { output, counters } = await runLocal(
    job,
    lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))),
    { reducers },
  );
  const records: RebuildRecord[] = output.flat();
  const ends = records.filter((record): record is StreamEnd => !("text" in record));
  const textOf = ({ uri, stream }: StreamEnd): string =>
    records
      .map((record) => ("text" in record && record.uri === uri && record.stream === stream ? record.text : ""))
      .join("");
  return { ends, textOf, counters, records };
}

test("law: whatever the order, the doubles and the cuts, the text comes back", async () => {
  const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 60 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      texts,
      fc.integer({ min: 1, max: 9 }),
      fc.infiniteStream(fc.nat()),
      fc.integer({ min: 1, max: 3 }),
      async (sources, size, random, reducers) => {
        const lines = sources.flatMap((source, number) => {
          const characters = Array.from(source);
          const count = Math.max(1, Math.ceil(characters.length / size));
          return Array.from({ length: count }, (_, seq) =>
            message(
              seq,
              characters.slice(seq * size, (seq + 1) * size).join(""),
              seq === count - 1,
              `s${number}`,
              `/${number % 2}.md`,
            ),
          );
        });
        const draw = (): number => Number(random.next().value);
        const doubled = [...lines, ...lines.filter(() => draw() % 3 === 0)];
        const shuffled = doubled.map((line) => ({ line, at: draw() })).sort((a, b) => a.at - b.at);
        const { ends, textOf, counters } = await rebuild(
          shuffled.map(({ line }) => line),
          reducers,
        );
        assert.equal(ends.length, sources.length);
        for (const end of ends) {
          const source = sources[Number(end.stream.slice(1))]!;
          assert.ok(end.complete);
          assert.equal(textOf(end), source);
          assert.equal(end.sha256, createHash("sha256").update(source).digest("hex"));
          assert.equal(end.bytes, Buffer.byteLength(source));
        }
        assert.equal(counters["duplicates"], doubled.length - lines.length);
        assert.equal(counters["complete"], sources.length);
      },
    ),
    { numRuns: 60 },
  );
});

const FAULTS: readonly (readonly [string, readonly Line[], Partial<StreamEnd>])[] = [
  ["a gap", [message(0, "a"), message(3, "d", true)], { gaps: [[1, 2]], missing: 2, ended: true }],
  ["a missing beginning", [message(2, "c", true)], { gaps: [[0, 1]], missing: 2 }],
  ["a missing end", [message(0, "a"), message(1, "b")], { missing: 0, ended: false }],
  ["a chunk after the last", [message(0, "a", true), message(1, "b", true)], { missing: 0, ended: false }],
  ["two contents for one place", [message(0, "a", true), message(0, "b", true)], { conflicts: [0], ended: true }],
  ["one content, last and not last", [message(0, "a", true), message(0, "a", false)], { conflicts: [0] }],
  ["half a character", [message(0, "\ud83d", true)], { missing: 0, ended: true, conflicts: [] }],
];
for (const [what, lines, expected] of FAULTS) {
  test(`a stream with ${what} is not complete`, async () => {
    for (const order of [lines, [...lines].reverse()]) {
      const { ends, counters } = await rebuild(order);
      const [end] = ends as [StreamEnd];
      assert.equal(end.complete, false);
      for (const [name, value] of Object.entries<unknown>(expected))
        assert.deepEqual(end[name as keyof StreamEnd], value, name);
      assert.deepEqual([counters["incomplete"], counters["complete"]], [1, undefined]);
    }
  });
}

test("halves of a character in two chunks are one character again", async () => {
  const { ends, textOf } = await rebuild([message(0, "a\ud83d"), message(1, "\ude00b", true)]);
  assert.ok(ends[0]?.complete);
  assert.equal(textOf(ends[0]), "a😀b");
});

test("a long text leaves in pieces that are never cut inside a character", async () => {
  const chunks = Array.from({ length: 300 }, (_, index) =>
    "😀".repeat(1000).slice(index % 2 === 0 ? 0 : 1, index % 2 === 0 ? 1999 : 2000),
  );
  const { records, ends, textOf } = await rebuild(
    chunks.map((chunk, seq) => message(seq, chunk, seq === chunks.length - 1)),
  );
  const pieces = records.filter((record) => "text" in record);
  assert.ok(pieces.length > 3);
  assert.ok(pieces.every(({ text }) => text.isWellFormed() && text.length < 80_000));
  assert.equal(textOf(ends[0]!), chunks.join(""));
});

test("an empty text is a text", async () => {
  const { ends } = await rebuild([message(0, "", true)]);
  assert.deepEqual([ends[0]?.complete, ends[0]?.bytes, ends[0]?.chunks], [true, 0, 1]);
});

test("lines that hold no message are counted, and further fields do no harm", async () => {
  const good = message(0, "a", true);
  const bad = ["no json", "null", "[]", "1", '"x"', "{}"].concat(
    [
      { ...good, seq: -1 },
      { ...good, seq: 0.5 },
      { ...good, seq: "0" },
      { ...good, chunk: null },
      { ...good, is_last: "true" },
      { ...good, destination_uri: "a.md" },
      { ...good, stream_id: "" },
    ].map((line) => JSON.stringify(line)),
  );
  const { counters, ends } = await rebuild([...bad, "", "  ", { ...good, agent_id: "Agent_Ada", extra: 1 } as Line]);
  assert.deepEqual(counters, {
    complete: 1,
    conflicts: 0,
    duplicates: 0,
    malformed: bad.length,
    messages: 1,
    missing: 0,
    streams: 1,
  });
  assert.ok(ends[0]?.complete);
});
