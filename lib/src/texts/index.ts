/** The course's pipeline: texts streamed into Kafka, clustered, kept in a Hive table, and rebuilt by MapReduce. */
export {
  consume,
  decodeSavedModel,
  dropTable,
  hdfsFolders,
  Labeller,
  ModelStore,
  type CommitStep,
  type ConsumeOptions,
  type ConsumeProgress,
  type ConsumeReport,
  type LabellerOptions,
  type SavedModel,
} from "../ingest/index.ts";
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
