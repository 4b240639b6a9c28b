/** The chunks of a topic, labelled on Spark's executors by a model that the consumer has saved. */
import { siblingModule } from "../../project/index.ts";
import type { SparkRelation, SparkSession, TaskRow, TransformOptions } from "../../spark/index.ts";
import { encodeSavedModel, type SavedModel } from "../consume/labeller.ts";
import { FILES, type LabelSettings } from "./label-files.ts";
import type labelTask from "./label-task.ts";

/** Where a chunk is in the topic, its cluster, and the model that found it. */
export type LabelledRow = TaskRow<typeof labelTask>;

/** Options of {@link labelTopic}. */
export interface LabelTopicOptions extends Omit<TransformOptions, "files"> {
  /** Kafka broker, `host:port`, as Spark reaches it. */
  readonly broker: string;
  readonly topic: string;
  /** The model, as {@link ModelStore} has it: `await store.load()`. */
  readonly model: SavedModel;
  /** Whether terms are stemmed, as they were when the model learned. @default true */
  readonly stem?: boolean;
}

/**
 * Labels all chunks that a topic has when the rows are asked for, with the course's own tokenizer, windows and model, on as many
 * executors as there are. The model goes along once, as a file. Messages that are no chunks are left out.
 *
 * @throws as {@link SparkSession.transform}
 *
 * @example
 * ```ts no-run
 * const model = await new ModelStore(hdfs, "chunks", logger).load();
 * const labels = await labelTopic(spark, { broker, topic: "chunks", model: model! });
 * const sizes = await spark.sql`SELECT cluster, count(*) AS chunks FROM ${labels} GROUP BY cluster`;
 * ```
 */
export async function labelTopic(
  spark: SparkSession,
  { broker, topic, model, stem = true, ...options }: LabelTopicOptions,
): Promise<SparkRelation<LabelledRow>> {
  const messages = spark.read({
    format: "kafka",
    options: { "kafka.bootstrap.servers": broker, subscribe: topic, startingOffsets: "earliest" },
  });
  // A stream's chunks go to one process, in their order: its window is made of those before.
  const chunks = spark.query`
    SELECT kafka_partition, kafka_offset, chunk.stream_id, chunk.chunk, coalesce(chunk.is_last, false) AS is_last
    FROM (
      SELECT partition AS kafka_partition, offset AS kafka_offset,
        from_json(CAST(value AS STRING), 'stream_id STRING, chunk STRING, is_last BOOLEAN') AS chunk
      FROM ${messages})
    WHERE chunk.stream_id IS NOT NULL AND chunk.chunk IS NOT NULL
    DISTRIBUTE BY stream_id SORT BY stream_id, kafka_partition, kafka_offset`;
  const settings: LabelSettings = { stem };
  return spark.transform<typeof labelTask>(chunks, siblingModule("./label-task", import.meta.url), {
    ...options,
    files: { [FILES.model]: encodeSavedModel(model), [FILES.settings]: Buffer.from(JSON.stringify(settings)) },
  });
}
