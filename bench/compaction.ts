/**
 * `npm run bench -- compaction`: how long it takes from an event to a row that Hive finds, at a steady rate of messages, with small files left
 * as they are and with small files joined; and how long a question takes over the files of the one and of the other.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { NODE_FLAGS } from "../lib/bin/find-node.mjs";
import { delay } from "../lib/src/async/index.ts";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { openHive, type HiveSession } from "../lib/src/hive/index.ts";
import { compact } from "../lib/src/ingest/index.ts";
import { BatchingProducer, ensureTopic } from "../lib/src/kafka/index.ts";
import { addresses, type Addresses } from "../lib/src/stack/index.ts";
import { hdfsFolders } from "../lib/src/texts/index.ts";
import { median } from "./engines/table.ts";
import { cleanUp } from "./in-process.ts";
import { benchMessages } from "./messages.ts";

/** Of how many rows one is looked at: all of them would take longer than the run. */
const SAMPLE = 7;
const FLUSH_SECONDS = 0.5;
const COMPACT_AT = 16;
/** How long the consumer is given to join the group and to seed its clusters before anything counts, in seconds. */
const LEAD_SECONDS = 8;
/** How often messages are handed over in a second. */
const TICKS = 50;

interface Published {
  readonly partition: number;
  readonly first: number;
  readonly last: number;
  readonly at: number;
}

/** Runs the benchmark on the running stack, and cleans up after itself. */
export async function compactionBench({ rate = 5000, seconds = 25 } = {}, signal?: AbortSignal): Promise<void> {
  const at = await addresses();
  const stamp = Date.now();
  const made: { topic: string; table: string }[] = [];
  await using hive = await openHive({ address: at.hive, signal });
  const hdfs = new Hdfs({ address: at.webhdfs, signal });
  try {
    const latencies: Record<string, string | number>[] = [];
    for (const compactAt of [undefined, COMPACT_AT]) {
      const run = { topic: `bench-${stamp}-${made.length}`, table: `bench_${stamp}_${made.length}`, compactAt };
      made.push(run);
      latencies.push(await measure(at, hive, hdfs, { ...run, rate, seconds }, signal));
    }
    console.log(
      `\n${rate} messages a second for ${seconds} s, a flush of ${FLUSH_SECONDS} s; seconds from an event to its row:`,
    );
    console.table(latencies);
    await askBeforeAndAfter(hive, hdfs, made[0]?.table ?? "");
  } finally {
    await cleanUp(
      made.map(({ table }) => table),
      made.map(({ topic }) => topic),
    );
  }
}

/** Asks Hive a question that reads every file of a table, compacts the table, and asks again. */
export async function askBeforeAndAfter(hive: HiveSession, hdfs: Hdfs, table: string): Promise<void> {
  const before = await ask(hive, table);
  const { before: files, after, seconds } = await compact({ hdfs, folder: folderOf(table) });
  console.log(
    "`SELECT cluster, COUNT(*) … GROUP BY cluster` over all files, before and after `streambook compact`; medians of three:",
  );
  console.table([
    { files, seconds: before.toFixed(1) },
    { files: after, seconds: (await ask(hive, table)).toFixed(1), "joined in, s": seconds.toFixed(1) },
  ]);
}

const folderOf = (table: string): string => `${hdfsFolders.warehouse}/${table}`;

/** What one consumer is measured with. */
interface Setting {
  readonly topic: string;
  readonly table: string;
  readonly compactAt: number | undefined;
  readonly rate: number;
  readonly seconds: number;
}

/** Sends messages at a rate, lets a consumer read them, and finds out how late each of some rows was there. */
async function measure(
  at: Addresses,
  hive: HiveSession,
  hdfs: Hdfs,
  { topic, table, compactAt, rate, seconds }: Setting,
  signal?: AbortSignal,
): Promise<Record<string, string | number>> {
  await ensureTopic({ broker: at.kafka, topic, partitions: 4 });
  const parameters = JSON.stringify({ topic, table, compactAt, flushSeconds: FLUSH_SECONDS });
  const script = join(import.meta.dirname, "paced-consumer-process.ts");
  const child = spawn(process.execPath, [...NODE_FLAGS, script, parameters], {
    stdio: ["ignore", "pipe", "inherit"],
    signal,
  });
  const published: Published[] = [];
  const ended = once(child, "exit");
  createInterface({ input: child.stdout }).on("line", (line) => {
    const said = JSON.parse(line) as Partial<Published>;
    if (said.at !== undefined) published.push(said as Published);
  });
  const begun = Date.now();
  const sent = await sendSteadily(at, topic, { rate, seconds: seconds + LEAD_SECONDS }, signal);
  while (published.reduce((sum, { first, last }) => sum + last - first + 1, 0) < sent) {
    if (child.exitCode !== null) throw new Error(`the consumer has ended with ${child.exitCode}`);
    await delay(200, signal);
  }
  child.kill("SIGTERM");
  await ended;
  const rows = await hive.query(
    `SELECT kafka_partition AS p, kafka_offset AS o, event_time AS t FROM ${table} WHERE kafka_offset % ${SAMPLE} = 0`,
  );
  const counted = begun + LEAD_SECONDS * 1000;
  const late = rows
    .map((row) => ({
      event: Date.parse(`${String(row["t"]).replace(" ", "T")}Z`),
      p: Number(row["p"]),
      o: Number(row["o"]),
    }))
    .filter(({ event }) => event >= counted)
    .map(({ event, p, o }) => {
      const file = published.find(({ partition, first, last }) => partition === p && first <= o && o <= last);
      return ((file?.at ?? NaN) - event) / 1000;
    })
    .sort((a, b) => a - b);
  const share = (part: number): string => (late[Math.floor((late.length - 1) * part)] ?? NaN).toFixed(2);
  let files = 0;
  for await (const { name } of hdfs.walk(folderOf(table))) if (name.endsWith(".parquet")) files++;
  return {
    what: compactAt === undefined ? "files as written" : `joined at ${compactAt} files`,
    "rows looked at": late.length,
    ...{ median: share(0.5), p95: share(0.95), p99: share(0.99), longest: share(1) },
    "files written": published.length,
    "files at the end": files,
  };
}

/** Sends messages whose time is that of their sending. @returns how many */
async function sendSteadily(
  at: Addresses,
  topic: string,
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
  signal?: AbortSignal,
): Promise<number> {
  await using producer = await BatchingProducer.open({ broker: at.kafka });
  const ready = [...benchMessages(rate)].map(({ key, value }) => ({ key, message: JSON.parse(value) as object }));
  const begun = performance.now();
  let sent = 0;
  while (sent < rate * seconds) {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - begun) / 1000) * rate));
    for (; sent < due; sent++) {
      const { key, message } = ready[sent % ready.length] as (typeof ready)[number];
      void producer.send({ topic, key, value: JSON.stringify({ ...message, event_time: new Date().toISOString() }) });
    }
    await delay(1000 / TICKS, signal);
  }
  await producer.flush();
  return sent;
}

/** The median of three answers to the question that reads every file, in seconds; the first, which warms up, does not count. */
async function ask(hive: HiveSession, table: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 4; round++) {
    const begun = performance.now();
    await hive.query(`SELECT cluster, COUNT(*) AS n FROM ${table} GROUP BY cluster`);
    if (round > 0) times.push((performance.now() - begun) / 1000);
  }
  return median(times) ?? NaN;
}
