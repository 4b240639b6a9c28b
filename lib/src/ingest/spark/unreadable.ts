/** Messages that a stream on Spark could not read: fetched again from Kafka, and sent to the dead letters with the reason. */
import type { Schema } from "../../schema/index.ts";
import type { SparkSession } from "../../spark/index.ts";
import type { DeadLetters } from "../dead-letters.ts";
import { messageReader } from "../rows/read-message.ts";
import { kafkaRange } from "./kafka-source.ts";

/** Options of {@link sendUnreadable}. */
export interface UnreadableOptions {
  readonly broker: string;
  readonly topic: string;
  readonly schema: Schema;
  readonly deadLetters: DeadLetters;
  readonly stop: AbortSignal;
}

/**
 * Sends the messages whose places stand in some files, in the order of their offsets.
 *
 * @param files of rows with `kafka_partition` and `kafka_offset`
 * @returns how many there were
 */
export async function sendUnreadable(
  spark: SparkSession,
  files: readonly string[],
  { broker, topic, schema, deadLetters, stop }: UnreadableOptions,
): Promise<number> {
  const read = messageReader(schema);
  const places = spark.read({ format: "parquet", paths: files }).select("kafka_partition", "kafka_offset");
  const ranges =
    await spark.query`SELECT kafka_partition AS partition, min(kafka_offset) AS first, max(kafka_offset) AS last
           FROM ${places} GROUP BY kafka_partition`
      .as({ partition: "int", first: "bigint", last: "bigint" })
      .collect({ signal: stop });
  const messages = kafkaRange(
    spark,
    { broker, topic },
    ranges.map(({ partition, first, last }) => ({ partition, first, end: last + 1n })),
  );
  const found = spark.query`
    SELECT p.kafka_partition AS partition, p.kafka_offset AS offset, m.offset IS NOT NULL AS is_there, m.key, m.value
    FROM (SELECT DISTINCT * FROM ${places}) p
    LEFT JOIN ${messages} m ON m.partition = p.kafka_partition AND m.offset = p.kafka_offset
    ORDER BY 1, 2`.as({ partition: "int", offset: "bigint", is_there: "boolean", key: "binary?", value: "binary?" });
  let sent = 0;
  for await (const rows of found.batches({ signal: stop }))
    for (const { partition, offset, is_there, key, value } of rows) {
      const message = { partition, offset, key: bufferOf(key), value: bufferOf(value) };
      const fault = is_there
        ? read(value ?? new Uint8Array())
        : "could not be read, and Kafka has deleted it meanwhile";
      // Spark is stricter: a name that stands in an object twice is a fault to it.
      await deadLetters.send(message, typeof fault === "string" ? fault : "is not JSON that Spark reads", stop);
      sent++;
    }
  return sent;
}

function bufferOf(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
