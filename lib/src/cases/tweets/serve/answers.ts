/** What Trino answers: every table of gold, and each chart's question. */
import { mapConcurrent } from "../../../async/index.ts";
import type { QueryOptions, Trino } from "../../../trino/index.ts";
import type { Row } from "../../report/compare-rows.ts";
import { goldDefinitions } from "../gold/tables.ts";
import { type GoldTable, goldTables, type LakeNames, lakeNames } from "../names.ts";
import type { ChartName } from "../plain/charts.ts";
import { chartDefinitions, chartSql } from "./charts.ts";
import { asText } from "./text.ts";
import { goldIn } from "./views.ts";

/** Questions that Trino is asked at the same time. */
const AT_ONCE = 2;

/** The rows of the tables and of the charts. */
export interface LakeAnswers {
  readonly gold: Readonly<Record<GoldTable, readonly Row[]>>;
  readonly charts: Readonly<Record<ChartName, readonly Row[]>>;
}

/** Asks Trino for everything: the tables have their names, and the views are made. @throws TrinoError */
export async function askTrino(
  trino: Trino,
  names: LakeNames = lakeNames(),
  options: QueryOptions = {},
): Promise<LakeAnswers> {
  const ask = (sql: string): Promise<Row[]> => trino.query<Row>(sql).collect(options);
  const gold: Partial<Record<GoldTable, readonly Row[]>> = {};
  await mapConcurrent(goldTables, AT_ONCE, async (table) => {
    gold[table] = await ask(goldSql(table, goldIn(names)));
  });
  const charts: Partial<Record<ChartName, readonly Row[]>> = {};
  await mapConcurrent(Object.entries(chartDefinitions), AT_ONCE, async ([name, chart]) => {
    charts[name as ChartName] = await ask(chartSql(chart, goldIn(names)));
  });
  return { gold: gold as LakeAnswers["gold"], charts: charts as LakeAnswers["charts"] };
}

/** All rows of a table, times and dates as text. @param schema of gold, with its catalog */
export function goldSql(table: GoldTable, schema: string): string {
  const columns = Object.entries(goldDefinitions[table].columns).map(([name, type]) => asText(name, type));
  return `SELECT ${columns.join(", ")} FROM ${schema}.${table}`;
}
