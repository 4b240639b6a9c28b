import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer as createHttpServer, request } from "node:http";
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { after, before, test } from "node:test";
import kafkajs from "kafkajs";
import { delay, until, withTimeout } from "../../async/index.ts";
import { isStreambookError, messageOf } from "../../errors/index.ts";
import { Hdfs } from "../../hdfs/index.ts";
import { type HiveSession, openHive } from "../../hive/index.ts";
import { fileName } from "../../ingest/index.ts";
import {
  BatchingProducer,
  deadLetterTopic,
  deleteTopics,
  ensureTopic,
  KafkaObserver,
  openConsumer,
  partitionForKey,
} from "../../kafka/index.ts";
import type { Logger } from "../../log/index.ts";
import { loadSchema } from "../../schema/index.ts";
import { type Addresses, addresses } from "../../stack/index.ts";
import { consume, type ConsumeOptions } from "./consume.ts";
import { dropTable, hdfsFolders } from "../folders.ts";

const schema = await loadSchema("schemas/chunks.json");
const topics: string[] = [];
const tables: string[] = [];
let at: Addresses;
let hdfs: Hdfs;
let hive: HiveSession;

before(async () => {
  at = await addresses();
  hdfs = new Hdfs({ address: at.webhdfs });
  hive = await openHive({ address: at.hive });
});

after(async () => {
  for (const table of tables) {
    await dropTable(hive, hdfs, table);
  }
  await hive.close();
  await deleteTopics({ broker: at.kafka, topics: topics.flatMap((topic) => [topic, deadLetterTopic(topic)]) });
});

const subjects = ["sea wave harbour lighthouse storm", "bread flour oven yeast crust", "bishop rook pawn king check"];

function message(i: number): string {
  return JSON.stringify({
    agent_id: "Agent_Test",
    destination_uri: `/${i % 3}.md`,
    event_time: "2026-01-31T12:00:00.000001Z",
    chunk: `${subjects[i % 3]} ${i}`,
    stream_id: `s${i % 3}`,
    seq: Math.floor(i / 3),
    is_last: false,
  });
}

/** A topic of its own with these values, and the options of a consumer for it with a table of its own. */
async function prepared(
  values: readonly (string | null)[],
  options: Partial<ConsumeOptions> = {},
): Promise<ConsumeOptions> {
  const id = randomUUID().slice(0, 8);
  const topic = `consume-test-${id}`;
  const table = `consume_test_${id}`;
  topics.push(topic);
  tables.push(table);
  await ensureTopic({ broker: at.kafka, topic, partitions: 2 });
  await using producer = await BatchingProducer.open({ broker: at.kafka });
  for (const [i, value] of values.entries()) await producer.send({ topic, key: `/${i % 3}.md`, value });
  await producer.flush();
  return {
    addresses: at,
    schema,
    topic,
    table,
    group: `${table}-${randomUUID()}`,
    clusters: 3,
    warmUp: 10,
    once: true,
    threads: 1,
    ...options,
  };
}

async function counted(table: string): Promise<{ rows: number; distinct: number }> {
  const rows = await hive.query(`SELECT kafka_partition, kafka_offset FROM ${table}`);
  return {
    rows: rows.length,
    distinct: new Set(rows.map((row) => `${String(row["kafka_partition"])}/${String(row["kafka_offset"])}`)).size,
  };
}

async function deadLetters(topic: string): Promise<Record<string, string>[]> {
  await using consumer = await openConsumer({
    broker: at.kafka,
    topic: deadLetterTopic(topic),
    group: `look-${randomUUID()}`,
    endOffsets: "once",
    positions: () => Promise.resolve(new Map()),
  });
  const found: Record<string, string>[] = [];
  for await (const { messages } of consumer) {
    for (const { headers, value } of messages) {
      found.push({
        ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)])),
        value: String(value),
      });
    }
  }
  return found;
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}

