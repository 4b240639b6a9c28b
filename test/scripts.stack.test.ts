/** The named scripts one by one, as from three terminals: source, consumer, producer; then the rebuild, from log and table. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { openHive } from "../lib/src/hive/index.ts";
import { deleteTopics } from "../lib/src/kafka/index.ts";
import { type Addresses, addresses, projectFolder } from "../lib/src/stack/index.ts";
import { dropTable, hdfsFolders } from "../lib/src/texts/index.ts";
import { command, type Running, start } from "./fixtures/command.ts";

const id = randomUUID().slice(0, 8);
const topic = `scripts-${id}`;
const table = `scripts_${id}`;
const log = `${hdfsFolders.log}/scripts-${id}`;
const folder = await mkdtemp(join(tmpdir(), "streambook scripts "));
const source = join(projectFolder(), "data", "texts");
const running: Running[] = [];
let at: Addresses;
let hdfs: Hdfs;

before(async () => {
  at = await addresses();
  hdfs = new Hdfs({ address: at.webhdfs });
});

after(async () => {
  for (const one of running) one.stop();
  await using hive = await openHive({ address: at.hive });
  await dropTable(hive, hdfs, table);
  await hdfs.remove(log, { recursive: true });
  await deleteTopics({ broker: at.kafka, topics: [topic] });
  await rm(folder, { recursive: true, force: true });
});

function begin(name: string, args: readonly string[]): Running {
  const one = start(name, args);
  running.push(one);
  return one;
}

async function identical(rebuilt: string): Promise<void> {
  const originals = await Promise.all((await readdir(source)).map((file) => readFile(join(source, file))));
  const copies = await Promise.all(
    (await readdir(rebuilt)).filter((name) => name.endsWith(".md")).map((file) => readFile(join(rebuilt, file))),
  );
  assert.equal(copies.length, originals.length);
  for (const original of originals)
    assert.ok(
      copies.some((copy) => copy.equals(original)),
      "a text has no identical copy",
    );
}

let messages = 0;

test("source, consumer and producer work together; Ctrl-C lets the consumer finish what it has", async () => {
  const api = begin("start_stream_source.sh", ["-d", source, "-c", "512", "-p", "0"]);
  await api.said(/http:\/\/127\.0\.0\.1:\d+/);
  const port = /http:\/\/127\.0\.0\.1:(?<port>\d+)/.exec(api.text())?.groups?.["port"] ?? "";
  const consumer = begin("start_consumer.sh", [
    ...[
      "--schema-file",
      "schemas/chunks.json",
      "--kafka-broker-port",
      at.kafka.split(":")[1] ?? "",
      "--topic",
      topic,
      "--logs-dir",
      join(folder, "logs"),
    ],
    ...[
      "--hive-port",
      at.hive.split(":")[1] ?? "",
      "--hive-table",
      table,
      "--clusters",
      "9",
      "--group",
      `g-${id}`,
      // More than there are: the pause after the last one ends the warm-up.
      "--warm-up",
      "1000",
      "--flush-seconds",
      "1",
    ],
  ]);
  const producer = begin("start_producer.sh", [
    "-s",
    port,
    "-k",
    at.kafka.split(":")[1] ?? "",
    "-t",
    topic,
    "-l",
    join(folder, "log"),
  ]);
  const produced = await producer.ended;
  assert.equal(produced.code, 0, produced.stderr);
  const lines = (
    await Promise.all((await readdir(join(folder, "log"))).map((file) => readFile(join(folder, "log", file), "utf8")))
  )
    .join("")
    .trim()
    .split("\n");
  messages = lines.length;
  await consumer.said(new RegExp(`${messages} rows in`));
  consumer.child.kill("SIGINT");
  const consumed = await consumer.ended;
  assert.equal(consumed.code, 0, consumed.stderr);
  assert.match(consumed.stderr, new RegExp(`${messages} messages read, ${messages} rows`));
  api.child.kill("SIGINT");
  assert.equal((await api.ended).code, 0);
  assert.ok((await readdir(join(folder, "logs"))).length > 0);
});

test("streambook query shows the rows", async () => {
  const { code, stdout } = await command("query", [`SELECT COUNT(*) AS n FROM ${table}`, "--json"]);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), { n: messages });
});

test("the texts are rebuilt from the log, on YARN", async () => {
  const [file = ""] = await readdir(join(folder, "log"));
  await hdfs.mkdirs(log);
  await hdfs.write(`${log}/${file}`, await readFile(join(folder, "log", file)));
  const { code, stderr } = await command("rebuild_texts.sh", [
    "--input",
    `hdfs://${log}`,
    "--output",
    join(folder, "from log"),
  ]);
  assert.equal(code, 0, stderr);
  await identical(join(folder, "from log"));
});

test("and from the table's rows, in this process", async () => {
  const { code, stderr } = await command("rebuild_texts.sh", [
    "--input",
    `hive:${table}`,
    "--output",
    join(folder, "from table"),
    "--local",
  ]);
  assert.equal(code, 0, stderr);
  await identical(join(folder, "from table"));
});

test("nothing to rebuild is an error", async () => {
  await writeFile(join(folder, "empty.ndjson"), "");
  const args = ["--input", `file:${join(folder, "empty.ndjson")}`, "--output", join(folder, "none"), "--local"];
  const { code, stderr } = await command("rebuild_texts.sh", args);
  assert.match(stderr, /empty\.ndjson holds no messages/);
  assert.equal(code, 1, stderr);
});
