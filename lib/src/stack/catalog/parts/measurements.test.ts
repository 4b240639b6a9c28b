/** What services say of themselves, as figures: the answers are those of the versions that the course runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { METRICS } from "../../../metrics/index.ts";
import { services } from "../index.ts";
import { javaSamples } from "./java-beans.ts";
import { sparkSamples } from "./spark-use.ts";

const values = (samples: ReturnType<typeof javaSamples>): Record<string, number> =>
  Object.fromEntries(
    samples.map(({ name, labels, value }) => [
      [name, ...Object.values(labels)].join(" ").replace("streambook_", ""),
      value,
    ]),
  );

test("heap and collections come from the beans of Java, milliseconds as seconds, all collectors together", () => {
  const found = javaSamples("a", [
    { name: "java.lang:type=Memory", HeapMemoryUsage: { used: 100, max: 400 } },
    { name: "java.lang:name=Copy,type=GarbageCollector", CollectionCount: 13, CollectionTime: 250 },
    { name: "java.lang:name=MarkSweepCompact,type=GarbageCollector", CollectionCount: 2, CollectionTime: 750 },
  ]);
  assert.deepEqual(values(found), {
    "java_heap_used_bytes a": 100,
    "java_heap_max_bytes a": 400,
    "java_gc_pauses_total a": 15,
    "java_gc_pause_seconds_total a": 1,
  });
});

test("a heap without a limit has none, and a page that shows no beans gives nothing", () => {
  assert.deepEqual(values(javaSamples("a", [{ HeapMemoryUsage: { used: 1, max: -1 } }])), {
    "java_heap_used_bytes a": 1,
  });
  assert.deepEqual(javaSamples("a", []), []);
});

test("Spark's figures are found whatever its application is called; a stream has its rates and the time of its last batch", () => {
  const at = "local-1790000000000.driver";
  const gauges = {
    [`${at}.jvm.heap.used`]: { value: 10 },
    [`${at}.jvm.heap.max`]: { value: 40 },
    [`${at}.jvm.Copy.count`]: { value: 3 },
    [`${at}.jvm.MarkSweepCompact.count`]: { value: 1 },
    [`${at}.jvm.Copy.time`]: { value: 500 },
    [`${at}.DAGScheduler.job.activeJobs`]: { value: 1 },
    [`${at}.DAGScheduler.job.allJobs`]: { value: 9 },
    [`${at}.spark.streaming.by.minute.inputRate-total`]: { value: 120.5 },
    [`${at}.spark.streaming.by.minute.processingRate-total`]: { value: 400 },
    [`${at}.spark.streaming.by.minute.latency`]: { value: 2500 },
    [`${at}.spark.streaming.by.minute.eventTime-watermark`]: { value: 7 },
    [`${at}.appStatus.something`]: { value: "text" },
  };
  assert.deepEqual(values(sparkSamples("s", { gauges })), {
    "java_heap_used_bytes s": 10,
    "java_heap_max_bytes s": 40,
    "java_gc_pauses_total s": 4,
    "java_gc_pause_seconds_total s": 0.5,
    spark_jobs_active: 1,
    spark_jobs_total: 9,
    "spark_stream_rows by.minute input": 120.5,
    "spark_stream_rows by.minute processing": 400,
    "spark_batch_duration_seconds by.minute": 2.5,
  });
});

test("services promise only what has a name, and a web server that they have", async () => {
  for (const service of services()) {
    const asked: string[] = [];
    for (const { gives, look } of service.metrics ?? []) {
      for (const name of gives) assert.ok(name in METRICS, name);
      const web = (purpose: string): undefined => void asked.push(purpose);
      assert.deepEqual(await look({ name: service.name, web }, new AbortController().signal), []);
    }
    for (const purpose of asked) assert.ok(purpose in service.ports, `${service.name} has no port ${purpose}`);
  }
});
