/** The form of a schema file, and its reading. */
import { readFile } from "node:fs/promises";
import { messageOf, StreambookError } from "../errors/index.ts";

/** The types a field can have. A `timestamp` is ISO 8601 text in a message and a TIMESTAMP in a table. */
export const fieldTypes = ["string", "int", "bigint", "double", "boolean", "timestamp"] as const;

/** A type of {@link fieldTypes}. */
export type FieldType = (typeof fieldTypes)[number];

/** One field of a message, one column of a table. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** What the field means; becomes the column's comment. */
  readonly doc: string;
}

/** The fields of the messages of one topic. */
export interface Schema {
  readonly name: string;
  readonly fields: readonly Field[];
}

const NAME = /^[a-z][a-z0-9_]{0,63}$/;

/**
 * Reads a schema file: JSON of the form `{"name", "fields": [{"name", "type", "doc"}]}`.
 *
 * @throws SCHEMA_INVALID naming the file and what is wrong in it
 */
export async function loadSchema(file: string): Promise<Schema> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new StreambookError(
      "SCHEMA_INVALID",
      `cannot read the schema file ${file} (${messageOf(cause)}); give the path of a schema such as schemas/chunks.json`,
      { cause },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new StreambookError(
      "SCHEMA_INVALID",
      `the schema file ${file} is not JSON (${messageOf(cause)}); mend it, schemas/chunks.json shows the form`,
      { cause },
    );
  }
  return parseSchema(value, `the schema file ${file}`);
}

/**
 * Checks that a value is a schema.
 *
 * @param where what the value is, for messages: "the schema file schemas/chunks.json"
 * @throws SCHEMA_INVALID
 */
export function parseSchema(value: unknown, where = "the schema"): Schema {
  const fail = (what: string): never => {
    throw new StreambookError("SCHEMA_INVALID", `${where}: ${what}; schemas/chunks.json shows the form`);
  };
  const { name, fields } = isRecord(value) ? value : fail("is not an object");
  if (typeof name !== "string" || !NAME.test(name))
    return fail(`"name" must be lower-case letters, digits and _, and is ${JSON.stringify(name)}`);
  if (!Array.isArray(fields) || fields.length === 0) return fail(`"fields" must be a list of one field or more`);
  const seen = new Set<string>();
  const parsed = fields.map((field: unknown, index): Field => {
    const at = `field ${index + 1}`;
    if (!isRecord(field)) return fail(`${at} is not an object`);
    const { name, type, doc = "" } = field;
    if (typeof name !== "string" || !NAME.test(name))
      return fail(`${at}: "name" must be lower-case letters, digits and _, and is ${JSON.stringify(name)}`);
    if (seen.has(name)) return fail(`${at}: the name "${name}" is there twice`);
    seen.add(name);
    if (!fieldTypes.includes(type as FieldType))
      return fail(`${at} ("${name}"): "type" must be one of ${fieldTypes.join(", ")}, and is ${JSON.stringify(type)}`);
    if (typeof doc !== "string") return fail(`${at} ("${name}"): "doc" must be text`);
    return { name, type: type as FieldType, doc };
  });
  return { name, fields: parsed };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
