/**
 * What Spark does, from the figures that its web page shows as JSON (`/metrics/json`):
 * https://spark.apache.org/docs/latest/monitoring.html#metrics. Streams are among them by `spark.sql.streaming.metricsEnabled`.
 */
import { type Sample, sample } from "../../../metrics/index.ts";
import { askJson } from "../../observe/probes.ts";
import type { Measurement } from "../../service.ts";

interface Figures {
  readonly gauges?: Readonly<Record<string, { readonly value: unknown }>>;
}

/** @param purpose of the port of Spark's web page */
export function sparkUse(purpose: string): Measurement {
  return {
    gives: [
      "streambook_java_heap_used_bytes",
      "streambook_java_heap_max_bytes",
      "streambook_java_gc_pauses_total",
      "streambook_java_gc_pause_seconds_total",
      "streambook_spark_jobs_active",
      "streambook_spark_jobs_total",
      "streambook_spark_stream_rows",
      "streambook_spark_batch_duration_seconds",
    ],
    async look(at, signal) {
      const page = at.web(purpose);
      return page === undefined
        ? []
        : sparkSamples(at.name, (await askJson(`${page}/metrics/json/`, signal)) as Figures);
    },
  };
}

/** Names of figures begin with the application and the part of it: `local-1700000000000.driver.`. */
const STREAM =
  /^[^.]+\.driver\.spark\.streaming\.(?<query>.+)\.(?<figure>inputRate-total|processingRate-total|latency)$/;

/** The figures of an answer. */
export function sparkSamples(service: string, { gauges = {} }: Figures): Sample[] {
  const entries = Object.entries(gauges).map(([name, { value }]) => [name, Number(value)] as const);
  const numbers = entries.filter(([, value]) => Number.isFinite(value));
  const one = (ending: string): number | undefined =>
    numbers.find(([name]) => name.replace(/^[^.]+\.driver\./, "") === ending)?.[1];
  const sum = (pattern: RegExp): number | undefined => {
    const found = numbers.filter(([name]) => pattern.test(name));
    return found.length === 0 ? undefined : found.reduce((total, [, value]) => total + value, 0);
  };
  const known = <T>(value: number | undefined, made: (value: number) => T): T[] =>
    value === undefined ? [] : [made(value)];
  return [
    ...known(one("jvm.heap.used"), (value) => sample("streambook_java_heap_used_bytes", { service }, value)),
    ...known(one("jvm.heap.max"), (value) => sample("streambook_java_heap_max_bytes", { service }, value)),
    ...known(sum(/\.driver\.jvm\..*(?:Copy|MarkSweepCompact|G1[^.]*|PS-[^.]*)\.count$/), (value) =>
      sample("streambook_java_gc_pauses_total", { service }, value),
    ),
    ...known(sum(/\.driver\.jvm\..*(?:Copy|MarkSweepCompact|G1[^.]*|PS-[^.]*)\.time$/), (value) =>
      sample("streambook_java_gc_pause_seconds_total", { service }, value / 1000),
    ),
    ...known(one("DAGScheduler.job.activeJobs"), (value) => sample("streambook_spark_jobs_active", {}, value)),
    ...known(one("DAGScheduler.job.allJobs"), (value) => sample("streambook_spark_jobs_total", {}, value)),
    ...numbers.flatMap(([name, value]) => streamSample(name, value)),
  ];
}

function streamSample(name: string, value: number): Sample[] {
  const { query = "", figure } = STREAM.exec(name)?.groups ?? {};
  switch (figure) {
    case "inputRate-total":
      return [sample("streambook_spark_stream_rows", { query, rate: "input" }, value)];
    case "processingRate-total":
      return [sample("streambook_spark_stream_rows", { query, rate: "processing" }, value)];
    case "latency":
      return [sample("streambook_spark_batch_duration_seconds", { query }, value / 1000)];
    default:
      return [];
  }
}
