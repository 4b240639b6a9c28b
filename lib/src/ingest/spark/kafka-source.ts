/** Topics of Kafka as Spark reads them (https://spark.apache.org/docs/latest/streaming/structured-streaming-kafka-integration.html). */
import type { SparkRelation, SparkSession } from "../../spark/index.ts";

/** A topic, and where it is. */
export interface KafkaTopic {
  /** Kafka broker, `host:port`, as Spark reaches it. */
  readonly broker: string;
  readonly topic: string;
}

/** A part of a partition. */
export interface OffsetsOfPartition {
  readonly partition: number;
  readonly first: bigint;
  /** The offset after the last. */
  readonly end: bigint;
}

/**
 * A topic from its beginning, without end: columns `key`, `value`, `partition`, `offset` and others. When messages that were not
 * read yet are gone, the stream fails.
 *
 * @param perBatch most messages of one batch
 */
export function kafkaStream(spark: SparkSession, { broker, topic }: KafkaTopic, perBatch: number): SparkRelation {
  return spark.readStream({
    format: "kafka",
    options: {
      "kafka.bootstrap.servers": broker,
      subscribe: topic,
      startingOffsets: "earliest",
      maxOffsetsPerTrigger: String(perBatch),
    },
  });
}

/** Parts of a topic's partitions, at least one. */
export function kafkaRange(
  spark: SparkSession,
  { broker, topic }: KafkaTopic,
  parts: readonly OffsetsOfPartition[],
): SparkRelation {
  const json = (offsets: (part: OffsetsOfPartition) => bigint): string =>
    `{${JSON.stringify(topic)}:{${parts.map((part) => `"${part.partition}":${offsets(part)}`).join(",")}}}`;
  return spark.read({
    format: "kafka",
    options: {
      "kafka.bootstrap.servers": broker,
      assign: JSON.stringify({ [topic]: parts.map(({ partition }) => partition) }),
      startingOffsets: json(({ first }) => first),
      endingOffsets: json(({ end }) => end),
      failOnDataLoss: "false", // what Kafka has deleted meanwhile is not there, and that is no failure
    },
  });
}
