/** The watch on real services: its figures, its server, and a real Prometheus that reads them with the project's rules and dashboards. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { until } from "../async/index.ts";
import { Hdfs } from "../hdfs/index.ts";
import { openHive } from "../hive/index.ts";
import { withTopic } from "../kafka/broker-for-test.ts";
import { BatchingProducer, openConsumer } from "../kafka/index.ts";
import { CONTENT_TYPE } from "../metrics/index.ts";
import { addresses } from "../stack/index.ts";
import { startWatchServer, Watch, type WatchServer } from "./index.ts";
import {
  needsPrometheus,
  panelQueries,
  rules,
  type RunningPrometheus,
  startPrometheus,
} from "./monitoring-for-test.ts";

suite("a watch", () => {
  let watch: Watch;
  let server: WatchServer;
  before(async () => {
    watch = Watch.open();
    server = await startWatchServer({ watch, port: 0 });
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await watch[Symbol.asyncDispose]();
  });

  test("sees what is sent to a topic, how far a group is behind, and for how long", async () => {
    await withTopic({ partitions: 2 }, async ({ broker, topic }) => {
      const producer = await BatchingProducer.open({ broker });
      for (let index = 0; index < 40; index++) await producer.send({ topic, value: `message ${index}` });
      await producer.close();
      const group = `watched-${randomUUID()}`;
      const positions = async (): Promise<Map<number, bigint>> => new Map();
      await using consumer = await openConsumer({ broker, topic, group, positions, endOffsets: "once" });
      for await (const { partition } of consumer) await consumer.commit(partition, partition === 0 ? 20n : 5n);
      const seen = await until("the watch to see the group", () =>
        watch.snapshot().groups.find((one) => one.group === group && one.oldest > 0),
      );
      assert.deepEqual([seen.topic, seen.members, seen.lag], [topic, 1, 15]);
      assert.deepEqual(
        seen.partitions.map(({ partition, lag, oldest }) => [partition, lag, oldest > 0]),
        [
          [0, 0, false],
          [1, 15, true],
        ],
      );
      const found = watch.snapshot().topics.find((one) => one.topic === topic);
      assert.deepEqual([found?.messages, found?.partitions], [40, 2]);
      assert.ok((found?.bytes ?? 0) > 0);
    });
  });

  test("has a figure of every kind for the services of the core, and says nothing of their keys", async () => {
    const { services, hdfs, yarn } = await until("all services to be seen", () => {
      const snapshot = watch.snapshot();
      return snapshot.services.filter(({ heap, processor }) => heap && processor !== undefined).length >= 6 && snapshot;
    });
    for (const { state, memory, title } of services)
      if (state !== "stopped") assert.ok(state === "running" && (memory ?? 0) > 50e6, title);
    assert.ok((hdfs?.capacity ?? 0) > (hdfs?.free ?? Infinity), "HDFS");
    assert.ok((yarn?.available ?? 0) > 1e9, "YARN");
    assert.doesNotMatch(JSON.stringify(watch.snapshot()), /secret|password/i);
  });

  test("counts the files of tables that Hive has made itself", async () => {
    const { hive: address, webhdfs } = await addresses();
    const [hive, hdfs, table] = [await openHive({ address }), new Hdfs({ address: webhdfs }), `watched_${Date.now()}`];
    try {
      await hive.execute(`CREATE TABLE ${table} (word string)`);
      await hdfs.write(`/warehouse/${table}/words.txt`, Buffer.from("one\ntwo\n"));
      const seen = await until("the watch to see the table", () =>
        watch.snapshot().tables.find((one) => one.table === table && one.files > 0),
      );
      assert.deepEqual([seen.topic, seen.rows, seen.files, seen.bytes], ["", undefined, 1, 8]);
    } finally {
      await hive.execute(`DROP TABLE IF EXISTS ${table}`);
      await hive.close();
      hdfs.close();
    }
  });

  test("serves its page's parts as they change, and the same figures to programs; to this machine alone", async () => {
    const page = await fetch(server.url);
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
    assert.match(await page.text(), /id="lanes"/);

    const stop = new AbortController();
    const events = await fetch(`${server.url}/events`, { signal: stop.signal });
    let said = "";
    for await (const part of events.body!.pipeThrough(new TextDecoderStream())) {
      said += part;
      if ((said.match(/^data: /gm)?.length ?? 0) >= 2) break; // the second only holds what has changed
    }
    stop.abort();
    const [first = {}, second = {}] = [...said.matchAll(/^data: (.*)$/gm)].map(
      ([, data = "{}"]) => JSON.parse(data) as Record<string, string>,
    );
    assert.deepEqual(Object.keys(first), ["summary", "lanes", "lag", "services", "clusters", "faults"]);
    assert.ok(!("faults" in second), "nothing has died meanwhile");

    const metrics = await fetch(`${server.url}/metrics`);
    assert.equal(metrics.headers.get("content-type"), CONTENT_TYPE);
    assert.match(await metrics.text(), /^streambook_service_up\{service="namenode"\} 1$/m);
    const { services } = (await (await fetch(`${server.url}/snapshot.json`)).json()) as { services: unknown[] };
    assert.ok(services.length >= 7);
    await assert.rejects(startWatchServer({ watch, port: Number(new URL(server.url).port) }), { code: "PORT_TAKEN" });
  });

  suite("read by Prometheus", needsPrometheus(), () => {
    let prometheus: RunningPrometheus;
    before(async () => {
      prometheus = await startPrometheus(server.url);
    });
    after(() => prometheus[Symbol.asyncDispose]());

    test("is a target that is up, and its rules are in order", async () => {
      await until("the target to be read", async () => {
        const { activeTargets } = await prometheus.api<{ activeTargets: { health: string; lastError: string }[] }>(
          "targets",
        );
        const [target] = activeTargets;
        if (target?.health === "down") throw new Error(target.lastError);
        return target?.health === "up";
      });
      const wanted = rules().length;
      await until("all rules to be evaluated", async () => {
        const { groups } = await prometheus.api<{ groups: { rules: { health: string; lastError?: string }[] }[] }>(
          "rules",
        );
        const all = groups.flatMap((group) => group.rules);
        for (const { lastError } of all) assert.equal(lastError ?? "", "");
        return all.length === wanted && all.every(({ health }) => health === "ok");
      });
    });

    test("answers every query of the dashboards, and those of what the core offers with figures", async () => {
      const expected = panelQueries().filter(({ expr }) => !/spark|table|group/.test(expr));
      assert.ok(expected.length >= 10);
      for (const { expr } of panelQueries()) await prometheus.api("query", { query: expr });
      await withTopic({ partitions: 2 }, async ({ broker, topic }) => {
        await using producer = await BatchingProducer.open({ broker });
        await producer.send({ topic, value: "a topic without messages has no figures" });
        await producer.flush();
        for (const { dashboard, panel, expr } of expected)
          await until(`figures of "${panel}" on "${dashboard}"`, async () => {
            const { result } = await prometheus.api<{ result: unknown[] }>("query", { query: expr });
            return result.length > 0;
          });
      });
    });
  });
});
