/**
 * The promise of the pipeline on Spark, under fire: Spark and the consumer are killed at random moments, and nothing is lost or
 * doubled. `KILLS=20` kills so often, `VICTIM=spark` nothing but Spark; `SEED` is that of the moments.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../lib/src/errors/index.ts";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { type HiveSession, openHive } from "../lib/src/hive/index.ts";
import { BatchingProducer, deleteTopics, ensureTopic } from "../lib/src/kafka/index.ts";
import { Random } from "../lib/src/random/index.ts";
import { cuttingProxy } from "../lib/src/spark/proxy-for-test.ts";
import { type Addresses, addresses, projectFolder } from "../lib/src/stack/index.ts";
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { dropTable } from "../lib/src/texts/index.ts";
import { inTurn, kills, killService, only, seed } from "./fixtures/under-fire.ts";

/** Of the kills, so many are Spark's. */
const share = only === "spark" ? 1 : 0.5;
const run = randomUUID().slice(0, 8);
const [topic, table] = [`spark-once-${run}`, `spark_once_${run}`];

suite("exactly once on Spark", inTurn("exactly-once", await needs("spark")), () => {
  let at: Addresses;
  let hive: HiveSession;
  let proxy: Awaited<ReturnType<typeof cuttingProxy>>;
  before(async () => {
    at = await addresses();
    hive = await openHive({ address: at.hive });
    proxy = await cuttingProxy(at.spark!, Infinity); // Spark may come back on another port
    await ensureTopic({ broker: at.kafka, topic, partitions: 4 });
  });
  after(async () => {
    await dropTable(hive, new Hdfs({ address: at.webhdfs }), table);
    await hive.close();
    await proxy[Symbol.asyncDispose]();
    await deleteTopics({ broker: at.kafka, topics: [topic] });
  });

  let sent = 0;
  const send = async (messages: number): Promise<void> => {
    await using producer = await BatchingProducer.open({ broker: at.kafka });
    for (const end = sent + messages; sent < end; sent++) {
      const message = {
        ...{ agent_id: "Agent_Test", destination_uri: `/${sent % 7}.md`, stream_id: `s${sent % 7}`, is_last: false },
        event_time: `2026-01-31T23:59:59.${String(sent % 1e6).padStart(6, "0")}Z`,
        chunk: `number ${sent} of ${["bread", "ships", "chess"][sent % 3]} and ${["flour", "waves", "pawns"][sent % 3]}`,
        seq: Math.floor(sent / 7),
      };
      await producer.send({ topic, key: message.destination_uri, value: JSON.stringify(message) });
    }
    await producer.flush();
  };
  const consumer = (...more: readonly string[]): ChildProcess => {
    const command = ["consume", "--engine", "spark", "--topic", topic, "--hive-table", table, "--schema-file"];
    const options = ["schemas/chunks.json", "--clusters", "3", "--warm-up", "30", "--flush-records", "400"];
    const bin = join(projectFolder(), "lib/bin/streambook.mjs");
    return spawn(process.execPath, [bin, ...command, ...options, "--flush-seconds", "0.2", ...more], {
      cwd: projectFolder(),
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, STREAMBOOK_SPARK: proxy.address, NODE_TEST_CONTEXT: undefined },
    });
  };
  const ended = async (child: ChildProcess): Promise<string> => {
    let said = "";
    child.stderr?.on("data", (part) => (said += String(part)));
    const [code] = (await once(child, "exit")) as [number | null];
    return code === 0 || code === null ? "" : said;
  };

  const counted = async (): Promise<{ n: number; different: number }> => {
    const rows = await hive
      .query(`SELECT count(*) AS n, count(DISTINCT kafka_partition, kafka_offset) AS different FROM ${table}`)
      .catch((error: unknown) => {
        if (messageOf(error).includes("Table not found")) return [{ n: 0, different: 0 }]; // the first consumer makes it
        throw error;
      });
    return rows[0] as { n: number; different: number };
  };
  const killSpark = async (): Promise<void> => {
    proxy.leadTo((await killService("spark")).spark!);
  };

  test(`killed ${kills} times (seed ${seed}), every message is a row once`, { timeout: 20 * 60_000 }, async (t) => {
    const random = new Random(seed);
    await send(1000);
    let child = consumer();
    let end = ended(child);
    for (let kill = 1; kill <= kills; kill++) {
      await send(200);
      const before = (await counted()).n;
      // Half of the kills come while the consumer starts, the others while it works.
      if (random.next() < 0.5)
        for (let wait = 0; wait < 30_000 && (await counted()).n === before; wait += 100) await delay(100);
      await delay(random.next() * 3000);
      await send(200);
      const victim = random.next() < share ? "Spark" : "the consumer";
      if (victim === "Spark") {
        await killSpark();
        // One that works waits for Spark; one that had not reached it yet says so.
        if (child.exitCode !== null) assert.match(await end, /no Spark answers at/);
      } else {
        child.kill("SIGKILL");
        await end;
      }
      if (child.exitCode !== null || child.signalCode !== null) {
        child = consumer();
        end = ended(child);
      }
      const seen = await counted();
      t.diagnostic(`${kill}. ${victim} killed; the table has ${seen.n} rows of ${sent}, ${seen.different} different`);
      assert.equal(seen.n, seen.different, "no row is there twice, at any time");
    }
    child.kill("SIGINT");
    assert.equal(await end, "");
    assert.equal(await ended(consumer("--once")), "");
    const [found] = await hive.query(
      `SELECT count(*) AS n, count(DISTINCT kafka_partition, kafka_offset) AS d, count(DISTINCT chunk) AS c FROM ${table}`,
    );
    assert.deepEqual(found, { n: sent, d: sent, c: sent });
  });
});
