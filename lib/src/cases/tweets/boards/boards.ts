/** The three dashboards with the ten charts, as Superset is to have them. What each asks is in `serve/charts.ts`. */
import type { Boards, Chart, Dataset, PlacedChart } from "../../../superset/index.ts";
import { goldDefinitions } from "../gold/tables.ts";
import { type GoldTable, type LakeNames, lakeNames } from "../names.ts";
import type { ChartName } from "../plain/charts.ts";
import { type ChartDefinition, chartDefinitions, type DashboardName, dashboards } from "../serve/charts.ts";
import { goldIn, viewsOf } from "../serve/views.ts";
import { colors, heights, looks } from "./looks.ts";

/** What dashboards need to know of where they stand. */
export interface LakeBoardsOptions {
  /** Where Trino is, as Superset reaches it: `http://host:port`. */
  readonly trino: string;
  readonly names?: LakeNames;
}

/** Who asks Trino: the dashboards of a set-up are the same whoever makes them. */
const USER = "dashboards";

/**
 * The dashboards of a lakehouse.
 *
 * @example
 * ```ts
 * import { lakeBoards } from "streambook/cases";
 * const { dashboards, charts } = lakeBoards({ trino: "http://127.0.0.1:8080" });
 * console.assert(dashboards.length === 3 && Object.keys(charts).length === 10);
 * ```
 */
export function lakeBoards({ trino, names = lakeNames() }: LakeBoardsOptions): Boards {
  const suffix = names.goldSchema.replace(/^gold_?/, "");
  const [catalog = "", schema = ""] = goldIn(names).split(".");
  const tables = [...new Set(charts.map(([, { dataset }]) => dataset))];
  return {
    database: {
      name: suffix === "" ? "Tweets" : `Tweets ${suffix}`,
      uri: `trino://${USER}@${trino.replace(/^https?:\/\//, "")}/${catalog}`,
    },
    datasets: tables.map((table): Dataset => ({ table, schema, catalog, columns: columnsOf(table, names) })),
    charts: Object.fromEntries(charts.map(([name, definition]) => [name, chartOf(name, definition)])),
    dashboards: Object.entries(dashboards).map(([slug, title]) => ({
      slug: suffix === "" ? slug : `${slug}-${suffix}`,
      title,
      rows: rowsOf(slug as DashboardName),
      colors,
    })),
  };
}

const charts = Object.entries(chartDefinitions) as [ChartName, ChartDefinition][];

function columnsOf(table: string, names: LakeNames): readonly string[] {
  return viewsOf(names)[table]?.columns ?? Object.keys(goldDefinitions[table as GoldTable].columns);
}

function chartOf(name: ChartName, { title, dataset, kind, groupBy, metrics, where, limit }: ChartDefinition): Chart {
  const isByHour = groupBy.includes("hour");
  return {
    ...{ title, dataset, kind, look: looks[name].settings },
    question: {
      ...{ groupBy, metrics },
      ...(isByHour && { time: { column: "hour", grain: "PT1H" } }),
      ...(where !== undefined && { where }),
      ...(limit !== undefined && { limit }),
    },
  };
}

/** Fills row after row with charts, each twelve columns wide. */
function rowsOf(dashboard: DashboardName): PlacedChart[][] {
  const rows: PlacedChart[][] = [];
  let left = 0;
  for (const [chart, definition] of charts) {
    if (definition.dashboard !== dashboard) continue;
    const { width } = definition;
    if (left < width) [left] = [12, rows.push([])];
    rows.at(-1)?.push({ chart, width, height: heights[dashboard][rows.length - 1] as number });
    left -= width;
  }
  return rows;
}
