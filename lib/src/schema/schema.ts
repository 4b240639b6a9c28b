/** The form of a schema file, and its reading. */
import { readFile } from "node:fs/promises";
import { messageOf, StreambookError } from "../errors/index.ts";
import { isDate, isTime } from "./iso.ts";

/**
 * The types that are said by their name alone. In a message a `timestamp` is ISO 8601 text in UTC, and a `date` is text of the form
 * `2026-01-31`; in a table they are TIMESTAMP and DATE.
 */
export const fieldTypes = ["string", "int", "bigint", "double", "boolean", "timestamp", "date"] as const;

/** A type of {@link fieldTypes}. */
export type SimpleType = (typeof fieldTypes)[number];

/**
 * A decimal number of at most `precision` digits, `scale` of them after the point; DECIMAL in a table. In a message it is a number, or
 * text where a number would lose digits.
 */
export interface DecimalType {
  readonly type: "decimal";
  /** 1 to 38. */
  readonly precision: number;
  /** 0 to `precision`. */
  readonly scale: number;
}

/** A list of values of one type; ARRAY in a table. */
export interface ArrayType {
  readonly type: "array";
  readonly items: ValueType;
}

/** A nested object with fields of its own; STRUCT in a table. */
export interface RecordType {
  readonly type: "record";
  readonly fields: readonly Field[];
}

/** What a value may be, beyond its type. */
export interface Limits {
  /** The least value: a number for numbers, ISO 8601 text for a timestamp or date. @default none */
  readonly minimum?: number | string;
  /** The largest value, likewise. @default none */
  readonly maximum?: number | string;
  /** All that a string may be. @default anything */
  readonly values?: readonly string[];
}

/** What a value is, and whether it may be missing. */
export type ValueType = ({ readonly type: SimpleType } | DecimalType | ArrayType | RecordType) &
  Limits & {
    /** Whether the value may be null or absent; NULL in a table. @default false */
    readonly nullable?: boolean;
  };

/** One field of a message, one column of a table. */
export type Field = ValueType & {
  readonly name: string;
  /** What the field means; becomes the column's comment. */
  readonly doc: string;
};

/** The name of a type. */
export type FieldType = Field["type"];

/** The fields of the messages of one topic. */
export interface Schema {
  readonly name: string;
  readonly fields: readonly Field[];
  /** Timestamps of a message that must not come before one another, the earliest first. @default none */
  readonly ordered?: readonly string[];
}

const NAME = /^[a-z][a-z0-9_]{0,63}$/;

/**
 * Reads a schema file: JSON of the form `{"name", "fields": [{"name", "type", "doc"}]}`; schemas/README.md shows every type.
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
      `the schema file ${file} is not JSON (${messageOf(cause)}); fix it, schemas/chunks.json shows the form`,
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
  const { name, fields, ordered } = isRecord(value) ? value : fail("is not an object");
  if (typeof name !== "string" || !NAME.test(name))
    return fail(`"name" must be lower-case letters, digits and _, and is ${JSON.stringify(name)}`);
  const parsed = parseFields(fields, "", fail);
  return { name, fields: parsed, ...(ordered !== undefined && { ordered: parseOrdered(ordered, parsed, fail) }) };
}

function parseOrdered(value: unknown, fields: readonly Field[], fail: Fail): string[] {
  const isTime = (name: unknown): name is string =>
    fields.some((field) => field.name === name && field.type === "timestamp" && field.nullable !== true);
  if (Array.isArray(value) && value.length > 1 && value.every(isTime)) return value;
  return fail(
    `"ordered" must be a list of two fields or more, each a timestamp that may not be null, and is ${JSON.stringify(value)}`,
  );
}

/** Ends the reading: says what is wrong in the schema. */
type Fail = (what: string) => never;

