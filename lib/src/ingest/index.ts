/** Kafka to files, exactly once: batches are checked, gathered to files of one contiguous range of offsets, and published by one rename. */
export { consume, type ConsumeOptions, type ConsumeProgress, type ConsumeReport } from "./consume.ts";
export { type CommitStep } from "./run-state.ts";
export { Labeller, decodeSavedModel, type LabellerOptions, type SavedModel } from "./labeller.ts";
export { ModelStore } from "./models.ts";
export { encodeParquet, storedAs } from "./parquet.ts";
export {
  dropTable,
  fileName,
  hdfsFolders,
  nextOffsets,
  parseFileName,
  Table,
  type OffsetRange,
  type TableOptions,
} from "./table.ts";
