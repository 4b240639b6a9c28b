/** Against a running Spark: what the stream leaves open, what the correction adds, files that are compacted, a checkpoint that is lost, the live page. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { Hdfs } from "../../hdfs/index.ts";
import { type HiveSession, openHive } from "../../hive/index.ts";
import { removeTable } from "../../ingest/index.ts";
import { deadLetterTopic, deleteTopics } from "../../kafka/index.ts";
import { silentLogger } from "../../log/index.ts";
import { type Addresses, addresses } from "../../stack/index.ts";
import { needs } from "../../stack/fetch/needs-for-test.ts";
import { type CaseEvent, type EventOptions, take } from "../events/event.ts";
import { sendEvents } from "../events/send.ts";
import { compareRows } from "../report/compare-rows.ts";
import { compact } from "./compact.ts";
import { correct } from "./correct.ts";
import { expectedReport, type ReportRow } from "./expected.ts";
import { adViews } from "./generate.ts";
import { endJob, type JobOptions, type JobProgress, runJob } from "./job.ts";
import { followLive } from "./live/follow.ts";
import { type CampaignNames, PARTITIONS, viewSchema } from "./names.ts";
import { openMinutes } from "./open-minutes.ts";
import { closedRows, REPORT_KEY } from "./proofs.ts";
import { openSession } from "./session.ts";

const schema = await viewSchema();

suite("the campaigns on Spark", await needs("spark"), () => {
  const used: CampaignNames[] = [];
  let at: Addresses;
  let hdfs: Hdfs;
  let hive: HiveSession;
  before(async () => {
    at = await addresses();
    hdfs = new Hdfs({ address: at.webhdfs });
    hive = await openHive({ address: at.hive });
  });
  after(async () => {
    for (const { views, report, folder, topic } of used) {
      for (const table of [views, report]) await removeTable(hive, hdfs, table);
      await hdfs.remove(folder, { recursive: true });
      await deleteTopics({ broker: at.kafka, topics: [topic, deadLetterTopic(topic)] });
    }
    await hive.close();
  });

  /** Names of a test, its views, and what may be done with them. */
  function campaign(options: EventOptions = {}) {
    const id = randomUUID().slice(0, 8);
    const names: CampaignNames = {
      ...{ topic: `views-${id}`, views: `views_${id}`, report: `report_${id}`, folder: `/streambook/test-${id}` },
    };
    used.push(names);
    function* views(count: number): Generator<CaseEvent, void> {
      for (const event of take(adViews(options), count)) yield { ...event, topic: names.topic };
    }
    const sql = `SELECT network_id, minute, campaign_id, avg_duration, total_count FROM ${names.report}`;
    return {
      names,
      send: (count: number) =>
        sendEvents({
          ...{ broker: at.kafka, topics: [{ topic: names.topic, partitions: PARTITIONS }], events: views(count) },
        }),
      job: (more: Partial<JobOptions> = {}): Promise<JobProgress> =>
        runJob({ addresses: at, names, once: true, batchViews: 6000, ...more }),
      rows: async () => (await hive.query(sql)) as unknown as ReportRow[],
      /** What the report should be, once it is corrected, and all that came. */
      expected: (count: number, { tally }: JobProgress) => {
        const plain = expectedReport(views(count), schema);
        return { plain, closed: closedRows(plain, tally.watermark) };
      },
    };
  }
  const views = (rows: readonly Pick<ReportRow, "total_count">[]): number =>
    rows.reduce((sum, row) => sum + Number(row.total_count), 0);

  test("a minute that is open is the stream's: a correction leaves it alone, and nothing is counted twice", async () => {
    const { names, send, job, rows, expected } = campaign({ late: 0.05 });
    await send(18_000);
    const first = await job();
    const before = await rows();
    const { added, closed } = await correct({ addresses: at, names });
    const then = expected(18_000, first);
    assert.ok(added > 0 && added === views(then.closed) - views(before), `${added} views were late`);
    assert.deepEqual(compareRows("", then.closed, await rows(), REPORT_KEY).examples, []);
    assert.ok(then.plain.rows.some(({ minute }) => minute > String(closed)), "some minutes are open"); // prettier-ignore

    await send(36_000);
    const second = await job();
    const now = expected(36_000, second);
    const emitted = await rows();
    assert.ok(now.closed.length > then.closed.length);
    assert.deepEqual(compareRows("", then.closed, emitted.filter(({ minute }) => minute <= String(closed)), REPORT_KEY).examples, []); // prettier-ignore
    const truth = new Map(now.closed.map((row) => [REPORT_KEY.map((key) => row[key]).join(), row.total_count]));
    for (const row of emitted)
      assert.ok(Number(row.total_count) <= (truth.get(REPORT_KEY.map((key) => row[key]).join()) ?? 0));
    await correct({ addresses: at, names });
    assert.deepEqual(compareRows("", now.closed, await rows(), REPORT_KEY).examples, []);
    assert.deepEqual((await correct({ addresses: at, names })).replaced, 0);
  });

  test("what is reported, what is open, what was late and what was doubled are all that came", async () => {
    const { names, send, job, rows, expected } = campaign({ late: 0.03, doubled: 0.02, malformed: 0.01 });
    await send(20_000);
    const progress = await job();
    const { plain } = expected(20_000, progress);
    await using spark = await openSession(at, undefined);
    const open = (await openMinutes(spark, at, names)).reduce((sum, { views: n }) => sum + n, 0);
    const { late, doubled, unseen } = progress.tally;
    assert.equal(unseen, 0);
    assert.ok(late > 0 && doubled > 0 && open > 0);
    assert.equal(views(await rows()) + open + late + doubled, plain.readable);
    assert.deepEqual([progress.views.rows, progress.views.deadLetters], [plain.readable, plain.malformed]);
    const unknown = (await rows()).filter(({ network_id }) => network_id === "unknown");
    assert.ok(unknown.length > 0 && unknown.every(({ campaign_id }) => campaign_id > 900));
  });

  test("small files become one a partition, and the answers stay; a checkpoint that is lost is said, before anything is counted twice", async () => {
    const { names, send, job, rows } = campaign();
    await send(20_000);
    await job();
    const before = await rows();
    const done = await compact({ addresses: at, names });
    assert.ok(done.compacted > 0 && done.after < done.before);
    assert.deepEqual(compareRows("", before, await rows(), REPORT_KEY).examples, []);
    assert.deepEqual(await compact({ addresses: at, names }), { compacted: 0, before: done.after, after: done.after });
    const partitions = new Set(before.map(({ network_id, minute }) => `${network_id} ${minute}`)).size;
    assert.equal(done.after, partitions, "one file a partition");

    const lost = { code: "CHECKPOINT_LOST", message: new RegExp(`the table ${names.report} has rows`) };
    await hdfs.remove(`${names.folder}/stream/checkpoint`, { recursive: true });
    await assert.rejects(job(), lost);
    await hdfs.remove(`${names.folder}/stream`, { recursive: true });
    await assert.rejects(job(), lost);
    assert.deepEqual(compareRows("", before, await rows(), REPORT_KEY).examples, []);
  });

  test("before anything came there is nothing to correct, and without Spark it is said", async () => {
    const { names, send, job } = campaign({ late: 0 });
    assert.deepEqual(await correct({ addresses: at, names }), { closed: undefined, replaced: 0, added: 0 });
    await send(500);
    await job();
    assert.deepEqual(await correct({ addresses: at, names }), { closed: undefined, replaced: 0, added: 0 });
    const { spark: _, ...none } = at;
    await assert.rejects(job({ addresses: none }), { code: "STACK_DOWN" });
    await assert.rejects(compact({ addresses: none, names }), { code: "STACK_DOWN" });
    await endJob(at, names);
  });

  test("the live page shows what the stream has counted, and sends what is new", async () => {
    const { names, send, job } = campaign({ late: 0.05 });
    await using live = await followLive({ addresses: at, names, logger: silentLogger });
    const page = await (await fetch(live.url)).text();
    assert.match(page, /<h1 id="title">Campaign views, live<\/h1>/);
    assert.match(page, /connect-src &#39;self&#39;/);
    const stop = new AbortController();
    const events = await fetch(`${live.url}events`, { signal: stop.signal });
    assert.equal(events.headers.get("content-type"), "text/event-stream");
    await send(25_000);
    await job(live.hooks);
    let seen = "";
    for await (const part of events.body as AsyncIterable<Uint8Array>) {
      seen += new TextDecoder().decode(part);
      const last = seen.split("\n\n").at(-2) ?? "";
      if (!/"read":"25,000"/.test(last) || !/"late":"[1-9]/.test(last)) continue;
      const { figures } = JSON.parse(last.slice("data: ".length)) as {
        figures: { minutes: { data: { name: string }[] } };
      };
      const networks = figures.minutes.data.map(({ name }) => name);
      if (networks.length < 5) continue; // closed minutes are asked for a moment later
      assert.deepEqual(networks, ["harbour", "meadow", "quartz", "sparrow", "unknown"]);
      break;
    }
    stop.abort();
  });
});
