import assert from "node:assert/strict";
import { test } from "node:test";
import { loadSchema } from "../schema/index.ts";
import { requestOf } from "./request-for-test.ts";
import type { ParseRequest } from "./row-store.ts";
import { RowWorkers } from "./row-workers.ts";

const schema = await loadSchema("schemas/chunks.json");

function request(batch: number, chunks: readonly string[]): ParseRequest {
  const messages = chunks.map((chunk, seq) =>
    JSON.stringify({
      agent_id: "Agent_Ada",
      destination_uri: "/river.md",
      event_time: "2026-01-31T23:59:59Z",
      chunk,
      stream_id: "s1",
      seq,
      is_last: false,
    }),
  );
  return requestOf(messages, { batch, partition: 0, firstOffset: 0n });
}

/** A module that marks each message with the length of its chunk, times a factor. */
const lengths = `data:text/javascript,${encodeURIComponent(`
  export function createMarker({ factor }) {
    let found = [];
    return {
      begin: () => (found = []),
      mark: (message) => found.push(message.chunk.length * factor),
      end: () => ({ lengths: Uint32Array.from(found) }),
    };
  }
`)}`;

test("each thread loads the marker's module, and answers in the order it is asked", async () => {
  await using workers = new RowWorkers({
    schema,
    timeField: "event_time",
    threads: 1,
    marker: { url: lengths, options: { factor: 10 } },
  });
  const batches = [["a", "bb"], [], ["ccc"]].map((chunks, batch) => request(batch, chunks));
  const [first, second, third] = await Promise.all(batches.map((batch) => workers.parse(batch)));
  assert.deepEqual(first?.marks, { lengths: Uint32Array.of(10, 20) });
  assert.deepEqual([second?.rows, second?.marks], [0, { lengths: Uint32Array.of() }]);
  assert.deepEqual(third?.marks, { lengths: Uint32Array.of(30) });
  assert.ok(
    batches.every(({ bytes }) => bytes.length === 0),
    "the messages moved to the thread",
  );
});

test("a marker that cannot be loaded is said at the first batch", async () => {
  const url = "data:text/javascript,throw new Error('no such thing')";
  await using workers = new RowWorkers({
    schema,
    timeField: "event_time",
    threads: 1,
    marker: { url, options: undefined },
  });
  await assert.rejects(workers.parse(request(0, ["a"])), { code: "INTERNAL", message: /no such thing/ });
});

test("the memory of a batch's messages comes back from the thread, and the next batch's rows are its own", async () => {
  await using workers = new RowWorkers({ schema, timeField: "event_time", threads: 1, format: "ndjson" });
  const memories = new Set<number>();
  for (const count of [50, 3, 400, 1]) {
    const chunks = Array.from({ length: count }, (_, i) => `chunk ${i} of ${count}`);
    const given = request(count, chunks);
    const memory = workers.memory(given.bytes.length);
    const bytes = new Uint8Array(memory, 0, given.bytes.length);
    bytes.set(given.bytes);
    memories.add(memory.byteLength);
    const { rows } = await workers.parse({ ...given, bytes });
    assert.equal(memory.byteLength, 0, "it has gone to the thread");
    const file = await workers.encode(0, [{ batch: count, from: 0, to: rows, added: [] }]);
    const lines = Buffer.from(file).toString().trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { chunk: string }).chunk),
      chunks,
    );
  }
  assert.equal(memories.size, 1, "a piece is large enough for the next batch too");
});
