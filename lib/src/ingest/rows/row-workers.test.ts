import assert from "node:assert/strict";
import { test } from "node:test";
import { loadSchema, type Schema } from "../../schema/index.ts";
import { requestOf } from "./request-for-test.ts";
import type { ParseRequest } from "./row-store.ts";
import { RowWorkers, type TopicRows } from "./row-workers.ts";

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

/** The rows of the first topic. */
function rowsOf(workers: RowWorkers): TopicRows {
  return workers.topics[0] as TopicRows;
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
  const marker = { url: lengths, options: { factor: 10 } };
  await using workers = new RowWorkers({ stores: [{ schema, timeField: "event_time", marker }], threads: 1 });
  const rows = rowsOf(workers);
  const batches = [["a", "bb"], [], ["ccc"]].map((chunks, batch) => request(batch, chunks));
  const [first, second, third] = await Promise.all(batches.map((batch) => rows.parse(batch)));
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
  const marker = { url, options: undefined };
  await using workers = new RowWorkers({ stores: [{ schema, timeField: "event_time", marker }], threads: 1 });
  await assert.rejects(rowsOf(workers).parse(request(0, ["a"])), { code: "INTERNAL", message: /no such thing/ });
});

test("the memory of a batch's messages comes back from the thread, and the next batch's rows are its own", async () => {
  const stores = [{ schema, timeField: "event_time", format: "ndjson" }] as const;
  await using workers = new RowWorkers({ stores, threads: 1 });
  const topic = rowsOf(workers);
  const memories = new Set<number>();
  for (const count of [50, 3, 400, 1]) {
    const chunks = Array.from({ length: count }, (_, i) => `chunk ${i} of ${count}`);
    const given = request(count, chunks);
    const memory = topic.memory(given.bytes.length);
    const bytes = new Uint8Array(memory, 0, given.bytes.length);
    bytes.set(given.bytes);
    memories.add(memory.byteLength);
    const { rows } = await topic.parse({ ...given, bytes });
    assert.equal(memory.byteLength, 0, "it has gone to the thread");
    const file = await topic.encode(0, [{ batch: count, from: 0, to: rows, added: [] }]);
    const lines = Buffer.from(file).toString().trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { chunk: string }).chunk),
      chunks,
    );
  }
  assert.equal(memories.size, 1, "a piece is large enough for the next batch too");
});

test("topics share the threads, each with a schema, format and rows of its own", async () => {
  const clicks: Schema = {
    name: "clicks",
    fields: [
      { name: "at", type: "timestamp", doc: "" },
      { name: "page", type: "string", doc: "" },
    ],
  };
  await using workers = new RowWorkers({
    stores: [
      { schema, timeField: "event_time", format: "ndjson" },
      { schema: clicks, timeField: "at", format: "ndjson", granularity: "hour" },
    ],
    threads: 2,
  });
  const [texts, views] = workers.topics as [TopicRows, TopicRows];
  const click = requestOf([`{"at":"2026-01-31T23:59:59Z","page":"/"}`], { batch: 0, partition: 0, firstOffset: 7n });
  const [ofTexts, ofViews] = await Promise.all([texts.parse(request(0, ["a"])), views.parse(click)]);
  assert.deepEqual([ofTexts.periods, ofViews.periods], [["2026-01-31"], ["2026-01-31T23"]]);
  await texts.drop(0, 0);
  const file = await views.encode(0, [{ batch: 0, from: 0, to: 1, added: [] }]);
  const place = '"kafka_partition":0,"kafka_offset":7';
  assert.equal(Buffer.from(file).toString(), `{"at":"2026-01-31T23:59:59Z","page":"/",${place}}\n`);
});
