import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { exposition, type Metric, METRICS, metricsTable, sample, seriesOf } from "./index.ts";

const table: readonly (readonly [string, Metric])[] = Object.entries(METRICS);

test("names follow the conventions of Prometheus: base units, _total for counters and for nothing else", () => {
  for (const [name, { type, unit, labels, help }] of table) {
    assert.match(name, /^streambook_[a-z]+(?:_[a-z]+)+$/, name);
    assert.equal(name.endsWith("_total"), type === "counter", name);
    if (unit === "bytes" || unit === "seconds")
      assert.match(name, new RegExp(`_${unit}(?:_total)?$`), `${name} is in ${unit}`);
    for (const label of labels) assert.match(label, /^[a-z]+$/);
    assert.match(help, /^[A-Z].*\.$/, `the help of ${name} is a sentence`);
  }
});

test("a metric is written with its help, its type, and a line for each series, in the order of the table", () => {
  const text = exposition([
    sample("streambook_java_gc_pause_seconds_total", { service: "a" }, 0.25),
    sample("streambook_service_up", { service: "a" }, 1),
    sample("streambook_service_up", { service: "b" }, 0),
  ]);
  assert.equal(
    text,
    [
      `# HELP streambook_service_up ${METRICS.streambook_service_up.help}`,
      "# TYPE streambook_service_up gauge",
      'streambook_service_up{service="a"} 1',
      'streambook_service_up{service="b"} 0',
      `# HELP streambook_java_gc_pause_seconds_total ${METRICS.streambook_java_gc_pause_seconds_total.help}`,
      "# TYPE streambook_java_gc_pause_seconds_total counter",
      'streambook_java_gc_pause_seconds_total{service="a"} 0.25',
      "",
    ].join("\n"),
  );
});

test("what is no number is written as Go reads it", () => {
  const line = (value: number): string =>
    exposition([sample("streambook_kafka_brokers", {}, value)])
      .trimEnd()
      .split(" ")
      .at(-1) ?? "";
  assert.deepEqual([NaN, Infinity, -Infinity, 1e21, 0.1].map(line), ["NaN", "+Inf", "-Inf", "1e+21", "0.1"]);
});

test("law: a label's value is read back from its line, whatever it holds", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      const lines = exposition([sample("streambook_kafka_group_members", { group: value }, 1)]).split("\n");
      assert.equal(lines.length, 4, "the value stays on its line");
      const quoted = /^streambook_kafka_group_members\{group="(.*)"\} 1$/s.exec(lines[2] ?? "")?.[1] ?? "";
      const read = quoted.replace(/\\(.)/gs, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
      assert.equal(read, value.toWellFormed());
    }),
  );
});

test("series differ by name and labels, not by the order of labels", () => {
  const one = { name: "streambook_table_rows", labels: { table: "a", topic: "b" } } as const;
  const same = { name: "streambook_table_rows", labels: { topic: "b", table: "a" } } as const;
  assert.equal(seriesOf(one), seriesOf(same));
  assert.notEqual(seriesOf(one), seriesOf({ ...one, labels: { table: "b", topic: "a" } }));
});

test("the table for the documentation has every name", () => {
  for (const [name] of table) assert.ok(metricsTable().includes(`\`${name}\``), name);
});
