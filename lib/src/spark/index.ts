/** Spark by Spark Connect: SQL, tables, streams and machine learning, in the shape that a reader of TypeScript expects. */
export { endSession, openSpark, SparkSession, type ReadOptions, type SparkOptions } from "./session.ts";
export { SparkRelation, type SaveMode, type SparkColumn, type WriteOptions } from "./relation.ts";
export { type RunOptions } from "./wire.ts";
export { type SparkRow, type SparkValue } from "./rows.ts";
export { type Columns, type ColumnType, type RowOf } from "./columns.ts";
export { type SparkInput } from "./literal.ts";
export { identifier, type Planned, type SqlPart, type SqlText, timestampText } from "./sql.ts";
export {
  StreamingQuery,
  type SourceProgress,
  type StreamOptions,
  type StreamProgress,
  type StreamStatus,
  type Trigger,
} from "./stream.ts";
export {
  estimator,
  hashingTF,
  idf,
  kMeans,
  SparkModel,
  tokenizer,
  transformer,
  type Estimator,
  type Parameters,
  type Stage,
  type Transformer,
} from "./ml.ts";
export {
  defineTask,
  type AnyTask,
  type Task,
  type TaskContext,
  type TaskDefinition,
  type TaskOutput,
  type TaskRow,
} from "./task/define.ts";
export { type TransformOptions } from "./task/transform.ts";
export { SparkError, type SparkFailure } from "./errors.ts";
