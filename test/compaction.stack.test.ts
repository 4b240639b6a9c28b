/** Small files become few, while a consumer writes and Hive reads, and whatever is killed: no row is ever there twice or missing. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { isStreambookError } from "../lib/src/errors/index.ts";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { type HiveSession, openHive } from "../lib/src/hive/index.ts";
import { compact, type CompactionStep, type FileFormat, parseFileName } from "../lib/src/ingest/index.ts";
import { BatchingProducer, deleteTopics, ensureTopic } from "../lib/src/kafka/index.ts";
import { loadSchema } from "../lib/src/schema/index.ts";
import { type Addresses, addresses } from "../lib/src/stack/index.ts";
import { consume, type ConsumeOptions, type ConsumeReport, dropTable, hdfsFolders } from "../lib/src/texts/index.ts";
import { start } from "./fixtures/command.ts";
import { runUntilKilled } from "./fixtures/killed.ts";

const run = randomUUID().slice(0, 8);
const topic = `compaction-${run}`;
const tables: Readonly<Record<FileFormat, string>> = {
  parquet: `compaction_${run}`,
  ndjson: `compaction_lines_${run}`,
};
const steps: readonly CompactionStep[] = ["locked", "named", "footer-written", "joined", "copied"];
const schema = await loadSchema("schemas/chunks.json");
const folderOf = (table: string): string => `${hdfsFolders.warehouse}/${table}`;

let at: Addresses;
let hdfs: Hdfs;
let hive: HiveSession;
let sent = 0;

before(async () => {
  at = await addresses();
  hdfs = new Hdfs({ address: at.webhdfs });
  hive = await openHive({ address: at.hive });
  await ensureTopic({ broker: at.kafka, topic, partitions: 2 });
});
after(async () => {
  for (const table of Object.values(tables)) await dropTable(hive, hdfs, table);
  await deleteTopics({ broker: at.kafka, topics: [topic] });
  await hive.close();
});

/** Sends messages of two dates, 300 of each in turn. */
async function send(count: number): Promise<void> {
  await using producer = await BatchingProducer.open({ broker: at.kafka });
  for (const end = sent + count; sent < end; sent++) {
    const message = {
      agent_id: "Agent_Test",
      destination_uri: `/${sent % 7}.md`,
      event_time: `2026-0${1 + (Math.floor(sent / 300) % 2)}-01T12:00:00.${String(sent).padStart(6, "0")}Z`,
      chunk: `chunk ${sent} ${["sea wave harbour", "bread flour oven", "bishop rook pawn"][sent % 3]} é`,
      stream_id: `stream-${sent % 7}`,
      seq: Math.floor(sent / 7),
      is_last: false,
    };
    await producer.send({ topic, key: message.destination_uri, value: JSON.stringify(message) });
  }
  await producer.flush();
}

function read(table: string, format: FileFormat, options: Partial<ConsumeOptions> = {}): Promise<ConsumeReport> {
  return consume({
    ...{ addresses: at, schema, topic, table, format, group: `${table}-${randomUUID()}`, clusters: 3, warmUp: 20 },
    ...{ flushRecords: 5, once: true, threads: 1, ...options },
  });
}

/** How many rows Hive sees, and how many different messages they are. */
async function rows(table: string): Promise<{ rows: number; messages: number; newest: number }> {
  const [row] = await hive.query(
    `SELECT COUNT(*) AS n, COUNT(DISTINCT kafka_partition * 1000000 + kafka_offset) AS d, MAX(CAST(split(chunk, ' ')[1] AS INT)) AS m FROM ${table}`,
  );
  return { rows: Number(row?.["n"]), messages: Number(row?.["d"]), newest: Number(row?.["m"]) };
}

async function fileCount(table: string): Promise<number> {
  let count = 0;
  for await (const { name } of hdfs.walk(folderOf(table))) if (parseFileName(name) !== undefined) count++;
  return count;
}

/** Makes what a killed compaction has left look as old as it has to be to be taken for dead. */
async function age(table: string): Promise<void> {
  for (const { path, type } of await hdfs.list(folderOf(table))) {
    const lock = `${path}/_compacting`;
    if (type !== "folder" || !(await hdfs.exists(lock))) continue;
    const old = Date.now() - 11 * 60_000;
    const url = `${at.webhdfs}/webhdfs/v1${lock}?op=SETTIMES&modificationtime=${old}&accesstime=-1&user.name=${hdfs.user}`;
    assert.equal((await fetch(url, { method: "PUT" })).status, 200);
  }
}

