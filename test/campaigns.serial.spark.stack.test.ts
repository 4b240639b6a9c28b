/**
 * The promise of the campaigns, under fire: generator, job, Spark, HDFS and Kafka are killed at random moments, and every number of the report
 * is right in the end. `KILLS=20` kills so often, `VICTIM=hdfs` nothing but that; `SEED` is that of the moments.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import {
  adViews,
  type CampaignNames,
  compact,
  compareRows,
  correct,
  endJob,
  expectedReport,
  type ReportRow,
  take,
  timeOfMinute,
  viewSchema,
} from "../lib/src/cases/index.ts";
import { messageOf } from "../lib/src/errors/index.ts";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { type HiveSession, openHive } from "../lib/src/hive/index.ts";
import { removeTable } from "../lib/src/ingest/index.ts";
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

const run = randomUUID().slice(0, 8);
const names: CampaignNames = {
  topic: `ad-views-${run}`,
  views: `ad_views_${run}`,
  report: `views_report_${run}`,
  folder: `/streambook/campaigns-${run}`,
};
/** Views a second while things are killed, ten seconds of event time; and how many come when no more is killed. */
const [RATE, REST] = [1000, 15_000];

suite("the campaigns under fire", inTurn("campaigns", await needs("spark")), () => {
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
    await endJob(at, names);
    const hdfs = new Hdfs({ address: at.webhdfs });
    for (const table of [names.views, names.report]) await removeTable(hive, hdfs, table);
    await hdfs.remove(names.folder, { recursive: true });
    await hive.close();
    await proxy[Symbol.asyncDispose]();
    await deleteTopics({ broker: at.kafka, topics: [names.topic, deadLetterTopic(names.topic)] });
  });

  const start = (half: Which, options: object): Half =>
    startHalf("campaigns.ts", half, { names, ...options }, proxy.address);

  /** @returns whether something has come back on another port, because its own was taken meanwhile */
  const killAndFollow = async (name: string): Promise<boolean> => {
    const before = at;
    at = await killService(name);
    proxy.leadTo(at.spark!);
    return at.kafka !== before.kafka || at.webhdfs !== before.webhdfs || at.hive !== before.hive;
  };
  const messages = async (topic: string): Promise<number> => {
    const ranges = [...(await topicOffsets({ broker: at.kafka, topic })).values()];
    return ranges.reduce((sum, { high }) => sum + Number(high), 0);
  };
  const rows = async (): Promise<ReportRow[]> => {
    const sql = `SELECT network_id, minute, campaign_id, avg_duration, total_count FROM ${names.report}`;
    return (await hive.query(sql).catch((error: unknown) => {
      if (messageOf(error).includes("Table not found")) return []; // the first job makes it
      throw error;
    })) as unknown as ReportRow[];
  };
  const keyOf = ({ network_id, minute, campaign_id }: ReportRow): string => `${network_id} ${minute} ${campaign_id}`;

  test(`killed ${kills} times (seed ${seed}), every number is right`, { timeout: 40 * 60_000 }, async (t) => {
    const random = new Random(seed);
    const underFire = { generate: { events: 1e7, rate: RATE }, job: { batchViews: 3000 } };
    const halves: Record<Which, Half> = {
      generate: start("generate", underFire.generate),
      job: start("job", underFire.job),
    };
    const survive = async (half: Which): Promise<void> => {
      if (!isOver(halves[half])) return;
      const why = await halves[half].end;
      // One that had not reached a service yet says so; what is done goes on where it was.
      if (why !== "") t.diagnostic(`   ${half} ended: ${why.trim().slice(0, 300)}`);
      assert.match(why, /^(?:$|[^]*(?:UNREACHABLE|TIMEOUT|KAFKA_FAILED|HDFS_FAILED|HIVE_FAILED|SPARK_\w+): )/);
      halves[half] = start(half, underFire[half]);
    };
    await delay(3000);
    let before = 0;
    for (let kill = 1; kill <= kills; kill++) {
      // Half of the kills come while something starts, the others when the report has grown, or after a while.
      const mayGrow = random.next() < 0.5;
      for (let wait = 0; mayGrow && wait < 20_000 && (await rows()).length <= before; wait += 500) await delay(500);
      await delay(1000 + random.next() * 4000);
      const victim = only ?? random.pick(Object.keys(victimsOnHdfs));
      const services = victimsOnHdfs[victim] ?? assert.fail(`there is no victim ${victim}`);
      const killed: readonly Which[] =
        services.length > 0
          ? (await killAndFollow(random.pick(services)))
            ? ["generate", "job"] // they look for it where it was
            : []
          : [victim === "job" ? "job" : "generate"];
      for (const half of killed) {
        await killHalf(halves[half]);
      }
      if (killed.length === 2) hive = await openHive({ address: at.hive });
      await survive("generate");
      await survive("job");
      const seen = await rows();
      t.diagnostic(`${kill}. ${victim} killed; the report has ${seen.length} rows`);
      before = seen.length;
      assert.equal(new Set(seen.map(keyOf)).size, seen.length, "no sum is there twice, at any time");
    }
    await killHalf(halves.generate);
    const events = (await messages(names.topic)) + REST;
    assert.equal(await start("generate", { events }).end, "", "the rest is sent");
    await killHalf(halves.job);
    assert.equal(await start("job", { once: true, batchViews: 10_000 }).end, "", "the rest is counted");

    const expected = expectedReport(take(adViews(), events), await viewSchema());
    const streamed = await rows();
    await compact({ addresses: at, names });
    const { added } = await correct({ addresses: at, names });
    const closed = expected.rows.filter(({ minute }) => timeOfMinute(minute) + 120_000 <= expected.to);
    const proof = compareRows("report", closed, await rows(), ["network_id", "minute", "campaign_id"]);
    assert.deepEqual([proof.different, proof.examples], [0, []]);
    assert.ok(closed.length > 100, `${closed.length} sums`);
    const views = (some: readonly ReportRow[]): number => some.reduce((sum, row) => sum + Number(row.total_count), 0);
    assert.equal(views(closed) - views(streamed), added, "what the stream left out, the correction has added");
    const [found] = await hive.query(
      `SELECT count(*) AS n, count(DISTINCT kafka_partition, kafka_offset) AS places, count(DISTINCT view_id) AS views FROM ${names.views}`,
    );
    const { readable, doubled, malformed } = expected;
    assert.deepEqual(found, { n: readable, places: readable, views: readable - doubled });
    assert.equal(await messages(names.topic), events, "every view was sent once");
    const said = await messages(deadLetterTopic(names.topic));
    assert.ok(said >= malformed, `${said} dead letters of ${malformed}`); // one that was sent in the moment of a kill is sent again
    t.diagnostic(
      `${events} views, ${proof.compared} numbers compared; ${added} late; ${said} dead letters of ${malformed}`,
    );
  });
});
