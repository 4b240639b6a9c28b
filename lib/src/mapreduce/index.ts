/** MapReduce: a job defined once, run step by step, in this process, or on YARN. */
export { defineJob, NOT_UTF8, type Job, type JobDefinition, type MapContext, type ReduceContext } from "./job.ts";
export { type Key, type KeyField, type SortOrder } from "./record.ts";
export {
  mapStep,
  reduceStep,
  runLocal,
  shuffleStep,
  type JobResult,
  type LocalOptions,
  type MappedRecord,
  type Partition,
} from "./local.ts";
export { linesOf } from "../bundle/index.ts";
export { runOnYarn, type HadoopClient, type JobProgress, type YarnJobResult, type YarnOptions } from "./yarn.ts";
export { type CounterGroups } from "./hadoop-log.ts";
