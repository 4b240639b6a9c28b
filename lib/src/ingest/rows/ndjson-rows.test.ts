import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { loadSchema } from "../../schema/index.ts";
import { requestOf } from "./request-for-test.ts";
import { RowStore } from "./row-store.ts";

const schema = await loadSchema("schemas/chunks.json");
const columns = [{ name: "cluster", type: "int", doc: "" }] as const;

interface Message {
  readonly agent_id: string;
  readonly destination_uri: string;
  readonly event_time: string;
  readonly chunk: string;
  readonly stream_id: string;
  readonly seq: number;
  readonly is_last: boolean;
}

function message(fields: Partial<Message> = {}): Message {
  const own = { agent_id: "Agent_Ada", destination_uri: "/river.md", event_time: "2026-01-31T23:59:59.123456Z" };
  return { ...own, chunk: "the sea", stream_id: "s1", seq: 0, is_last: false, ...fields };
}

/** The file of all rows of these messages. */
function fileOf(values: readonly string[]): string {
  const store = new RowStore({ schema, timeField: "event_time", columns, format: "ndjson" });
  const sent = requestOf(values, { batch: 0 });
  const { rows } = store.parse(sent);
  sent.bytes.fill(0x2a); // the memory of a batch is used again
  const added = [Int32Array.from({ length: rows }, (_, row) => row % 5)];
  return Buffer.from(store.encode([{ batch: 0, from: 0, to: rows, added }])).toString("utf8");
}

test("a message is kept as it came, with its cluster and its place in Kafka at its end", () => {
  const value =
    '{"agent_id":"Agent_Ada" , "destination_uri":"/\\u0072iver.md","event_time":"2026-01-31T23:59:59Z","chunk":"żółw 😀\\n",\t"stream_id":"s1","seq":1e2,"is_last":true}';
  assert.equal(fileOf([value]), `${value.slice(0, -1)},"cluster":0,"kafka_partition":3,"kafka_offset":100}\n`);
});

test("law: a file has one line for each message, which is its object again", () => {
  const fields = fc.record({
    chunk: fc.string({ unit: "grapheme", maxLength: 50 }),
    stream_id: fc.constantFrom("a\n", "}", '"', "{"),
    seq: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  });
  const blank = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
  const given = fc.array(fc.tuple(fields, fc.constantFrom(undefined, 1, "\t"), blank, blank), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(given, (all) => {
      const messages = all.map(([one]) => message(one));
      const values = all.map(
        ([, indent, before, after], i) => before + JSON.stringify(messages[i], null, indent) + after,
      );
      const file = fileOf(values);
      const lines = file.split("\n").slice(0, -1);
      const place = (row: number): object => ({ cluster: row % 5, kafka_partition: 3, kafka_offset: 100 + row });
      assert.deepEqual(
        lines.map((line) => JSON.parse(line) as unknown),
        messages.map((one, row) => ({ ...one, ...place(row) })),
      );
      assert.ok(file.endsWith("\n"));
      assert.ok(!file.includes("\r"));
    }),
  );
});

test("parts of several batches make a file, and what cannot be read is in none", () => {
  const store = new RowStore({ schema, timeField: "event_time", format: "ndjson" });
  store.parse(
    requestOf(["no json", JSON.stringify(message({ seq: 1 })), JSON.stringify(message({ seq: 2 }))], { batch: 1 }),
  );
  store.parse(requestOf([JSON.stringify(message({ seq: 3 }))], { batch: 2 }));
  const file = store.encode([
    { batch: 1, from: 1, to: 2, added: [] },
    { batch: 2, from: 0, to: 1, added: [] },
  ]);
  const lines = Buffer.from(file).toString("utf8").trim().split("\n");
  assert.deepEqual(
    lines
      .map((line) => JSON.parse(line) as { seq: number; kafka_offset: number })
      .map((row) => [row.seq, row.kafka_offset]),
    [
      [2, 102],
      [3, 100],
    ],
  );
});
