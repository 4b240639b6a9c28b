/**
 * Messages of a topic as columns, by SQL that Spark runs: the check of the schema, and the values of its fields.
 *
 * JSON is read as VARIANT, which keeps what each value was: `from_json` would make text of a number, and null of what does not
 * fit. The type of the whole message is compared with a pattern, so that a field too many is seen as well as one that is missing.
 */
import { StreambookError } from "../../errors/index.ts";
import { type Field, isoDate, isoUtc, type Schema, type SimpleType } from "../../schema/index.ts";

/** Expressions over the columns `value`, `partition` and `offset` of Spark's source for Kafka, in two steps. */
export interface MessageColumns {
  /** First: the message as VARIANT, null where it is no JSON, beside its place in Kafka. */
  readonly parsed: readonly string[];
  /** Then: a column for each field, the place in Kafka, and whether the message can be read. */
  readonly fields: readonly string[];
}

/** The column that says whether a message can be read. */
export const readableColumn = "is_readable";

/** JSON behind the message would be passed over; with this behind it, it shows. */
const TAIL = "tail";

/**
 * The columns of a schema.
 *
 * @param key behind which the end of each message is looked for; nobody can know it who writes a message
 * @throws USAGE for a field of a type that is nested or decimal
 */
export function messageColumns(schema: Schema, key: string): MessageColumns {
  const text = "CAST(value AS STRING)";
  const tail = `${TAIL}_${key}`;
  const wrapped = `try_parse_json(concat('{"message":', ${text}, ',"${tail}":true}'))`;
  const readable = [
    `schema_of_variant(message) RLIKE r'${patternOf(schema, tail)}'`,
    ...schema.fields.flatMap((field) => {
      const { value, condition } = valueOf(field, schema);
      const conditions = [...(condition === undefined ? [] : [condition]), ...limitsOf(field, value)];
      if (conditions.length === 0) return [];
      return field.nullable === true ? [`(${isNull(field)} OR (${conditions.join(" AND ")}))`] : conditions;
    }),
    ...orderOf(schema),
  ];
  return {
    parsed: [`IF(is_valid_utf8(${text}), ${wrapped}, NULL) AS message`, "partition", "offset"],
    fields: [
      ...schema.fields.map((field) => `${valueOf(field, schema).value} AS ${field.name}`),
      "partition AS kafka_partition",
      "offset AS kafka_offset",
      `coalesce(${readable.join(" AND ")}, false) AS ${readableColumn}`,
    ],
  };
}

/** A type by what Spark calls it in a VARIANT. */
const NUMBER = String.raw`(?:BIGINT|DECIMAL\(\d+,\d+\)|DOUBLE)`;
const VARIANT_TYPES: Readonly<Record<SimpleType, string>> = {
  string: "STRING",
  int: NUMBER,
  bigint: NUMBER,
  double: NUMBER,
  boolean: "BOOLEAN",
  timestamp: "STRING",
  date: "STRING",
};

/** What the type of a message is as text: its fields in the order of their names. */
function patternOf({ fields }: Schema, tail: string): string {
  const sorted = fields.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const one = ({ name, type, nullable }: Field): string => {
    const known = VARIANT_TYPES[type as SimpleType];
    return nullable === true ? `(?:(?:, )?${name}: (?:${known}|VOID))?` : `(?:, )?${name}: ${known}`;
  };
  return `^OBJECT<message: OBJECT<${sorted.map(one).join("")}>, ${tail}: BOOLEAN>$`;
}

/** The value of a field, and what must be true of it beyond its type. */
interface Value {
  readonly value: string;
  readonly condition?: string;
}

function valueOf(field: Field, { name }: Schema): Value {
  const path = `'$.message.${field.name}'`;
  const as = (type: string): string => `try_variant_get(message, ${path}, '${type}')`;
  const whole = (type: "int" | "bigint", most: string): Value => ({
    value: as(type),
    condition: `${as(type)} BETWEEN -${most} AND ${most} AND ${as("double")} = ${as(type)}`,
  });
  switch (field.type) {
    case "string":
    case "boolean":
      return { value: as(field.type) };
    case "int":
      return whole("int", "2147483647");
    case "bigint":
      return whole("bigint", "9007199254740991"); // what JSON's readers keep whole
    case "double":
      return { value: as("double"), condition: `${as("double")} IS NOT NULL` };
    case "timestamp": {
      const time = `try_cast(${as("string")} AS TIMESTAMP)`;
      // Hive's TIMESTAMP has no zone; the session's is UTC.
      return { value: `CAST(${time} AS TIMESTAMP_NTZ)`, condition: matches(as("string"), isoUtc, time) };
    }
    case "date": {
      const date = `try_cast(${as("string")} AS DATE)`;
      return { value: date, condition: matches(as("string"), isoDate, date) };
    }
    default:
      throw new StreambookError(
        "USAGE",
        `the field "${field.name}" of the schema ${name} is of the type ${field.type}, which is not read on Spark; leave the reading to the other engine`,
      );
  }
}

/** What must be true of a value because of the limits of its field. */
function limitsOf({ type, minimum, maximum, values }: Field, value: string): string[] {
  const literal = (limit: number | string): string => {
    if (type === "timestamp") return `CAST(TIMESTAMP '${limit}' AS TIMESTAMP_NTZ)`;
    return typeof limit === "number" ? `${limit}D` : `DATE '${limit}'`;
  };
  return [
    ...(minimum === undefined ? [] : [`${value} >= ${literal(minimum)}`]),
    ...(maximum === undefined ? [] : [`${value} <= ${literal(maximum)}`]),
    ...(values === undefined ? [] : [`${value} IN (${values.map(textLiteral).join(", ")})`]),
  ];
}

/** Times that must not come before one another. */
function orderOf(schema: Schema): string[] {
  const times = (schema.ordered ?? []).flatMap((name) => schema.fields.filter((field) => field.name === name));
  const values = times.map((field) => valueOf(field, schema).value);
  return values.slice(1).map((value, index) => `${values[index]} <= ${value}`);
}

function textLiteral(text: string): string {
  return `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;
}

/** Text of a form, of which Spark has made a value: it takes more forms than the course's messages may have. */
function matches(text: string, form: RegExp, value: string): string {
  return `${text} RLIKE r'${form.source}' AND ${value} IS NOT NULL`;
}

function isNull({ name }: Field): string {
  return `is_variant_null(coalesce(try_variant_get(message, '$.message.${name}', 'variant'), parse_json('null')))`;
}
