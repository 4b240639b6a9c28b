/** The pieces joined: producer, consumer, rebuild, the report. */
export { consume, type CommitStep, type ConsumeOptions, type ConsumeProgress, type ConsumeReport } from "./consume.ts";
export { Labeller, decodeSavedModel, type LabellerOptions, type SavedModel } from "./labeller.ts";
export { ModelStore } from "./models.ts";
export { encodeParquet, storedAs } from "./parquet.ts";
export { dropTable, fileName, hdfsFolders, nextOffsets, parseFileName, type OffsetRange } from "./table.ts";
export { writeReport, type WrittenReport } from "./report.ts";
export { samplePoints } from "./report-limits.ts";
export { judge, type Verdict } from "./report-verdict.ts";
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
} from "./report-types.ts";
export {
  produce,
  type ProducedStream,
  type ProduceOptions,
  type ProduceProgress,
  type ProduceResult,
} from "./produce.ts";
export { rebuild, type RebuildOptions, type RebuildProgress, type RebuildReport } from "./rebuild.ts";
export { default as rebuildJob, type RebuildRecord } from "./rebuild-job.ts";
export { type RebuiltText } from "./rebuilt-files.ts";
export { checkOutput, OUTPUT_LOCK, OUTPUT_MARKER } from "./output.ts";
export { checkRunNames } from "./run-names.ts";
export { mostClustersByDefault, run, RUN_NAMES, type RunOptions, type RunResult } from "./run.ts";
export { StageRecorder, type Stage, type StageEvent } from "./stages.ts";
