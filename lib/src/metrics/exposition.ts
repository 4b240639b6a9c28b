/**
 * The text that Prometheus reads, format 0.0.4:
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format.
 */
import { METRICS, type Metric, type MetricName } from "./names.ts";
import type { Sample } from "./sample.ts";

/** The media type of {@link exposition}. */
export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Samples as text: each metric that has values, in the order of the table, with its help and its type.
 *
 * @example
 * ```ts
 * import { exposition, sample } from "streambook/metrics";
 * const text = exposition([sample("streambook_kafka_brokers", {}, 3)]);
 * console.assert(text.endsWith("streambook_kafka_brokers 3\n"));
 * ```
 */
export function exposition(samples: Iterable<Sample>): string {
  const byName = Map.groupBy(samples, ({ name }) => name);
  const families = Object.entries(METRICS).flatMap(([name, { type, help }]: [string, Metric]) => {
    const values = byName.get(name as MetricName) ?? [];
    if (values.length === 0) return [];
    return [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`, ...values.map(line)];
  });
  return families.map((text) => `${text}\n`).join("");
}

function line({ name, labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${number(value)}`;
}

/** A number as Go reads it. */
function number(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text.toWellFormed()).replaceAll('"', '\\"');
}
