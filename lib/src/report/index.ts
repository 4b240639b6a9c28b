/** The report of a run: `report.html` for people, `report.json` for programs, and the verdict that both give. */
export { heatMapOf, samplePoints, type HeatMapCell } from "./limits.ts";
export { reportOf, thisMachine, type RunFacts } from "./report-of.ts";
export {
  durationTile,
  heroSection,
  madeSection,
  nextSection,
  runPage,
  section,
  timeSection,
  type RunPageOptions,
  type Tile,
} from "./sections.ts";
export { RateMeter, StageRecorder, type Stage, type StageEvent } from "./stage-recorder.ts";
export { judge, type Verdict } from "./verdict.ts";
export { writeWhole } from "./write-whole.ts";
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