/** @param within where the fields are: nothing, or `field 2 ("user"), ` */
function parseFields(value: unknown, within: string, fail: Fail): Field[] {
  if (!Array.isArray(value) || value.length === 0) return fail(`${within}"fields" must be a list of one field or more`);
  const seen = new Set<string>();
  return value.map((field: unknown, index): Field => {
    const at = `${within}field ${index + 1}`;
    if (!isRecord(field)) return fail(`${at} is not an object`);
    const { name, doc = "" } = field;
    if (typeof name !== "string" || !NAME.test(name))
      return fail(`${at}: "name" must be lower-case letters, digits and _, and is ${JSON.stringify(name)}`);
    if (seen.has(name)) return fail(`${at}: the name "${name}" is there twice`);
    seen.add(name);
    if (typeof doc !== "string") return fail(`${at} ("${name}"): "doc" must be text`);
    return { name, ...parseType(field, `${at} ("${name}")`, fail), doc };
  });
}

/** Reads the part of a field, or of the items of an array, that says its type. */
function parseType(value: Record<string, unknown>, at: string, fail: Fail): ValueType {
  const { type, nullable = false } = value;
  if (typeof nullable !== "boolean")
    return fail(`${at}: "nullable" must be true or false, and is ${JSON.stringify(nullable)}`);
  const named = parseNamed(type, value, at, fail);
  return { ...named, ...parseLimits(value, named.type, at, fail), ...(nullable && { nullable }) };
}

/** What the limits of a type are written as. */
const LIMITS: Readonly<
  Partial<Record<FieldType, { readonly what: string; readonly accepts: (value: unknown) => boolean }>>
> = {
  ...Object.fromEntries(
    ["int", "bigint", "double", "decimal"].map((type) => [type, { what: "a number", accepts: Number.isFinite }]),
  ),
  timestamp: {
    what: "a time in ISO 8601, UTC, with Z",
    accepts: (value) => typeof value === "string" && isTime(value),
  },
  date: { what: "a date of the form 2026-01-31", accepts: (value) => typeof value === "string" && isDate(value) },
};

function parseLimits(value: Record<string, unknown>, type: FieldType, at: string, fail: Fail): Limits {
  const { values } = value;
  const limits: { minimum?: number | string; maximum?: number | string; values?: readonly string[] } = {};
  for (const name of ["minimum", "maximum"] as const) {
    const limit = value[name];
    if (limit === undefined) continue;
    const { what, accepts } = LIMITS[type] ?? fail(`${at}: a ${type} has no "${name}"`);
    if (!accepts(limit)) return fail(`${at}: "${name}" must be ${what}, and is ${JSON.stringify(limit)}`);
    limits[name] = limit as number | string;
  }
  if (values === undefined) return limits;
  if (type !== "string") return fail(`${at}: a ${type} has no "values"`);
  if (!Array.isArray(values) || values.length === 0 || !values.every((one) => typeof one === "string"))
    return fail(`${at}: "values" must be a list of texts, and is ${JSON.stringify(values)}`);
  return { ...limits, values };
}

function parseNamed(type: unknown, value: Record<string, unknown>, at: string, fail: Fail): ValueType {
  switch (type) {
    case "decimal": {
      const { precision, scale = 0 } = value;
      if (!isWhole(precision, 1, MOST_DIGITS))
        return fail(
          `${at}: "precision" must be a whole number from 1 to ${MOST_DIGITS}, and is ${JSON.stringify(precision)}`,
        );
      if (!isWhole(scale, 0, precision))
        return fail(`${at}: "scale" must be a whole number from 0 to the precision, and is ${JSON.stringify(scale)}`);
      return { type, precision, scale };
    }
    case "array": {
      const { items } = value;
      const item = typeof items === "string" ? { type: items } : items;
      if (!isRecord(item)) return fail(`${at}: "items" must be a type, and is ${JSON.stringify(items)}`);
      return { type, items: parseType(item, `${at}, items`, fail) };
    }
    case "record":
      return { type, fields: parseFields(value["fields"], `${at}, `, fail) };
    default: {
      const simple = fieldTypes.find((one) => one === type);
      if (simple !== undefined) return { type: simple };
      const all = [...fieldTypes, "decimal", "array", "record"].join(", ");
      return fail(`${at}: "type" must be one of ${all}, and is ${JSON.stringify(type)}`);
    }
  }
}

/** Digits of Hive's longest DECIMAL. */
const MOST_DIGITS = 38;

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
