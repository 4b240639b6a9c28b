/**
 * The promise of the clicks, under fire: generator, job, Spark, HDFS and Kafka are killed at random moments, and every number of every answer
 * is right in the end. `KILLS=20` kills so often, `VICTIM=hdfs` nothing but that; `SEED` is that of the moments.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "../lib/src/async/index.ts";
import {
  askHive,
  askSpark,
  clicks,
  clicksAnswer,
  clicksComparisons,
  clicksNames,
  clicksSchemas,
  take,
} from "../lib/src/cases/index.ts";
import { messageOf } from "../lib/src/errors/index.ts";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { type HiveSession, openHive } from "../lib/src/hive/index.ts";
import { deadLetterTopic, deleteTopics, topicOffsets } from "../lib/src/kafka/index.ts";
import { Random } from "../lib/src/random/index.ts";
import { cuttingProxy } from "../lib/src/spark/proxy-for-test.ts";
import { type Addresses, addresses } from "../lib/src/stack/index.ts";
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import {
  type Half,
  inTurn,
  isOver,
  killHalf,
  killHalves,
  killService,
  kills,
  only,
  seed,
  startHalf,
  victimsOnHdfs,
  type Which,
} from "./fixtures/under-fire.ts";

const suffix = `_${randomUUID().slice(0, 8)}`;
const names = clicksNames(suffix);
/** At night an hour has few events, and an hour passes in seconds. */
const start = "2026-10-25T00:15:00Z";
/** Events a second while things are killed; and how many come when no more is killed. */
const [RATE, REST] = [800, 3000];

suite("the clicks under fire", inTurn("clicks", await needs("spark")), () => {
  let at: Addresses;
  let hive: HiveSession;
  let proxy: Awaited<ReturnType<typeof cuttingProxy>>;
  before(async () => {
    at = await addresses();
    hive = await openHive({ address: at.hive });
    proxy = await cuttingProxy(at.spark!, Infinity); // Spark may come back on another port
  });
  after(async () => {
    await killHalves();
    await hive.execute(`DROP TABLE IF EXISTS ${names.table}`);
    await hive.close();
    await new Hdfs({ address: at.webhdfs }).remove(names.folder, { recursive: true });
    await proxy[Symbol.asyncDispose]();
    const topics = names.topics.flatMap(({ topic }) => [topic, deadLetterTopic(topic)]);
    await deleteTopics({ broker: at.kafka, topics });
  });

  const begin = (half: Which, options: object): Half =>
    startHalf("clicks-case.ts", half, { suffix, start, ...options }, proxy.address);

  /** Kills a service, and starts it again; tells whether it came back elsewhere. */
  const killAndFollow = async (name: string): Promise<boolean> => {
    const now = await killService(name);
    const hasMoved = now.kafka !== at.kafka || now.webhdfs !== at.webhdfs || now.hdfs !== at.hdfs;
    at = now;
    proxy.leadTo(at.spark!);
    return hasMoved;
  };
  const messages = async (topic: string): Promise<number> => {
    const ranges = [...(await topicOffsets({ broker: at.kafka, topic })).values()];
    return ranges.reduce((sum, { high }) => sum + Number(high), 0);
  };
  const counted = async (): Promise<{ n: number; different: number }> => {
    const sql = `SELECT count(*) AS n, count(DISTINCT topic, event_id) AS different FROM ${names.table}`;
    const rows = await hive.query(sql).catch((error: unknown) => {
      if (messageOf(error).includes("Table not found")) return [{ n: 0, different: 0 }]; // the first job makes it
      throw error;
    });
    return rows[0] as { n: number; different: number };
  };

  test(`killed ${kills} times (seed ${seed}), every number is right`, { timeout: 60 * 60_000 }, async (t) => {
    const random = new Random(seed);
    const underFire = { generate: { events: 1e7, rate: RATE }, job: { every: 2, timeLimit: 3600 } };
    const halves: Record<Which, Half> = {
      generate: begin("generate", underFire.generate),
      job: begin("job", underFire.job),
    };
    const survive = async (half: Which): Promise<void> => {
      if (!isOver(halves[half])) return;
      const why = await halves[half].end;
      // One that had not reached a service yet says so; what is done goes on where it was.
      if (why !== "") t.diagnostic(`   ${half} ended: ${why.trim().split("\n").at(-1)?.slice(0, 300)}`);
      assert.match(why, /^(?:$|[^]*(?:UNREACHABLE|TIMEOUT|KAFKA_FAILED|HDFS_FAILED|HIVE_FAILED|SPARK_\w+): )/);
      halves[half] = begin(half, underFire[half]);
    };
    await delay(3000);
    let before = 0;
    for (let number = 1; number <= kills; number++) {
      // Half of the kills come while something starts, the others when the table has grown.
      if (random.next() < 0.5)
        await until("the table to grow", async () => (await counted()).n > before, { timeout: 600_000, interval: 500 });
      await delay(1000 + random.next() * 4000);
      const victim = only ?? random.pick(Object.keys(victimsOnHdfs));
      const services = victimsOnHdfs[victim] ?? assert.fail(`there is no victim ${victim}`);
      if (victim === "job") await killHalf(halves.job);
      else if (victim === "generator") await killHalf(halves.generate);
      // A process knows the addresses that it was started with.
      else if (await killAndFollow(random.pick(services)))
        for (const half of Object.values(halves)) await killHalf(half);
      await survive("generate");
      await survive("job");
      const seen = await counted();
      t.diagnostic(`${number}. ${victim} killed; the table has ${seen.n} events`);
      before = seen.n;
      assert.equal(seen.n, seen.different, "no event is there twice, at any time");
    }
    await killHalf(halves.generate);
    await killHalf(halves.job);
    const sent = async (): Promise<number> => {
      const all = await Promise.all(names.topics.map(({ topic }) => messages(topic)));
      return all.reduce((sum, one) => sum + one, 0);
    };
    const events = (await sent()) + REST;
    assert.equal(await begin("generate", { events }).end, "", "the rest is sent");
    assert.equal(await sent(), events, "every event was sent once");
    const last = begin("job", { timeLimit: 0 });
    const said = await last.end;
    assert.equal(last.child.exitCode, 0, said);

    const renamed = function* () {
      for (const event of take(clicks({ start: new Date(start) }), events))
        yield { ...event, topic: `${event.topic}${suffix}` };
    };
    const plain = clicksAnswer(renamed(), await clicksSchemas(names), 3);
    const table = names.table;
    const all = [
      ...clicksComparisons("Spark", plain, await askSpark({ address: at.spark!, table })),
      ...clicksComparisons("Hive", plain, await askHive({ address: at.hive, table })),
    ];
    assert.deepEqual(
      all.filter(({ different }) => different > 0),
      [],
    );
    const compared = all.reduce((sum, one) => sum + one.compared, 0);
    const dead = await Promise.all(names.topics.map(({ topic }) => messages(deadLetterTopic(topic)).catch(() => 0)));
    const letters = dead.reduce((sum, one) => sum + one, 0);
    // One that was sent in the moment of a kill is sent again.
    assert.ok(letters >= plain.counts.malformed, `${letters} dead letters of ${plain.counts.malformed}`);
    t.diagnostic(
      `${events} events, ${plain.answers.trend.length} hours, ${compared} numbers compared; ${letters} dead letters of ${plain.counts.malformed}`,
    );
  });
});
