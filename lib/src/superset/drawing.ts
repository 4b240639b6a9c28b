/** A chart as Superset stores it: the form that its pages draw it from, and the queries that its data is got by. Both follow from one question. */
import { type Chart, type ChartKind, type Metric, MOST_ROWS, type Question } from "./boards.ts";

/** What a chart's page draws it from. */
export function formOf({ kind, question, look = {} }: Chart): Record<string, unknown> {
  const { where, time, limit = MOST_ROWS } = question;
  return {
    viz_type: kind,
    ...asked[kind](question),
    ...(time !== undefined && { time_grain_sqla: time.grain, granularity_sqla: time.column }),
    time_range: "No filter",
    adhoc_filters: where === undefined ? [] : [condition(where)],
    row_limit: limit,
    ...(question.limit !== undefined && { order_desc: true, orderby: orderOf(question) }),
    ...look,
  };
}

/** The queries of a chart, as Superset answers them when it is asked for the chart's data. @param dataset its number */
export function queriesOf({ question }: Pick<Chart, "question">, dataset: number): Record<string, unknown> {
  const { groupBy, metrics, where, limit, time } = question;
  const query = {
    columns: groupBy.map((name) => (name === time?.column ? axis(name, time.grain) : name)),
    metrics: metrics.map(metric),
    filters: [],
    extras: { having: "", where: where === undefined ? "" : `(${where})` },
    orderby: limit === undefined ? [] : orderOf(question),
    row_limit: limit ?? MOST_ROWS,
    time_range: "No filter",
  };
  return {
    datasource: { id: dataset, type: "table" },
    force: false,
    queries: [query],
    result_format: "json",
    result_type: "full",
  };
}

/** What is asked, by kind: each has its own names for the same things. */
const asked: Readonly<Record<ChartKind, (question: Question) => Record<string, unknown>>> = {
  echarts_timeseries_line: series,
  echarts_timeseries_bar: series,
  pie: ({ groupBy, metrics: [first] }) => ({ groupby: groupBy, metric: first && metric(first), sort_by_metric: true }),
  table: ({ groupBy, metrics }) => ({ query_mode: "aggregate", groupby: groupBy, metrics: metrics.map(metric) }),
  heatmap_v2: ({ groupBy: [x, y], metrics: [first] }) => ({ x_axis: x, groupby: y, metric: first && metric(first) }),
};

function series({ groupBy, metrics }: Question): Record<string, unknown> {
  return { x_axis: groupBy[0], groupby: groupBy.slice(1), metrics: metrics.map(metric) };
}

/** A metric that is SQL of the chart's own. */
function metric({ name, sql }: Metric): object {
  return { expressionType: "SQL", sqlExpression: sql, label: name, hasCustomLabel: true, optionName: `metric_${name}` };
}

function condition(where: string): object {
  return { expressionType: "SQL", clause: "WHERE", sqlExpression: where, filterOptionName: "filter_where" };
}

function axis(column: string, timeGrain: string): object {
  return { columnType: "BASE_AXIS", expressionType: "SQL", sqlExpression: column, label: column, timeGrain };
}

/** The largest first; of equal ones the first by name. */
function orderOf({ groupBy, metrics }: Question): [string, boolean][] {
  return [
    ...metrics.slice(0, 1).map(({ name }): [string, boolean] => [name, false]),
    ...groupBy.slice(0, 1).map((name): [string, boolean] => [name, true]),
  ];
}