/** A logger that keeps its warnings. */
function keeping(warnings: string[]): Logger {
  const quiet = (): void => undefined;
  return {
    info: quiet,
    debug: quiet,
    error: quiet,
    warn: (text: string) => void warnings.push(text),
    isLevelEnabled: () => false,
  } as unknown as Logger;
}

test("what cannot be read goes to the dead letters, once, and the others become rows", async () => {
  const values = Array.from({ length: 60 }, (_, i) => (i % 7 === 3 ? `{"broken": ${i}` : message(i)));
  const options = await prepared([...values, null, "last words"]);
  const bad = 62 - values.filter((value) => !value.startsWith('{"broken"')).length;
  const report = await consume(options);
  assert.deepEqual([report.rows, report.deadLetters], [62 - bad, bad]);
  const letters = await deadLetters(options.topic);
  assert.equal(letters.length, bad);
  for (const letter of letters) {
    assert.equal(letter["topic"], options.topic);
    assert.match(String(letter["offset"]), /^\d+$/);
    assert.match(String(letter["error"]), /^the message (is not JSON|has no value)/);
  }
  const again = await consume({ ...options, group: `${options.table}-again` });
  assert.deepEqual([again.read, again.rows, again.deadLetters], [0, 0, 0]);
  assert.deepEqual(await counted(options.table), { rows: 62 - bad, distinct: 62 - bad });
});

for (const format of ["parquet", "ndjson"] as const) {
  test(`a topic of nothing but dead letters is read once (${format})`, async () => {
    const options = await prepared(["no", "not", "never"], { format });
    assert.equal((await consume(options)).deadLetters, 3);
    assert.equal((await consume(options)).deadLetters, 0);
    assert.deepEqual(await counted(options.table), { rows: 0, distinct: 0 });
  });
}

test("rows of NDJSON are those of Parquet to Hive, to the millisecond, and a table keeps to its format", async () => {
  const values = [1, 3, 6].map((digits, i) => message(i).replace(".000001Z", `.${"7".repeat(digits)}Z`));
  const special = message(3).replace(".000001Z", "Z").replace("sea", '\\"sea\\" żółw 😀\\n');
  const lines = await prepared([...values, special], { format: "ndjson" });
  const columns = { ...lines, format: "parquet", table: `${lines.table}_columns` } as const;
  tables.push(columns.table);
  for (const options of [lines, columns]) assert.equal((await consume(options)).rows, 4);
  const rowsOf = async (table: string): Promise<unknown[]> => {
    const rows = await hive.query(`SELECT * FROM ${table} t ORDER BY seq, stream_id`);
    return rows.map((row) => {
      // Which number a cluster gets depends on the order in which the partitions answer.
      assert.ok(Number.isInteger(row["cluster"]), `cluster ${String(row["cluster"])}`);
      assert.match(String(row["model_version"]), /./);
      // Hive's reader of JSON cuts times to milliseconds; the file has them whole.
      const time = String(row["event_time"]).slice(0, "2026-01-31 12:00:00.777".length);
      return { ...row, event_time: time, cluster: 0, model_version: "" };
    });
  };
  assert.deepEqual(await rowsOf(lines.table), await rowsOf(columns.table));
  await assert.rejects(consume({ ...lines, format: "parquet" }), { code: "USAGE", message: /\.ndjson, and files/ });
});

test("an empty topic is no error", async () => {
  const report = await consume(await prepared([]));
  assert.deepEqual([report.read, report.rows, report.files], [0, 0, 0]);
});

test("the view has the form of the first version: five columns of text, plain characters", async () => {
  const options = await prepared([message(0).replace("storm", 'storm, żółw! \\"😀\\"')]);
  assert.equal((await consume(options)).rows, 1);
  const [row] = await hive.query(`SELECT * FROM ${options.table}_text`);
  const names = Object.keys(row ?? {}).map((name) => name.replace(/^.*\./, ""));
  assert.deepEqual(names, ["chunk", "agent_id", "destination_uri", "event_time", "cluster"]);
  assert.ok(Object.values(row ?? {}).every((value) => typeof value === "string"));
  assert.match(String(Object.values(row ?? {})[0]), /^[A-Za-z0-9 ]+$/);
});

