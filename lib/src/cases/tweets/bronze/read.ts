/** Bronze as Spark reads it: the lines of its objects as rows. */
import { columnType, identifier } from "../../../hive/index.ts";
import { placeColumns } from "../../../ingest/index.ts";
import type { S3 } from "../../../s3/index.ts";
import type { Field, Schema, ValueType } from "../../../schema/index.ts";
import type { SparkRelation, SparkSession } from "../../../spark/index.ts";
import type { Row } from "../../report/compare-rows.ts";
import { type LakeNames, lakeNames, tweetSchema } from "../names.ts";
import { bronzeColumns } from "./columns.ts";
import { type BronzeObject, bronzeObjects } from "./objects.ts";

/**
 * The messages of some objects, at least one. Bronze has only what the check of the schema has taken: a line that cannot be read is damage,
 * and whoever asks for the rows gets an error.
 */
export async function readBronze(
  spark: SparkSession,
  objects: readonly Pick<BronzeObject, "key">[],
  { bronze }: Pick<LakeNames, "bronze">,
): Promise<SparkRelation> {
  return spark.read({
    format: "json",
    paths: objects.map(({ key }) => `s3a://${bronze}/${key}`),
    schema: bronzeDeclaration(await tweetSchema(), [...bronzeColumns, ...placeColumns]),
    options: { mode: "FAILFAST" },
  });
}

/**
 * The columns of a line, as Spark's reader of JSON takes them: whole numbers as DOUBLE, because the check of the schema takes 5.0 and 1e2 for
 * whole, and that reader does not.
 *
 * @param added the columns that ingest has put behind those of the schema, in its own way of writing
 */
export function bronzeDeclaration({ fields }: Schema, added: readonly Field[]): string {
  return [...fields.map(lenientField), ...added]
    .map((field) => `${identifier(field.name)} ${columnType(field)}`)
    .join(", ");
}

/** The field without its description, which the statement does not need. */
function lenientField({ name, doc: _, ...type }: Field): Field {
  return { name, doc: "", ...lenient(type) };
}

/** A type whose whole numbers, at any depth, may be written as JSON writes any number. */
function lenient(type: ValueType): ValueType {
  switch (type.type) {
    case "int":
      return { ...type, type: "double" };
    case "array":
      return { ...type, items: lenient(type.items) };
    case "record":
      return { ...type, fields: type.fields.map(lenientField) };
    default:
      return type;
  }
}

/**
 * How many messages of each hour there are, for the comparison with the plain answer.
 *
 * @throws SparkError; as {@link bronzeObjects}
 */
export async function bronzeSums(
  { spark, s3 }: { readonly spark: SparkSession; readonly s3: S3 },
  names: LakeNames = lakeNames(),
  signal?: AbortSignal,
): Promise<Row[]> {
  const objects = await bronzeObjects(s3, names, signal);
  if (objects.length === 0) return [];
  const messages = await readBronze(spark, objects, names);
  return spark.query`
    SELECT date_format(created_at, 'yyyy-MM-dd HH:00') AS hour, count(*) AS messages FROM ${messages} GROUP BY 1`
    .as({ hour: "string", messages: "bigint" })
    .collect({ signal });
}
