/** The report of a run: `report.html` for people, `report.json` for programs, and the verdict that both give. */
export { heatMapOf, samplePoints, type HeatMapCell } from "./limits.ts";
export { reportOf, type RunFacts } from "./report-of.ts";
export { judge, type Verdict } from "./verdict.ts";
export { writeReport, type WrittenReport } from "./write-report.ts";
export type {
  ReportCluster,
  ReportCounts,
  ReportFile,
  ReportHeatMap,
  ReportLink,
  ReportMachine,
  ReportPoint,
  ReportQuality,
  ReportStage,
  ReportSuggestion,
  ReportText,
  RunReport,
} from "./types.ts";
