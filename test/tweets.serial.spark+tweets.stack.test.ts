/**
 * The promise of the tweets, under fire: generator, job, Spark, S3 and Kafka are killed at random moments, and every number of every layer and
 * chart is right in the end. `KILLS=20` kills so often, `VICTIM=s3` nothing but that; `SEED` is that of the moments.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "../lib/src/async/index.ts";
import {
  askTrino,
  bronzeSums,
  forgetTables,
  lakeComparisons,
  lakeNames,
  openLakeEngine,
  openLakeSql,
  openLakeStore,
  plainLake,
  removeLakeBuckets,
  silverSums,
  take,
  tweets,
  tweetSchema,
} from "../lib/src/cases/index.ts";
import { messageOf } from "../lib/src/errors/index.ts";
import { deadLetterTopic, deleteTopics, topicOffsets } from "../lib/src/kafka/index.ts";
import { Random } from "../lib/src/random/index.ts";
import { cuttingProxy } from "../lib/src/spark/proxy-for-test.ts";
import { type Addresses, addresses, CORE } from "../lib/src/stack/index.ts";
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
  type Which,
} from "./fixtures/under-fire.ts";

/** Who is killed: a half of the case, or a service. */
const victims = ["generator", "job", "spark", "s3", "kafka"];
const suffix = randomUUID().slice(0, 8);
const names = lakeNames(suffix);
const SERVICES = [CORE, "spark", "s3", "trino"];
/** Messages a second while things are killed; and how many come when no more is killed. */
const [RATE, REST] = [60, 500];

suite("the tweets under fire", inTurn("tweets", await needs("spark", "s3", "trino")), () => {
  let at: Addresses;
  let proxy: Awaited<ReturnType<typeof cuttingProxy>>;
  before(async () => {
    at = await addresses();
    proxy = await cuttingProxy(at.spark!, Infinity); // Spark may come back on another port
  });
  after(async () => {
    await killHalves();
    await forgetTables(await openLakeSql(at), names);
    await using s3 = await openLakeStore(at);
    await removeLakeBuckets(s3, names);
    await proxy[Symbol.asyncDispose]();
    await deleteTopics({ broker: at.kafka, topics: [names.topic, deadLetterTopic(names.topic)] });
  });

  const begin = (half: Which, options: object): Half =>
    startHalf("tweets-case.ts", half, { suffix, ...options }, proxy.address);

  /** Kills a service, and starts it again; tells whether it came back elsewhere. */
  const killAndFollow = async (name: string): Promise<boolean> => {
    let now = await killService(name, SERVICES);
    // What knows S3 by its address is started again, too.
    if (now.s3 !== at.s3) for (const follower of ["spark", "trino"]) now = await killService(follower, SERVICES);
    const hasMoved = now.kafka !== at.kafka || now.s3 !== at.s3 || now.trino !== at.trino;
    at = now;
    proxy.leadTo(at.spark!);
    return hasMoved;
  };
  const sent = async (): Promise<number> => {
    const ranges = [...(await topicOffsets({ broker: at.kafka, topic: names.topic })).values()];
    return ranges.reduce((sum, { high }) => sum + Number(high), 0);
  };
  const counted = async (): Promise<{ n: bigint; different: bigint }> => {
    const trino = await openLakeSql(at);
    const sql = `SELECT count(*) AS n, count(DISTINCT tweet_id) AS different FROM delta.${names.silverSchema}.tweets`;
    const rows = await trino
      .query<{ n: bigint; different: bigint }>(sql)
      .collect()
      .catch((error: unknown) => {
        if (/does not exist/.test(messageOf(error))) return [{ n: 0n, different: 0n }]; // the first round names it
        throw error;
      });
    return rows[0]!;
  };

  test(`killed ${kills} times (seed ${seed}), every number is right`, { timeout: 60 * 60_000 }, async (t) => {
    const random = new Random(seed);
    const underFire = { generate: { events: 1e7, rate: RATE }, job: { every: 1 } };
    const halves: Record<Which, Half> = {
      generate: begin("generate", underFire.generate),
      job: begin("job", underFire.job),
    };
    const survive = async (half: Which): Promise<void> => {
      if (!isOver(halves[half])) return;
      const why = await halves[half].end;
      // One that had not reached a service yet says so; what is done goes on where it was.
      if (why !== "") t.diagnostic(`   ${half} ended: ${why.trim().split("\n").at(-1)?.slice(0, 300)}`);
      assert.match(why, /^(?:$|[^]*(?:UNREACHABLE|TIMEOUT|KAFKA_FAILED|S3_FAILED|TRINO_FAILED|SPARK_\w+): )/);
      halves[half] = begin(half, underFire[half]);
    };
    await delay(3000);
    let before = 0n;
    for (let number = 1; number <= kills; number++) {
      // Half of the kills come while something starts, the others when silver has grown.
      if (random.next() < 0.5)
        await until("silver to grow", async () => (await counted()).n > before, { timeout: 600_000, interval: 1500 });
      await delay(1000 + random.next() * 6000);
      const victim = only ?? random.pick(victims);
      if (victim === "job") await killHalf(halves.job);
      else if (victim === "generator") await killHalf(halves.generate);
      // A process knows the addresses that it was started with.
      else if (await killAndFollow(victim)) for (const half of Object.values(halves)) await killHalf(half);
      await survive("generate");
      await survive("job");
      const seen = await counted();
      t.diagnostic(`${number}. ${victim} killed; silver has ${seen.n} tweets`);
      before = seen.n;
      assert.equal(seen.n, seen.different, "no tweet is there twice, at any time");
    }
    await killHalf(halves.generate);
    await killHalf(halves.job);
    const events = (await sent()) + REST;
    assert.equal(await begin("generate", { events }).end, "", "the rest is sent");
    assert.equal(await sent(), events, "every message was sent once");
    const last = begin("job", {});
    const said = await last.end;
    assert.equal(last.child.exitCode, 0, said);

    const messages = function* () {
      for (const event of take(tweets(), events)) yield { ...event, topic: names.topic };
    };
    const plain = plainLake(messages(), await tweetSchema());
    await using spark = await openLakeEngine(at);
    await using s3 = await openLakeStore(at);
    const bronze = await bronzeSums({ spark, s3 }, names);
    const silver = await silverSums(spark, names);
    const all = lakeComparisons(plain, { bronze, silver, ...(await askTrino(await openLakeSql(at), names)) });
    assert.deepEqual(
      all.filter(({ different }) => different > 0),
      [],
    );
    const compared = all.reduce((sum, one) => sum + one.compared, 0);
    t.diagnostic(`${events} messages, ${plain.tweets} tweets, ${compared} numbers compared`);
  });
});
