/** What dashboards are, as they are declared: a database, its tables, charts that ask them, and where each chart is. */

/** Dashboards with all that they stand on. */
export interface Boards {
  /** The database that answers. Its name makes everything below it other things than those of a database with another name. */
  readonly database: {
    readonly name: string;
    /** As SQLAlchemy has it, and as Superset reaches it: `trino://ada@127.0.0.1:8080/delta`. */
    readonly uri: string;
  };
  readonly datasets: readonly Dataset[];
  /** The charts, by names that only the declaration knows. */
  readonly charts: Readonly<Record<string, Chart>>;
  readonly dashboards: readonly Board[];
}

/** A table or view that charts ask. */
export interface Dataset {
  readonly table: string;
  readonly schema: string;
  readonly catalog: string;
  /** Columns that charts may ask for; the table may have more. */
  readonly columns: readonly string[];
}

/** A column that a chart computes. */
export interface Metric {
  readonly name: string;
  /** SQL of the database. */
  readonly sql: string;
}

/** What a chart asks. */
export interface Question {
  /** The columns by which rows are put together. */
  readonly groupBy: readonly string[];
  /** The one of them that is a time, and how it is cut: `PT1H`, an hour. */
  readonly time?: { readonly column: string; readonly grain: string };
  readonly metrics: readonly Metric[];
  /** A condition of SQL. */
  readonly where?: string;
  /** Only so many rows: those with the largest of the first metric; of equal ones those whose first column comes first. @default {@link MOST_ROWS} */
  readonly limit?: number;
}

/** Rows that a chart is given at most. */
export const MOST_ROWS = 10_000;

/** How a chart is drawn, in Superset's words. */
export type ChartKind = "echarts_timeseries_line" | "echarts_timeseries_bar" | "pie" | "table" | "heatmap_v2";

/** A chart. */
export interface Chart {
  readonly title: string;
  /** The table that it asks, one of the datasets. */
  readonly dataset: string;
  readonly kind: ChartKind;
  readonly question: Question;
  /** Further settings of its kind, in Superset's words: formats, axes, colours. */
  readonly look?: Readonly<Record<string, unknown>>;
}

/** A dashboard. */
export interface Board {
  /** The last part of its address. */
  readonly slug: string;
  readonly title: string;
  /** Charts from left to right, rows from top to bottom. */
  readonly rows: readonly (readonly PlacedChart[])[];
  /** The colours of values, the same in every chart: `{ positive: "#2a9d8f" }`. @default Superset's */
  readonly colors?: Readonly<Record<string, string>>;
}

/** A chart in a row. */
export interface PlacedChart {
  /** Its name among the charts. */
  readonly chart: string;
  /** Of twelve columns. */
  readonly width: number;
  /** In units of 8 pixels. */
  readonly height: number;
}
