import assert from "node:assert/strict";
import { test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import { parquetReadObjects } from "hyparquet";
import { loadSchema, type Schema } from "../../schema/index.ts";
import type { Marker } from "../enrichment.ts";
import { requestOf } from "./request-for-test.ts";
import { type EncodeSegment, type ParseRequest, RowStore, type RowStoreOptions } from "./row-store.ts";

const schema: Schema = await loadSchema("schemas/chunks.json");
const options: RowStoreOptions = {
  schema,
  timeField: "event_time",
  columns: [
    { name: "cluster", type: "int", doc: "" },
    { name: "model_version", type: "string", doc: "" },
  ],
};

function message(fields: Record<string, unknown> = {}): string {
  return JSON.stringify({
    agent_id: "Agent_Ada",
    destination_uri: "/river.md",
    event_time: "2026-01-31T23:59:59.123456Z",
    chunk: 'the "sea"\tand\r\nżółw 😀',
    stream_id: "s1",
    seq: 0,
    is_last: false,
    ...fields,
  });
}

/** Every second offset is somebody else's. */
function request(values: readonly (string | Buffer | null)[], firstOffset = 100n): ParseRequest {
  return requestOf(values, { firstOffset, step: 2 });
}

async function decode(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return parquetReadObjects({ file, compressors: { ZSTD: (input) => zstdDecompressSync(input) } });
}

/** Values of the added columns for so many rows. */
function added(rows: number): Pick<EncodeSegment, "added"> {
  return { added: [new Int32Array(rows), { values: ["m"], index: new Uint32Array(rows) }] };
}

test("a row comes back from Parquet as the message was", async () => {
  const store = new RowStore(options);
  const parsed = store.parse(
    request([message(), message({ seq: 1, event_time: "2026-02-01T00:00:00Z", is_last: true })]),
  );
  assert.deepEqual(parsed.periods, ["2026-01-31", "2026-02-01"]);
  assert.deepEqual([...parsed.offsets], [0, 2]);
  const added = [Int32Array.of(4, 2), { values: ["m.1"], index: Uint32Array.of(0, 0) }];
  const rows = await decode(store.encode([{ batch: 1, from: 0, to: 2, added }]));
  assert.deepEqual(rows[0], {
    agent_id: "Agent_Ada",
    destination_uri: "/river.md",
    event_time: new Date("2026-01-31T23:59:59.123Z"),
    chunk: 'the "sea"\tand\r\nżółw 😀',
    stream_id: "s1",
    seq: 0,
    is_last: false,
    cluster: 4,
    model_version: "m.1",
    kafka_partition: 3,
    kafka_offset: 100n,
  });
  assert.equal(rows[1]?.["kafka_offset"], 102n);
});

test("a marker sees each message that becomes a row, batch by batch, and no other", () => {
  const seen: unknown[] = [];
  const marker: Marker<{ seqs: Uint32Array }> = {
    begin: (rows) => void seen.push([rows]),
    mark: (message) => void seen.push(message["seq"]),
    end: () => ({ seqs: Uint32Array.from(seen.splice(0).slice(1) as number[]) }),
  };
  const store = new RowStore(options, marker);
  const first = store.parse(request([message({ seq: 7 }), "no json", message({ seq: 8 })]));
  assert.deepEqual(first.marks, { seqs: Uint32Array.of(7, 8) });
  assert.deepEqual(store.parse(request([message({ seq: 9 })])).marks, { seqs: Uint32Array.of(9) });
});

test("what cannot be read is reported, with the reason, and the others are kept", () => {
  const latin1 = Buffer.from(message({ chunk: "caf?" }).replace("?", "é"), "latin1");
  const values = [
    null,
    "no json",
    "[]",
    message({ seq: "0" }),
    message({ extra: 1 }),
    message({ event_time: "yesterday" }),
    message({ event_time: "2026-02-30T12:00:00Z" }),
    message({ event_time: "0000-01-01T00:00:00Z" }),
    message({ chunk: "half of 😀".slice(0, -1) }),
    latin1,
    message(),
  ];
  const parsed = new RowStore(options).parse(request(values));
  assert.equal(parsed.rows, 1);
  assert.deepEqual([...parsed.offsets], [20]);
  const reasons = [
    "has no value",
    "is not JSON",
    "is not a JSON object",
    `field "seq" must be`,
    `field "extra" is not in`,
    `field "event_time" must be`,
    `field "event_time" must be`,
    `field "event_time" must be`,
    `field "chunk" must be text`,
    "is not UTF-8",
  ];
  assert.deepEqual(
    parsed.malformed.map(({ index }) => index),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  parsed.malformed.forEach(({ reason }, index) => assert.ok(reason.startsWith(reasons[index] as string), reason));
});

test("rows of several batches and only a part of one make a file", async () => {
  const store = new RowStore(options);
  store.parse(request([message({ seq: 0 }), message({ seq: 1 })]));
  store.parse({ ...request([message({ seq: 2 }), message({ seq: 3 })], 200n), batch: 2 });
  const segment = added(2);
  const first = await decode(
    store.encode([
      { ...segment, batch: 1, from: 1, to: 2 },
      { ...segment, batch: 2, from: 0, to: 2 },
    ]),
  );
  assert.deepEqual(
    first.map((row) => row["seq"]),
    [1, 2, 3],
  );
  const rest = await decode(store.encode([{ ...segment, batch: 1, from: 0, to: 1 }]));
  assert.deepEqual(
    rest.map((row) => row["seq"]),
    [0],
  );
});

test("batches of a partition that is lost are forgotten, those of others and later ones are kept", async () => {
  const store = new RowStore(options);
  for (const [batch, partition] of [
    [1, 3],
    [2, 4],
    [3, 3],
    [4, 3],
  ] as const)
    store.parse({ ...request([message()]), batch, partition });
  store.drop(3, 3);
  const segment = { from: 0, to: 1, ...added(1) };
  for (const batch of [1, 3]) assert.throws(() => store.encode([{ ...segment, batch }]), /is not there/);
  for (const batch of [2, 4]) assert.equal((await decode(store.encode([{ ...segment, batch }]))).length, 1);
});
