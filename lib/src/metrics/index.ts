/** What is measured, under one name each, with its unit; values of it, and the text in which Prometheus reads them. */
export { METRICS, metric, type LabelsOf, type Metric, type MetricName } from "./names.ts";
export { sample, seriesOf, type Sample } from "./sample.ts";
export { CONTENT_TYPE, exposition } from "./exposition.ts";
export { metricsTable } from "./table.ts";