test("another number of clusters than the table's model has is refused", async () => {
  const options = await prepared(Array.from({ length: 30 }, (_, i) => message(i)));
  await consume(options);
  await assert.rejects(consume({ ...options, clusters: 4 }), { code: "USAGE", message: /has a model of 3 clusters/ });
});

test("a schema without the fields the consumer needs is refused", async () => {
  const options = await prepared([]);
  const fields = schema.fields.filter(({ name }) => name !== "chunk");
  await assert.rejects(consume({ ...options, schema: { ...schema, fields } }), {
    code: "SCHEMA_INVALID",
    message: /no field "chunk"/,
  });
  const texts = schema.fields.map((field) => ({ ...field, type: "string" as const }));
  await assert.rejects(consume({ ...options, schema: { ...schema, fields: texts } }), {
    code: "SCHEMA_INVALID",
    message: /"event_time" of type string, and the consumer needs one of type timestamp/,
  });
});

test("messages that have expired before they are read are reported", async () => {
  const warnings: string[] = [];
  const options = await prepared(
    Array.from({ length: 60 }, (_, i) => message(i)),
    { logger: keeping(warnings), once: false, flushSeconds: 0.5 },
  );
  const { rows } = await consume({ ...options, once: true });
  const topic = options.topic;
  await using producer = await BatchingProducer.open({ broker: at.kafka });
  for (let i = 60; i < 120; i++) await producer.send({ topic, key: `/${i % 3}.md`, value: message(i) });
  await producer.flush();
  const admin = new kafkajs.Kafka({ brokers: at.kafka.split(","), logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  const partitions = ends.map(({ partition, high }) => ({ partition, offset: String(Number(high) - 5) }));
  await admin.deleteTopicRecords({ topic, partitions });
  await admin.disconnect();
  const rest = await consume({ ...options, once: true });
  assert.deepEqual([rows, rest.rows], [60, 10]);
  assert.equal(warnings.filter((text) => /have expired; reading goes on/.test(text)).length, 2, warnings.join("\n"));
});

test("names that try to be something else are refused, and nothing is made", async () => {
  const options = await prepared([]);
  for (const table of ["x; DROP TABLE y", "../x", "x`y", "", "X", "x".repeat(124)]) {
    await assert.rejects(consume({ ...options, table }), { code: "USAGE" }, table);
  }
  for (const topic of ["../x", "a b", "", "x".repeat(300)]) {
    await assert.rejects(consume({ ...options, topic }), { code: "USAGE" }, topic);
  }
});

test("stopped in the middle, it flushes what it has, and the next one goes on there", async () => {
  const options = await prepared(
    Array.from({ length: 300 }, (_, i) => message(i)),
    { once: false, flushRecords: 20 },
  );
  const stop = new AbortController();
  const report = await consume({ ...options, signal: stop.signal, onProgress: ({ rows }) => rows > 0 && stop.abort() });
  assert.ok(report.rows > 0);
  assert.deepEqual(await counted(options.table), { rows: report.rows, distinct: report.rows });
  const rest = await consume({ ...options, group: `${options.table}-rest`, once: true });
  assert.equal(report.rows + rest.rows, 300);
  assert.deepEqual(await counted(options.table), { rows: 300, distinct: 300 });
});

test("two consumers of one group share the work, one leaves, and nothing is lost or doubled", async () => {
  const options = await prepared(
    Array.from({ length: 400 }, (_, i) => message(i)),
    { once: false, flushRecords: 10, flushSeconds: 0.5 },
  );
  const stops = [new AbortController(), new AbortController()];
  const written = [0, 0];
  const runs = stops.map(({ signal }, i) =>
    consume({ ...options, signal, onProgress: ({ rows }) => (written[i] = rows) }),
  );
  const failed = Promise.race(runs).then(() => assert.fail("a consumer has ended before it was stopped"));
  failed.catch(() => undefined);
  await using producer = await BatchingProducer.open({ broker: at.kafka });
  let sent = 400;
  const sendMore = async (count: number): Promise<void> => {
    for (const end = sent + count; sent < end; sent++)
      await producer.send({ topic: options.topic, key: `/${sent % 3}.md`, value: message(sent) });
    await producer.flush();
  };
  const wait = async (): Promise<void> => Promise.race([delay(200), failed]);
  while (written.includes(0)) {
    await wait();
    await sendMore(10); // whoever joins last finds work, too
  }
  stops[0]?.abort();
  const first = await runs[0];
  await sendMore(100);
  for (let tries = 0; tries < 200 && (first?.rows ?? 0) + (written[1] ?? 0) < sent; tries++) await delay(200);
  stops[1]?.abort();
  await runs[1];
  assert.deepEqual(await counted(options.table), { rows: sent, distinct: sent });
});

test("two consumers of one group label by one model: the same chunk gets the same cluster, whoever reads it", async () => {
  const count = 150;
  const options = await prepared([], { once: false, flushRecords: 10, flushSeconds: 2, warmUp: count });
  const stops = [new AbortController(), new AbortController()];
  const written = [0, 0];
  const runs = stops.map(({ signal }, i) =>
    consume({ ...options, signal, onProgress: ({ rows }) => (written[i] = rows) }),
  );
  const failed = Promise.race(runs).then(() => assert.fail("a consumer has ended before it was stopped"));
  failed.catch(() => undefined);
  await using observer = new KafkaObserver({ broker: at.kafka });
  const bothAreThere = async (): Promise<boolean> =>
    (await observer.look()).groups.some(({ group, members }) => group === options.group && members === 2);
  await Promise.race([until("both to be in the group", bothAreThere, { timeout: 60_000 }), failed]);
  await using producer = await BatchingProducer.open({ broker: at.kafka });
  const keys = [0, 1].map((partition) => ["a", "b", "c", "d"].find((key) => partitionForKey(key, 2) === partition));
  // The same chunks in both partitions, in one from the third on: a model of each consumer's own would number its clusters otherwise.
  const sides = [0, 2].map((begin) => Array.from({ length: count }, (_, i) => (i + begin) % count));
  for (const [partition, numbers] of sides.entries())
    for (const i of numbers)
      await producer.send({ topic: options.topic, key: keys[partition] ?? "", value: message(i) });
  await producer.flush();
  const allWritten = (): Promise<boolean> => Promise.resolve((written[0] ?? 0) + (written[1] ?? 0) === 2 * count);
  await Promise.race([until("all rows to be written", allWritten, { timeout: 60_000 }), failed]);
  for (const stop of stops) stop.abort();
  await Promise.all(runs);
  assert.ok(!written.includes(0), `one has labelled all of them: ${written.join(" and ")} rows`);
  const rows = await hive.query(`SELECT chunk, cluster FROM ${options.table}`);
  const clusters = new Map<unknown, Set<unknown>>();
  for (const row of rows) clusters.set(row["chunk"], (clusters.get(row["chunk"]) ?? new Set()).add(row["cluster"]));
  assert.equal(clusters.size, count);
  assert.deepEqual(
    [...clusters].filter(([, found]) => found.size > 1).map(([chunk]) => chunk),
    [],
  );
});

test("consumers that start together make one table", async () => {
  const options = await prepared(Array.from({ length: 30 }, (_, i) => message(i)));
  const reports = await Promise.all(Array.from({ length: 4 }, () => consume(options)));
  assert.equal(
    reports.reduce((sum, { rows }) => sum + rows, 0),
    30,
  );
  assert.deepEqual(await counted(options.table), { rows: 30, distinct: 30 });
});

test("two files that claim the same offsets stop the consumer before it makes things worse", async () => {
  const options = await prepared(Array.from({ length: 60 }, (_, i) => message(i)));
  await consume(options);
  const folder = `${hdfsFolders.warehouse}/${options.table}/event_date=2026-01-31`;
  for (const partition of [0, 1])
    await hdfs.write(
      `${folder}/${fileName({ topic: options.topic, partition, first: 0n, last: 0n })}`,
      Buffer.from("x"),
    );
  await assert.rejects(consume(options), { code: "OFFSETS_OVERLAP" });
});

/** A way to the NameNode that can be closed. */
interface Gate {
  readonly address: string;
  isClosed: boolean;
  /** Called with every request, before it passes. */
  onRequest?: (path: string) => void;
  end(): void;
}

async function gateToNameNode(): Promise<Gate> {
  const target = new URL(at.webhdfs);
  const gate = { address: "", isClosed: false, end: () => proxy.close() } as Gate & { address: string };
  const proxy = createHttpServer((incoming, outgoing) => {
    gate.onRequest?.(incoming.url ?? "");
    if (gate.isClosed) return void incoming.destroy();
    const { method, url: path, headers } = incoming;
    const forwarded = request({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  gate.address = `http://127.0.0.1:${await listening(proxy)}`;
  return gate;
}

test("a NameNode that goes away in the middle is waited for, with warnings", async () => {
  const gate = await gateToNameNode();
  const warnings: string[] = [];
  const options = await prepared(
    Array.from({ length: 200 }, (_, i) => message(i)),
    { addresses: { ...at, webhdfs: gate.address }, flushRecords: 20, logger: keeping(warnings) },
  );
  let outages = 0;
  const report = await consume({
    ...options,
    onStep(step) {
      if (step !== "renamed" || outages++ > 0) return;
      gate.isClosed = true;
      setTimeout(() => (gate.isClosed = false), 4000);
    },
  });
  gate.end();
  assert.equal(report.rows, 200);
  assert.ok(
    warnings.some((text) => /try \d+ in \d+ s/.test(text)),
    warnings.join("\n"),
  );
  assert.deepEqual(await counted(options.table), { rows: 200, distinct: 200 });
});

for (const [stage, fatal] of [
  ["a file is written", /\/staging\/.*op=CREATE/],
  ["the table's files are read", /op=LISTSTATUS/],
] as const) {
  test(`stopped while the NameNode is away (${stage}), it does not wait until it is back`, async () => {
    const gate = await gateToNameNode();
    const warnings: string[] = [];
    const options = await prepared(
      Array.from({ length: 100 }, (_, i) => message(i)),
      { addresses: { ...at, webhdfs: gate.address }, logger: keeping(warnings) },
    );
    const stop = new AbortController();
    gate.onRequest = (url) => {
      if (gate.isClosed || !fatal.test(url) || !url.includes(options.table)) return;
      if (url.includes(hdfsFolders.models)) return;
      gate.isClosed = true;
      setTimeout(() => stop.abort(), 1000);
    };
    const run = consume({ ...options, signal: stop.signal }).then(({ rows }) => `${rows} rows`, messageOf);
    const end = await withTimeout("the consumer to end", 40_000, () => run);
    assert.match(end, stage === "a file is written" ? /HDFS/ : /^0 rows/);
    const said = warnings.length;
    await new Promise((resolve) => setTimeout(resolve, 6000));
    gate.end();
    assert.ok(said > 0);
    assert.equal(warnings.length, said, "nothing goes on behind the caller's back");
  });
}

test("a file of another consumer ends the run at once, with nothing doubled", async () => {
  const warnings: string[] = [];
  const options = await prepared(
    Array.from({ length: 60 }, (_, i) => message(i)),
    { logger: keeping(warnings) },
  );
  const folder = `${hdfsFolders.warehouse}/${options.table}/event_date=2026-01-31`;
  const run = consume({
    ...options,
    async onStep(step, range) {
      if (step !== "staged") return;
      const partition = Number(/\[(\d+)\]/.exec(range)?.[1]);
      const other = fileName({ topic: options.topic, partition, first: 0n, last: 0n });
      await hdfs.write(`${folder}/${other}`, Buffer.from("x"));
    },
  });
  await assert.rejects(
    withTimeout("the consumer to end", 30_000, () => run),
    { code: "PARTITION_LOST" },
  );
  assert.deepEqual(warnings, []);
});

test("a process that slept before its last files reads again what it had not published", async () => {
  const options = await prepared(Array.from({ length: 60 }, (_, i) => message(i)));
  let slept = false;
  const report = await consume({
    ...options,
    onStep(step) {
      if (step !== "encoded" || slept) return;
      slept = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 9500);
    },
  });
  assert.equal(report.rows, 60);
  assert.deepEqual(await counted(options.table), { rows: 60, distinct: 60 });
});

test("a HiveServer2 that drops its connections in the middle is asked again", async () => {
  const [host = "", port = ""] = at.hive.split(":");
  const open = new Set<{ destroy(): void }>();
  const proxy = createTcpServer((near) => {
    const far = connect(Number(port), host);
    for (const socket of [near, far])
      socket
        .on("error", () => [near, far].forEach((one) => one.destroy()))
        .on("close", () => [near, far].forEach((one) => one.destroy()));
    near.pipe(far).pipe(near);
    open.add(near);
  });
  const options = await prepared(
    Array.from({ length: 100 }, (_, i) => message(i)),
    { flushRecords: 20 },
  );
  const report = await consume({
    ...options,
    addresses: { ...at, hive: `127.0.0.1:${await listening(proxy)}` },
    onStep(step) {
      if (step === "encoded") for (const socket of open) socket.destroy();
    },
  });
  proxy.close();
  assert.equal(report.rows, 100);
  assert.deepEqual(await counted(options.table), { rows: 100, distinct: 100 });
});

test("a service that is down at the start is named, with its address and what starts it", async () => {
  const options = await prepared([]);
  const cases: [Partial<Addresses>, RegExp, group: string][] = [
    [{ kafka: "127.0.0.1:1" }, /Kafka.*127\.0\.0\.1:1\b/, "kafka"],
    [{ webhdfs: "http://127.0.0.1:1" }, /HDFS.*127\.0\.0\.1:1\b/, "hdfs"],
    [{ hive: "127.0.0.1:1" }, /Hive.*127\.0\.0\.1:1\b/, "hive"],
  ];
  for (const [wrong, expected, group] of cases) {
    await assert.rejects(consume({ ...options, addresses: { ...at, ...wrong } }), (error) => {
      assert.ok(isStreambookError(error, "UNREACHABLE"));
      assert.match(error.message, expected);
      assert.deepEqual(error.hint?.start, [group]);
      return true;
    });
  }
});

test("a table belongs to one Kafka cluster, and its consumer refuses another before it reads", async () => {
  const options = await prepared([0, 1, 2].map(message));
  const mark = `${hdfsFolders.warehouse}/${options.table}/_kafka-cluster`;
  await consume(options);
  const own = (await hdfs.read(mark)).toString("utf8");
  assert.match(own, /^[\w-]{22}\n$/);
  assert.equal((await consume(options)).read, 0);
  await hdfs.write(mark, Buffer.from("another-cluster\n"), { overwrite: true });
  await assert.rejects(consume(options), (error) => {
    assert.ok(isStreambookError(error, "WRONG_CLUSTER"), String(error));
    return error.message.includes("cluster another-cluster ") && error.message.includes(`cluster ${own.trim()},`);
  });
  // A table from before there were marks gets one.
  await hdfs.remove(mark);
  assert.equal((await consume(options)).read, 0);
  assert.equal((await hdfs.read(mark)).toString("utf8"), own);
  assert.deepEqual(await counted(options.table), { rows: 3, distinct: 3 });
});
