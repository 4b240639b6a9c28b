/**
 * The further pipelines, each a case: events that are made from a seed, a job on engines that span machines, and a run that proves every
 * number of its answer against plain TypeScript.
 *
 * `events/` sends events so that a generator may be killed; `table/` is a table whose partitions are replaced whole; `names/` keeps a run
 * to what runs have made; `report/` compares, and draws the page. A folder a case has the rest.
 */
export type { Case, CaseRunOptions, CaseTopic } from "./case.ts";
export { take, type CaseEvent, type EventOptions } from "./events/event.ts";
export { sendEvents, type SendOptions, type SendProgress } from "./events/send.ts";
export { CaseNames, MADE_BY, type CaseNamesOptions } from "./names/case-names.ts";
export { compareNumbers, compareRows, type Comparison, type Difference, type Row } from "./report/compare-rows.ts";
export {
  caseReportPage,
  judgeCase,
  writeCaseReport,
  type CaseCount,
  type CaseFigure,
  type CaseFindings,
  type CasePicture,
  type CaseReport,
  type WrittenCaseReport,
} from "./report/report.ts";
export { ReplacedTable, type PartitionValues, type ReplacedTableOptions } from "./table/replaced-table.ts";
export * from "./campaigns/index.ts";
export * from "./clicks/index.ts";
export * from "./tweets/index.ts";
export * from "./ratings/index.ts";
