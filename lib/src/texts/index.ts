/** The course's pipeline: texts streamed into Kafka, clustered, kept in a Hive table, and rebuilt by MapReduce. */
export { consume, type ConsumeOptions, type ConsumeProgress, type ConsumeReport } from "./consume.ts";
export { dropTable, hdfsFolders } from "./folders.ts";
export { Labeller, decodeSavedModel, type LabellerOptions, type SavedModel } from "./labeller.ts";
export { ModelStore } from "./models.ts";
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
