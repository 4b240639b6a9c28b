/** Against a running stack: the same texts from the log and from the table, on YARN and here. */
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parquetWriteBuffer } from "hyparquet-writer";
import { isStreambookError } from "../../errors/index.ts";
import { Hdfs } from "../../hdfs/index.ts";
import { identifier, openHive } from "../../hive/index.ts";
import { addresses, hadoopClient, type Addresses } from "../../stack/index.ts";
import { rebuild, type RebuildOptions } from "./rebuild.ts";

const TEXTS: Readonly<Record<string, string>> = {
  "plain.md": "to be or not to be\n".repeat(500),
  "hard.md": 'a\tb\\n\\\r\n"q" \'x\' \u2028\u0085 😀 zażółć 中文 {"a":1}\u0000\u001f\u007f, \\N null\r'.repeat(200),
  "empty.md": "",
  "line.md": `${"x".repeat(200_000)} no end`,
};

const folder = `/tmp/rebuild-test-${randomUUID()}`;
const table = `rebuild_test_${randomUUID().replaceAll("-", "")}`;
let output: string;
let places: Addresses;
let hdfs: Hdfs;

interface Message {
  readonly destination_uri: string;
  readonly stream_id: string;
  readonly seq: number;
  readonly chunk: string;
  readonly is_last: boolean;
}

/** The texts in chunks of 97 characters, every tenth one twice, and in no order. */
function messages(): Message[] {
  const all = Object.entries(TEXTS).flatMap(([name, text]) => {
    const characters = Array.from(text);
    const count = Math.max(1, Math.ceil(characters.length / 97));
    const chunk = (seq: number): string => characters.slice(seq * 97, (seq + 1) * 97).join("");
    const stream = { destination_uri: `/${name}`, stream_id: `stream-of-${name}` };
    return Array.from({ length: count }, (_, seq) => ({
      ...stream,
      seq,
      chunk: chunk(seq),
      is_last: seq === count - 1,
    }));
  });
  const doubled = [...all, ...all.filter((_, index) => index % 10 === 0)];
  const place = new Map(
    doubled.map((message, index) => [message, createHash("md5").update(String(index)).digest("hex")]),
  );
  return doubled.sort((a, b) => (place.get(a)! < place.get(b)! ? -1 : 1));
}

const MESSAGES = messages();
const DOUBLES = MESSAGES.length - new Set(MESSAGES).size;

before(async () => {
  places = await addresses();
  hdfs = new Hdfs({ address: places.webhdfs });
  output = await mkdtemp(join(tmpdir(), "rebuild-stack-"));
  const lines = MESSAGES.map((message) =>
    JSON.stringify({ agent_id: "Agent_Ada", event_time: "2026-01-01T00:00:00.000000Z", ...message }),
  );
  await hdfs.mkdirs(`${folder}/log`);
  await hdfs.write(`${folder}/log/chunks_1.ndjson`, Buffer.from(lines.slice(0, 500).join("\n")));
  await hdfs.write(`${folder}/log/chunks_2.ndjson`, Buffer.from(`${lines.slice(500).join("\n")}\n`));
});
after(async () => {
  await hdfs.remove(folder, { recursive: true });
  await rm(output, { recursive: true });
});

async function run(name: string, options: Partial<RebuildOptions> & { input: string }) {
  const report = await rebuild({
    output: join(output, name),
    addresses: places,
    hadoop: await hadoopClient(),
    ...options,
  });
  assert.deepEqual([report.streams, report.complete, report.duplicates, report.malformed], [4, 4, DOUBLES, 0]);
  assert.equal(report.messages, MESSAGES.length);
  assert.deepEqual((await readdir(join(output, name))).sort(), Object.keys(TEXTS).sort());
  for (const [file, text] of Object.entries(TEXTS))
    assert.equal(await readFile(join(output, name, file), "utf8"), text);
  return report;
}

test("the log's texts come back from YARN and from this process, byte for byte, with the same counters", async () => {
  const here = await run("log-here", { input: `hdfs://${folder}/log`, local: true });
  const there = await run("log-there", { input: `${folder}/log`, keep: true });
  assert.deepEqual(there.counters, here.counters);
  assert.deepEqual(there.texts, here.texts);
  assert.match(there.applicationId ?? "", /^application_/);
  assert.ok(await hdfs.exists(there.jobFolder ?? "")); // kept
  await hdfs.remove(there.jobFolder ?? "", { recursive: true });
});

test("the table's texts come back, tabs, line ends and all", async () => {
  const column = (name: keyof Message, type: "STRING" | "INT32" | "BOOLEAN") => ({
    name,
    data: MESSAGES.map((message) => message[name]),
    type,
  });
  const columns = [column("destination_uri", "STRING"), column("stream_id", "STRING"), column("seq", "INT32")];
  const bytes = parquetWriteBuffer({
    columnData: [...columns, column("chunk", "STRING"), column("is_last", "BOOLEAN")],
  });
  await hdfs.mkdirs(`${folder}/table`);
  await hdfs.write(`${folder}/table/rows.parquet`, new Uint8Array(bytes));
  await using hive = await openHive({ address: places.hive });
  try {
    await hive.execute(
      `CREATE EXTERNAL TABLE ${identifier(table)} (destination_uri STRING, stream_id STRING, seq INT, chunk STRING, is_last BOOLEAN)
       STORED AS PARQUET LOCATION '${folder}/table'`,
    );
    const report = await run("table-here", { input: `hive:${table}`, local: true });
    assert.equal(report.jobFolder, undefined);
  } finally {
    await hive.execute(`DROP TABLE IF EXISTS ${identifier(table)}`);
  }
});

test("a table, or a folder, that is not there is named", async () => {
  const options = { output: join(output, "none"), addresses: places, local: true };
  await assert.rejects(rebuild({ ...options, input: `hive:${table}_none` }), (error) =>
    isStreambookError(error, "HIVE_FAILED"),
  );
  await assert.rejects(rebuild({ ...options, input: `hdfs://${folder}/none` }), (error) =>
    isStreambookError(error, "NOT_FOUND"),
  );
});
