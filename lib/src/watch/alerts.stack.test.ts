/** A Kafka of the test's own is killed: the watch sees it, an alert of the project's rules fires, and ends when Kafka is back. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { until } from "../async/index.ts";
import { down, type Guardian, homeFolder, startGuardian, status, up } from "../stack/index.ts";
import { ownServices } from "../stack/own-services-for-test.ts";
import { startWatchServer, Watch } from "./index.ts";
import { needsPrometheus, type RunningPrometheus, startPrometheus } from "./monitoring-for-test.ts";

suite("Kafka is killed", needsPrometheus(), () => {
  let home = "";
  let environment: NodeJS.ProcessEnv = {};
  let guardian: Guardian;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "streambook-alerts-"));
    const jars = process.env["STREAMBOOK_JARS"] ?? join(homeFolder({}), "jars");
    environment = { ...ownServices(), STREAMBOOK_HOME: home, STREAMBOOK_JARS: jars, STREAMBOOK_PORTS: "free" };
    guardian = await startGuardian({ services: "all", remove: [home] }, environment);
    await up({ services: ["kafka"], environment });
  });
  after(async () => {
    await down({ environment });
    await guardian[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  const firing = async (prometheus: RunningPrometheus): Promise<string[]> => {
    const { alerts } = await prometheus.api<{ alerts: { state: string; labels: Record<string, string> }[] }>("alerts");
    const active = alerts.filter(({ state }) => state === "firing");
    return active.map(({ labels }) => [labels["alertname"], labels["service"] ?? ""].join(" ").trim()).sort();
  };

  test("alerts fire, and those that say that it is down end when it is back; what happened stays on the page", async () => {
    await using watch = Watch.open({ environment });
    await using server = await startWatchServer({ watch, port: 0 });
    await using prometheus = await startPrometheus(server.url);
    const value = async (query: string): Promise<string | undefined> =>
      (await prometheus.api<{ result: { value: [number, string] }[] }>("query", { query })).result[0]?.value[1];
    await until("Prometheus to see Kafka", async () => (await value("streambook_service_up")) === "1");
    assert.deepEqual(await firing(prometheus), []);

    const { pid } = (await status({ environment })).find(({ name }) => name === "kafka") ?? {};
    assert.ok(pid !== undefined);
    process.kill(pid, "SIGKILL");
    await until("the alerts to fire", async () => (await firing(prometheus)).includes("KafkaDown"), {
      timeout: 90_000,
    });
    const all = await until("all of them", async () => (await firing(prometheus)).length >= 3 && firing(prometheus), {
      timeout: 30_000,
    });
    assert.deepEqual(
      all.filter((name) => name !== "LooksFail"),
      ["KafkaDown", "ServiceDied kafka", "ServiceDown kafka"],
    );

    await up({ services: ["kafka"], environment });
    await until("the alerts to end", async () => !(await firing(prometheus)).some((name) => /Down/.test(name)), {
      timeout: 90_000,
    });
    assert.ok((await firing(prometheus)).includes("ServiceDied kafka"), "that it has died is still worth a look");
    assert.deepEqual(
      watch.snapshot().faults.map(({ kind, service }) => `${service} ${kind}`),
      ["kafka back", "kafka died"],
    );
    const seen = (): boolean => watch.snapshot().problems.length === 0;
    await until("the watch to see everything again", seen).catch(() => undefined);
    assert.deepEqual(watch.snapshot().problems, []);
  });
});
