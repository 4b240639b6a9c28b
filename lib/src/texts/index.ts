/** The course's pipeline: texts streamed into Kafka, clustered, kept in a Hive table, and rebuilt by MapReduce. */
export { consume, type ConsumeOptions, type ConsumeProgress, type ConsumeReport } from "./consume/consume.ts";
export { dropTable, hdfsFolders } from "./folders.ts";
export { Labeller, decodeSavedModel, type LabellerOptions, type SavedModel } from "./consume/labeller.ts";
export { ModelStore } from "./consume/models.ts";
export {
  produce,
  type ProducedStream,
  type ProduceOptions,
  type ProduceProgress,
  type ProduceResult,
} from "./produce/produce.ts";
export { rebuild, type RebuildOptions, type RebuildProgress, type RebuildReport } from "./rebuild/rebuild.ts";
export { default as rebuildJob, type RebuildRecord } from "./rebuild/rebuild-job.ts";
export { type RebuiltText } from "./rebuild/rebuilt-files.ts";
export { checkOutput, OUTPUT_LOCK, OUTPUT_MARKER } from "./run/output.ts";
export { checkRunNames } from "./run/run-names.ts";
export { mostClustersByDefault, run, RUN_NAMES, type RunOptions, type RunResult } from "./run/run.ts";
export { engines, type Engine } from "./run/stages.ts";
export {
  consumeOnSpark,
  type SparkConsumeOptions,
  type SparkConsumeProgress,
  type SparkConsumeReport,
} from "./spark/consume.ts";
export { labelTopic, type LabelledRow, type LabelTopicOptions } from "./spark/label.ts";
