/** Every layer and every chart, compared with the plain answer. */
import { compareRows, type Comparison, type Row } from "../../report/compare-rows.ts";
import { goldDefinitions } from "../gold/tables.ts";
import { goldTables } from "../names.ts";
import type { ChartName } from "../plain/charts.ts";
import type { PlainLake } from "../plain/lake.ts";
import type { LakeAnswers } from "./answers.ts";
import { chartDefinitions } from "./charts.ts";

/** What the stores say of each layer. */
export interface LakeFound extends LakeAnswers {
  /** Messages by hour. */
  readonly bronze: readonly Row[];
  /** Sums by hour, with a checksum of all values. */
  readonly silver: readonly Row[];
}

/** A comparison for each layer, table and chart. */
export function lakeComparisons(
  { tables, charts }: Pick<PlainLake, "tables" | "charts">,
  found: LakeFound,
): Comparison[] {
  return [
    compareRows("Bronze: messages by hour", tables.bronze, found.bronze, ["hour"]),
    compareRows("Silver: sums and checksums by hour", tables.silver, found.silver, ["hour"]),
    ...goldTables.map((table) =>
      compareRows(`Gold: ${table}`, tables[table], found.gold[table], goldDefinitions[table].key),
    ),
    ...Object.entries(chartDefinitions).map(([name, { title, groupBy }]) =>
      compareRows(`Chart: ${title}`, charts[name as ChartName], found.charts[name as ChartName], groupBy),
    ),
  ];
}
