/**
 * The topics of Kafka as tables of Trino (https://trino.io/docs/476/connector/kafka.html): one for each file of `schemas/`, and those of lessons.
 */
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { StreambookError } from "../../../errors/index.ts";
import { projectFile } from "../../../project/index.ts";
import { type Field, parseSchema, type Schema, type ValueType } from "../../../schema/index.ts";
import { writeAtomically } from "../../state.ts";

/** How a column is found in a message. */
interface ColumnDescription {
  readonly name: string;
  /** The way to it through objects: `user/name`. */
  readonly mapping: string;
  readonly type: string;
  /** How a text is read. */
  readonly dataFormat?: "iso8601";
  readonly comment?: string;
}

/** A topic as Trino reads it. */
interface TopicDescription {
  readonly tableName: string;
  readonly schemaName: string;
  readonly topicName: string;
  readonly message: { readonly dataFormat: "json"; readonly fields: readonly ColumnDescription[] };
}

/**
 * Topics of lessons whose messages are those of another topic, each with that one. Trino learns its topics when it starts, so a lesson cannot
 * bring its own.
 */
const LESSON_TOPICS: Readonly<Record<string, string>> = { tweets_nb12: "tweets" };

/** The names of the tables, in the order of the topics. */
export function topicTables(): string[] {
  return describedTopics().map(({ schema }) => schema.name);
}

/** Writes a description of each topic into a folder that holds nothing else. */
export async function describeTopics(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const { topic, schema } of describedTopics())
    await writeAtomically(
      join(folder, `${topic}.json`),
      `${JSON.stringify(topicTable(topic, schema), undefined, 2)}\n`,
    );
}

/** A topic, and what its messages are. */
interface DescribedTopic {
  readonly topic: string;
  /** Its name is that of the table. */
  readonly schema: Schema;
}

/** The topics of the course, and behind them those of lessons. */
function describedTopics(): DescribedTopic[] {
  const all = schemas();
  const alike = Object.entries(LESSON_TOPICS).map(([topic, other]): DescribedTopic => {
    const found = all.find((one) => one.topic === other);
    if (found === undefined) throw new StreambookError("INTERNAL", `schemas/ has no ${other}.json for ${topic}`);
    return { topic, schema: { ...found.schema, name: topic } };
  });
  return [...all, ...alike];
}

/** The schemas of the course; the name of a file is that of its topic. */
function schemas(): DescribedTopic[] {
  const folder = projectFile("schemas");
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort();
  return files.map((name) => ({
    topic: basename(name, ".json"),
    schema: parseSchema(JSON.parse(readFileSync(join(folder, name), "utf8"))),
  }));
}

/**
 * A topic as a table. The fields of a record are columns of their own, `user_name`. What Trino has no column for is text: a list
 * as JSON, a decimal with its digits. Times are cut to milliseconds.
 */
export function topicTable(topic: string, { name, fields }: Schema): TopicDescription {
  return {
    tableName: name,
    schemaName: "default",
    topicName: topic,
    message: { dataFormat: "json", fields: fields.flatMap((field) => columnsOf(field, [])) },
  };
}

function columnsOf(field: Field, path: readonly string[]): ColumnDescription[] {
  const here = [...path, field.name];
  if (field.type === "record") return field.fields.flatMap((inner) => columnsOf(inner, here));
  return [
    {
      name: here.join("_"),
      mapping: here.join("/"),
      ...COLUMN_TYPES[field.type],
      ...(field.doc !== undefined && field.doc !== "" && { comment: field.doc }),
    },
  ];
}

const COLUMN_TYPES: Readonly<
  Record<Exclude<ValueType["type"], "record">, Pick<ColumnDescription, "type" | "dataFormat">>
> = {
  string: { type: "VARCHAR" },
  int: { type: "INTEGER" },
  bigint: { type: "BIGINT" },
  double: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  timestamp: { type: "TIMESTAMP", dataFormat: "iso8601" },
  date: { type: "DATE", dataFormat: "iso8601" },
  decimal: { type: "VARCHAR" },
  array: { type: "VARCHAR" },
};
