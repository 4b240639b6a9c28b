/** A small declaration for tests: one table, two charts, one dashboard. */
import type { Boards } from "./boards.ts";

/** @param name of the database, which makes everything other things @param uri where it is */
export function boardsForTest(name: string, uri = "trino://test@127.0.0.1:8080/memory", table = "words"): Boards {
  return {
    database: { name, uri },
    datasets: [{ table, schema: "default", catalog: "memory", columns: ["word", "at", "n"] }],
    charts: {
      top: {
        ...{ title: "Top words", dataset: table, kind: "echarts_timeseries_bar", look: { show_value: true } },
        question: { groupBy: ["word"], metrics: [{ name: "total", sql: "sum(n)" }], limit: 2 },
      },
      hours: {
        ...{ title: "Words by the hour", dataset: table, kind: "heatmap_v2" },
        question: {
          ...{ groupBy: ["at", "word"], time: { column: "at", grain: "PT1H" }, where: "n > 1" },
          metrics: [{ name: "total", sql: "sum(n)" }],
        },
      },
    },
    dashboards: [
      {
        ...{ slug: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"), title: `Words of ${name}` },
        rows: [
          [
            { chart: "top", width: 6, height: 40 },
            { chart: "hours", width: 6, height: 40 },
          ],
        ],
        colors: { a: "#4cb8d4" },
      },
    ],
  };
}
