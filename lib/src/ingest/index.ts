/**
 * Kafka to files, exactly once: batches are checked, gathered to files of one contiguous range of offsets, and published by one rename.
 *
 * Here stands the flow of a topic: reading, labelling, gathering, publishing. `rows/` has what needs one message only, in threads: the
 * check, the formats. `files/` has where files stand: names, layouts, the folder on HDFS, the Hive table over it. `compaction/` makes
 * few files of many. `spark/` lets a stream on Spark do the reading: the same table, another engine.
 */
export { ingest, type IngestOptions, type IngestReport } from "./ingest.ts";
export { compact, type Compacted, compactionLimits, type CompactOptions } from "./compaction/compact.ts";
export type { CompactionStep } from "./compaction/folder.ts";
export { checkTopics, demandFields, type TopicOptions } from "./topic-options.ts";
export { hdfsMarks, readMark, writeMark, type MarkStore } from "./names/marks.ts";
export { makeTopic, TopicMarks, type TopicMarksOptions } from "./names/topic-marks.ts";
export { ServiceRetry, type ServiceRetryOptions } from "./service-retry.ts";
export type { CommitStep, Figures, Progress, Spent } from "./topic-state.ts";
export type { AddedColumn, BatchToLabel, LabelledBatch, ParsedBatch } from "./batches.ts";
export type { Enrichment, Labelling, LabellingServices, Marker, MarkerModule } from "./enrichment.ts";
export { placeColumns, type FileFormat } from "./rows/row-format.ts";
export { encodeParquet, storedAs } from "./rows/parquet.ts";
export type { Granularity } from "./rows/timestamp.ts";
export {
  fileName,
  nextOffsets,
  parseFileName,
  parseRawFileName,
  topicOfStreamFile,
  type OffsetRange,
} from "./files/file-names.ts";
export { tableLayout, topicLayout, type Layout } from "./files/layout.ts";
export type { DestinationOptions } from "./files/destination.ts";
export { isOnS3, type S3Access } from "./files/s3-store.ts";
export type { HiveTableOptions } from "./files/hive-table.ts";
export { RAW_FOLDER, removeTable, tableDestination, tableFolders } from "./files/warehouse.ts";
export { ownerOfStream } from "./spark/stream-folder.ts";
export { committedOffsets, committedPartitions } from "./spark/stream-position.ts";
export type { StreamSessions } from "./spark/run-stream.ts";
export { streamToFiles, type FilesFigures, type StreamToFilesOptions } from "./spark/stream-to-files.ts";
export type { OffsetsOfPartition } from "./spark/kafka-source.ts";
export {
  streamToTable,
  type EnrichmentParts,
  type StreamEnrichment,
  type StreamFigures,
  type StreamToTableOptions,
} from "./spark/stream-to-table.ts";
