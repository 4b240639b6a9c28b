/** The names as a table of Markdown, for the documentation. */
import { markdownTable } from "../format/index.ts";
import { type Metric, METRICS } from "./names.ts";

/** Every metric with its kind, unit, labels, and what it is. */
export function metricsTable(): string {
  const rows = Object.entries(METRICS).map(([name, { type, unit, labels, help }]: [string, Metric]) => [
    `\`${name}\``,
    type,
    unit,
    labels.map((label) => `\`${label}\``).join(", "),
    help,
  ]);
  return markdownTable(["name", "type", "unit", "labels", "what it is"], rows);
}
