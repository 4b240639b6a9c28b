/** How often the rows of a table meet its columns: texts × clusters, confusion matrices. */
import { defaultConfig, fixedAxis, type Figure } from "./figure.ts";
import { formatCount } from "../format/index.ts";
import { escapeLabel, excerpt } from "./markup.ts";

/** What a {@link heatMap} shows. */
export interface HeatMapOptions {
  /** Names of the rows, top to bottom. */
  readonly rows: readonly string[];
  /** Names of the columns, left to right. */
  readonly columns: readonly string[];
  /** Counts: one array a row, with a number for each column. */
  readonly counts: readonly (readonly number[])[];
  /** What is counted, for who points at a cell. @default "chunks" */
  readonly unit?: string;
  /** Title below the columns. @default "" */
  readonly columnTitle?: string;
}

/**
 * A heat map coloured by the share of each row, with the counts written in the cells.
 *
 * @example
 * ```ts
 * import { heatMap } from "streambook/plot";
 * const figure = heatMap({ rows: ["sea.txt"], columns: ["0", "1"], counts: [[12, 1]] });
 * console.assert(figure.data[0]?.type === "heatmap");
 * ```
 */
export function heatMap(options: HeatMapOptions): Figure {
  const { rows, columns, counts, unit = "chunks", columnTitle = "" } = options;
  const shares = counts.map((row) => {
    const sum = row.reduce((total, value) => total + value, 0);
    return row.map((value) => (sum === 0 ? 0 : Number((value / sum).toFixed(4))));
  });
  const rowLabels = rows.map((name) => escapeLabel(excerpt(name, 26)));
  return {
    data: [
      {
        type: "heatmap",
        z: shares,
        zmin: 0,
        zmax: 1,
        text: counts.map((row) => row.map((value) => (value === 0 ? "" : formatCount(value)))),
        texttemplate: "%{text}",
        customdata: counts.map((row, index) =>
          row.map(
            (value, column) =>
              `${escapeLabel(excerpt(rows[index] ?? "", 60))}<br>${escapeLabel(excerpt(columns[column] ?? "", 60))}<br>${formatCount(value)} ${escapeLabel(unit)}`,
          ),
        ),
        hovertemplate: "%{customdata}<br>%{z:.0%} of the row<extra></extra>",
        xgap: 3,
        ygap: 3,
        showscale: false,
      },
    ],
    layout: {
      // A single row leaves room for the names of the columns, which stand upright on a phone.
      height: Math.max(rows.length, 3) * 34 + 84,
      margin: { l: 8, r: 8, t: 8, b: 56 },
      dragmode: false,
      xaxis: {
        ...fixedAxis,
        tickvals: columns.map((_, index) => index),
        ticktext: columns.map((name) => escapeLabel(excerpt(name, 40))),
        showgrid: false,
        ticks: "outside",
        ticklen: 4,
        tickcolor: "rgba(0,0,0,0)",
        title: { text: escapeLabel(columnTitle) },
      },
      yaxis: {
        ...fixedAxis,
        tickvals: rows.map((_, index) => index),
        ticktext: rowLabels,
        autorange: "reversed",
        showgrid: false,
        ticks: "outside",
        ticklen: 6,
        tickcolor: "rgba(0,0,0,0)",
      },
    },
    config: defaultConfig,
  };
}
