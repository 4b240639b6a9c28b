/** What is said of each topic that is ingested, checked before anything starts. */
import { StreambookError } from "../errors/index.ts";
import { checkTopic, deadLetterTopic } from "../kafka/index.ts";
import type { Field, FieldType, Schema } from "../schema/index.ts";
import type { Enrichment } from "./enrichment.ts";
import { type DestinationOptions, topicFolder } from "./files/destination.ts";
import { creationOf } from "./files/hive-table.ts";
import { isOnS3 } from "./files/s3-store.ts";
import { placeColumns } from "./rows/row-format.ts";

/** A topic, what its messages are, and where they go. */
export interface TopicOptions extends DestinationOptions {
  readonly topic: string;
  readonly schema: Schema;
  /** The field of the schema, a timestamp, whose UTC date or hour says where a row goes. */
  readonly timeField: string;
  /** Columns that the pipeline adds, and where it takes them from. @default none */
  readonly enrichment?: Enrichment | undefined;
}

/** A topic, of whose enrichment only the columns matter. */
type CheckedTopic = Omit<TopicOptions, "enrichment"> & {
  readonly enrichment?: Pick<Enrichment, "columns"> | undefined;
};

/**
 * Checks the topics of a run, one by one and together.
 *
 * @throws USAGE for no topic, names that Kafka, HDFS, S3 or Hive do not accept, a column that is there twice, or two topics that are the same, share a folder, or share a
 * table; SCHEMA_INVALID for a time field that a schema does not have
 */
export function checkTopics(topics: readonly CheckedTopic[]): void {
  if (topics.length === 0) throw new StreambookError("USAGE", "there is no topic to read; give one or more");
  for (const one of topics) {
    const { topic, schema, timeField, layout, table } = one;
    checkTopic(deadLetterTopic(checkTopic(topic)));
    demandFields(schema, [[timeField, "timestamp"]]);
    const folder = topicFolder(one, topic);
    if (table !== undefined) creationOf({ ...table, schema, columns: addedColumns(one), layout, folder });
  }
  demandDistinct(
    topics,
    ({ topic }) => topic,
    (name) => `the topic ${name} is given twice; give each topic once`,
  );
  demandDistinct(
    topics,
    (topic) => topicFolder(topic, topic.topic),
    (folder, both) =>
      `the topics ${both} would both be written to ${folder}${isOnS3(folder) ? "" : " on HDFS"}; give each a folder of its own`,
  );
  demandDistinct(
    topics,
    ({ table }) => table?.name,
    (table, both) => `the topics ${both} would both be rows of the table ${table}; give each a table of its own`,
  );
}

/** The columns of a topic's rows after those of its schema. */
export function addedColumns({ enrichment }: Pick<CheckedTopic, "enrichment">): Field[] {
  return [...(enrichment?.columns ?? []), ...placeColumns];
}

/** @throws USAGE when two topics have the same value */
function demandDistinct(
  topics: readonly CheckedTopic[],
  valueOf: (topic: CheckedTopic) => string | undefined,
  fault: (value: string, topics: string) => string,
): void {
  const seen = new Map<string, string>();
  for (const one of topics) {
    const value = valueOf(one);
    if (value === undefined) continue;
    const other = seen.get(value);
    if (other !== undefined) throw new StreambookError("USAGE", fault(value, `${other} and ${one.topic}`));
    seen.set(value, one.topic);
  }
}

/**
 * Checks that a schema has the fields that are looked into, each of its type and in every message.
 *
 * @throws SCHEMA_INVALID naming the first that is missing
 */
export function demandFields(
  { name: schema, fields }: Schema,
  needed: readonly (readonly [name: string, type: FieldType])[],
): void {
  for (const [name, type] of needed) {
    const found = fields.find((field) => field.name === name);
    if (found?.type === type && found.nullable !== true) continue;
    const kind = `${found?.nullable === true ? "nullable " : ""}${found?.type}`;
    const fault = found === undefined ? `has no field "${name}"` : `has a field "${name}" of type ${kind}`;
    throw new StreambookError(
      "SCHEMA_INVALID",
      `the schema ${schema} ${fault}, and the consumer needs one of type ${type}; correct the schema`,
      { hint: { change: ["schema"] } },
    );
  }
}
