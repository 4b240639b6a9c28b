/** Kafka to files, exactly once: batches are checked, gathered to files of one contiguous range of offsets, and published by one rename. */
export { demandFields, ingest, type IngestOptions, type IngestReport } from "./ingest.ts";
export { type CommitStep, type IngestProgress, type Spent } from "./run-state.ts";
export type { AddedColumn, BatchToLabel, LabelledBatch, ParsedBatch } from "./batches.ts";
export type { Enrichment, Labelling, Marker, MarkerModule } from "./enrichment.ts";
export { placeColumns, type FileFormat } from "./row-format.ts";
export { encodeParquet, storedAs } from "./parquet.ts";
export { fileName, nextOffsets, parseFileName, removeTable, tableFolders, type OffsetRange } from "./table.ts";
