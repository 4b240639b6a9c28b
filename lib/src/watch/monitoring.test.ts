/** conf/monitoring and the table of names agree, and Prometheus takes its rules as they are meant. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { parse } from "yaml";
import { type Metric, METRICS } from "../metrics/index.ts";
import { WATCH_PORT } from "./index.ts";
import { MONITORING, needsPrometheus, panelQueries, promtool, rules } from "./monitoring-for-test.ts";

const recorded = new Set(rules().flatMap(({ record }) => record ?? []));

/** The names in an expression, and what may be asked of each. */
function check(expr: string, where: string): void {
  const names = expr.match(/[a-z_]*:?streambook_[a-z0-9_:]+/g) ?? [];
  assert.ok(names.length > 0 || expr.includes("up{"), `${where} asks for something`);
  for (const name of names) {
    const metric = (METRICS as Readonly<Record<string, Metric>>)[name];
    assert.ok(metric !== undefined || recorded.has(name), `${where}: nothing is called ${name}`);
    if (metric?.type !== "counter") continue;
    assert.match(expr, new RegExp(`(?:rate|increase)\\(${name}[^a-z]`), `${where}: ${name} only grows: take its rate`);
  }
}

test("rules and dashboards ask for what there is, and for the rate of what only grows", () => {
  for (const { alert, record, expr } of rules()) check(expr, alert ?? record ?? "");
  for (const { dashboard, panel, expr } of panelQueries()) check(expr, `${dashboard}, ${panel}`);
});

test("every metric is on a dashboard, or in a rule that is", () => {
  const all = [...rules(), ...panelQueries()].map(({ expr }) => expr).join("\n");
  // their rows are beside others that say the same, or they are the base of a share
  const elsewhere = [
    "streambook_service_start_time_seconds",
    "streambook_kafka_brokers",
    "streambook_table_size_bytes",
  ];
  const more = ["streambook_hdfs_files", "streambook_yarn_nodes", "streambook_java_gc_pauses_total"];
  const spark = ["streambook_spark_jobs_active", "streambook_spark_jobs_total"];
  const missing = Object.keys(METRICS).filter((name) => !all.includes(name));
  assert.deepEqual(missing.sort(), [...elsewhere, ...more, ...spark].sort());
});

test("Prometheus looks where the watch is, and Grafana where Prometheus is", () => {
  const read = (file: string): unknown => parse(readFileSync(join(MONITORING, file), "utf8"));
  const { scrape_configs: jobs } = read("prometheus.yml") as {
    scrape_configs: { static_configs: { targets: string[] }[] }[];
  };
  assert.deepEqual(jobs[0]?.static_configs[0]?.targets, [`127.0.0.1:${WATCH_PORT}`]);
  const { datasources } = read("grafana/provisioning/datasources/prometheus.yml") as { datasources: { uid: string }[] };
  for (const file of globSync("grafana/dashboards/*.json", { cwd: MONITORING })) {
    const text = readFileSync(join(MONITORING, file), "utf8");
    const uids = new Set([...text.matchAll(/"type": "prometheus",\s*"uid": "(.*?)"/g)].map((match) => match[1]));
    assert.deepEqual([...uids], [datasources[0]?.uid], file);
  }
});

suite("promtool", needsPrometheus(), () => {
  test("takes the configuration and its rules", async () => {
    assert.match(await promtool("check", "config", join(MONITORING, "prometheus.yml")), /SUCCESS: .*is valid/);
    const files = ["recording.yml", "alerts.yml"].map((name) => join(MONITORING, "rules", name));
    assert.match(await promtool("check", "rules", ...files), new RegExp(`SUCCESS: ${recorded.size} rules`));
  });

  test("finds that alerts fire when they should, and only then", async () => {
    assert.match(await promtool("test", "rules", join(MONITORING, "rules", "alerts.test.yml")), /SUCCESS/);
  });
});
