/** Measured values. */
import type { LabelsOf, MetricName } from "./names.ts";

/** A value of one series, as it was when it was looked at. */
export interface Sample {
  readonly name: MetricName;
  readonly labels: Readonly<Record<string, string>>;
  /** In the unit of the metric. */
  readonly value: number;
}

/**
 * A value of a metric.
 *
 * @param labels all that the metric has, and no others
 *
 * @example
 * ```ts
 * import { sample } from "streambook/metrics";
 * const heap = sample("streambook_java_heap_used_bytes", { service: "a-service" }, 5e6);
 * console.assert(heap.value === 5_000_000);
 * ```
 */
export function sample<Name extends MetricName>(name: Name, labels: LabelsOf<Name>, value: number): Sample {
  return { name, labels, value };
}

/** What tells the series of a sample from all others, as one text. */
export function seriesOf({ name, labels }: Pick<Sample, "name" | "labels">): string {
  return JSON.stringify([
    name,
    ...Object.keys(labels)
      .sort()
      .flatMap((key) => [key, labels[key]]),
  ]);
}