for (const [format, table] of Object.entries(tables) as [FileFormat, string][]) {
  test(`${format}: many files become few; the rows, and where a consumer goes on, stay`, async () => {
    await send(200);
    assert.equal((await read(table, format)).rows, sent);
    const many = await fileCount(table);
    const { before: joined, after: wholes, files } = await compact({ hdfs, folder: folderOf(table) });
    assert.ok(joined > 20 && wholes < joined / 2, `${joined} became ${wholes}`);
    assert.equal(files, many - joined + wholes);
    assert.equal(await fileCount(table), files);
    assert.deepEqual(await rows(table), { rows: sent, messages: sent, newest: sent - 1 });
    assert.equal((await read(table, format)).rows, 0);
    assert.equal((await compact({ hdfs, folder: folderOf(table) })).before, 0, "a second time there is nothing to do");
  });

  for (const step of steps) {
    if (format === "ndjson" && step !== "named" && step !== "joined") continue; // lines have no footer; the rest is the same
    test(`${format}: killed after "${step}", the rows are as before, and the next compaction goes on`, async () => {
      const had = (await rows(table)).rows;
      await send(80);
      await read(table, format);
      assert.equal(await runUntilKilled("compact-and-die.ts", { folder: folderOf(table), step }), "SIGKILL");
      assert.deepEqual(await rows(table), { rows: sent, messages: sent, newest: sent - 1 });
      assert.ok(sent >= had + 80);
      await send(20);
      assert.equal((await read(table, format)).rows, 20); // beside what the dead one has left
      await assert.rejects(compact({ hdfs, folder: folderOf(table) }), (error) =>
        isStreambookError(error, "RUN_UNDER_WAY"),
      );
      await age(table);
      await compact({ hdfs, folder: folderOf(table) });
      assert.deepEqual(await rows(table), { rows: sent, messages: sent, newest: sent - 1 });
      for await (const { path } of hdfs.walk(folderOf(table)))
        assert.doesNotMatch(path.slice(folderOf(table).length), /_compacting|\.footer/, "something was left behind");
      assert.equal((await read(table, format)).rows, 0);
    });
  }

  test(`${format}: while a consumer writes, joins, and is asked, no answer is wrong`, async () => {
    const stop = new AbortController();
    const joins: string[] = [];
    const consuming = read(table, format, {
      ...{ once: false, flushRecords: 20, flushSeconds: 0.3, compactAt: 4, signal: stop.signal },
      onCompaction: (step, path) => void (step === "joined" && joins.push(path)),
    });
    let newest = -1;
    try {
      for (const end = sent + 300; newest < end - 1;) {
        if (sent < end) await send(50);
        const answer = await rows(table);
        assert.equal(answer.rows, answer.messages, `a row is there twice: ${JSON.stringify(answer)}`);
        assert.ok(answer.newest >= newest, `${answer.newest} after ${newest}`);
        newest = answer.newest;
      }
    } finally {
      stop.abort();
      await consuming;
    }
    assert.deepEqual(await rows(table), { rows: sent, messages: sent, newest: sent - 1 });
    assert.ok(joins.length >= 3, `${joins.length} joins`);
    assert.equal((await read(table, format)).rows, 0);
  });
}

test("streambook compact says what it did; what cannot be, it says", async () => {
  const { parquet: table } = tables;
  await send(60);
  await read(table, "parquet");
  const done = await start("compact", ["--hive-table", table]).ended;
  assert.equal(done.code, 0, done.stderr);
  assert.match(
    done.stdout + done.stderr,
    new RegExp(`^compact: \\d+ files of ${table} became \\d+, of [\\d.]+ \\w+ together; it has \\d+ files now`, "m"),
  );
  assert.match((await start("compact", ["--from", `${folderOf(table)}/`]).ended).stderr, /none of which can be joined/);
  const failed = await start("compact", ["--hive-table", "no_such_table"]).ended;
  assert.equal(failed.code, 1, failed.stderr);
  assert.match(failed.stderr, /there is no folder \/streambook\/warehouse\/no_such_table/);
});
