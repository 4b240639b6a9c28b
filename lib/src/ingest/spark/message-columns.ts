/**
 * Messages of a topic as columns, by SQL that Spark runs: the check of the schema, and the values of its fields.
 *
 * JSON is read as VARIANT, which keeps what each value was: `from_json` would make text of a number, and null of what does not
 * fit. The type of the whole message is compared with a pattern, so that a field too many is seen as well as one that is missing.
 */
import { type DecimalType, type Field, isoDate, isoUtc, type Schema, type ValueType } from "../../schema/index.ts";

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
 */
export function messageColumns(schema: Schema, key: string): MessageColumns {
  const text = "CAST(value AS STRING)";
  const tail = `${TAIL}_${key}`;
  const wrapped = `try_parse_json(concat('{"message":', ${text}, ',"${tail}":true}'))`;
  const readable = [
    `schema_of_variant(message) RLIKE r'^OBJECT<message: ${patternOfFields(schema.fields, patternOf)}, ${tail}: BOOLEAN>$'`,
    ...conditionsOfFields(schema.fields, MESSAGE),
    ...orderOf(schema),
  ];
  return {
    parsed: [`IF(is_valid_utf8(${text}), ${wrapped}, NULL) AS message`, "partition", "offset"],
    fields: [
      ...schema.fields.map((field) => `${valueOf(field, MESSAGE.field(field))} AS ${field.name}`),
      "partition AS kafka_partition",
      "offset AS kafka_offset",
      `coalesce(${readable.join(" AND ")}, false) AS ${readableColumn}`,
    ],
  };
}

/** A type by what Spark calls it in a VARIANT. */
const NUMBER = String.raw`(?:BIGINT|DECIMAL\(\d+,\d+\)|DOUBLE)`;
const VARIANT_TYPES: Readonly<Record<Exclude<ValueType["type"], "array" | "record">, string>> = {
  string: "STRING",
  int: NUMBER,
  bigint: NUMBER,
  double: NUMBER,
  boolean: "BOOLEAN",
  timestamp: "STRING",
  date: "STRING",
  decimal: `(?:STRING|${NUMBER})`,
};

/** What the type of a value is as text. */
function patternOf(type: ValueType): string {
  const known =
    type.type === "array"
      ? `ARRAY<${looseOf(type.items)}>`
      : type.type === "record"
        ? patternOfFields(type.fields, patternOf)
        : VARIANT_TYPES[type.type];
  return type.nullable === true ? `(?:${known}|VOID)` : known;
}

/**
 * What the type of all items of a list is as text. What some of them lack, others may have; an empty list has VOID, and one of decimals,
 * which may be text, VARIANT. So each item is looked at, too.
 */
function looseOf(type: ValueType): string {
  const known =
    type.type === "array"
      ? `ARRAY<${looseOf(type.items)}>`
      : type.type === "record"
        ? patternOfFields(
            type.fields.map((field) => ({ ...field, nullable: true })),
            looseOf,
          )
        : VARIANT_TYPES[type.type];
  return `(?:${known}|VOID${type.type === "decimal" ? "|VARIANT" : ""})`;
}

/** Fields in the order of their names. @param one the pattern of a field's type */
function patternOfFields(fields: readonly Field[], one: (type: ValueType) => string): string {
  const sorted = fields.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const patterns = sorted.map((field) => {
    const pattern = `(?:, )?${field.name}: ${one(field)}`;
    return field.nullable === true ? `(?:${pattern})?` : pattern;
  });
  return `OBJECT<${patterns.join("")}>`;
}

/** Where a value is: in which VARIANT, and how deep in lists. */
class ValuePlace {
  readonly #variant: string;
  readonly #path: string;
  readonly #depth: number;

  constructor(variant: string, path: string, depth = 0) {
    this.#variant = variant;
    this.#path = path;
    this.#depth = depth;
  }

  /** The value as a type of SQL; NULL when it is none of that type. */
  as(type: string): string {
    return `try_variant_get(${this.#variant}, '${this.#path}', '${type}')`;
  }

  field({ name }: Field): ValuePlace {
    return new ValuePlace(this.#variant, `${this.#path}.${name}`, this.#depth);
  }

  /** An expression over each item of a list, by a function of SQL such as `forall`. */
  items(name: string, expression: (item: ValuePlace) => string): string {
    const item = `item_${this.#depth}`;
    return `${name}(${this.as("array<variant>")}, ${item} -> ${expression(new ValuePlace(item, "$", this.#depth + 1))})`;
  }

  /** Whether the value is null, or is not there. */
  isNull(): string {
    return `is_variant_null(coalesce(${this.as("variant")}, parse_json('null')))`;
  }

  isOf(type: ValueType): string {
    return `schema_of_variant(${this.as("variant")}) RLIKE r'^${patternOf(type)}$'`;
  }
}

/** The whole message, as it is wrapped. */
const MESSAGE = new ValuePlace("message", "$.message");

/** The value as what a table has of it. */
function valueOf(type: ValueType, at: ValuePlace): string {
  switch (type.type) {
    case "timestamp": // Hive's TIMESTAMP has no zone; the session's is UTC
      return `CAST(try_cast(${at.as("string")} AS TIMESTAMP) AS TIMESTAMP_NTZ)`;
    case "date":
      return `try_cast(${at.as("string")} AS DATE)`;
    case "decimal":
      return decimalOf(type, at);
    case "array":
      return at.items("transform", (item) => valueOf(type.items, item));
    case "record": {
      const values = type.fields.map((field) => `'${field.name}', ${valueOf(field, at.field(field))}`);
      const struct = `named_struct(${values.join(", ")})`;
      return type.nullable === true ? `IF(${at.isNull()}, NULL, ${struct})` : struct;
    }
    default:
      return at.as(type.type);
  }
}

/** Text as it is, and a number as its shortest decimal form, which is what the reader of JSON in TypeScript makes of it. */
function decimalOf({ precision, scale }: DecimalType, at: ValuePlace): string {
  const type = `DECIMAL(${precision}, ${scale})`;
  const isText = `schema_of_variant(${at.as("variant")}) = 'STRING'`;
  return `IF(${isText}, try_cast(${at.as("string")} AS ${type}), try_cast(${at.as("double")} AS ${type}))`;
}

function conditionsOfFields(fields: readonly Field[], at: ValuePlace): string[] {
  return fields.flatMap((field) => conditionsOf(field, at.field(field)));
}

/** What must be true of a value beyond what its type is called. */
function conditionsOf(type: ValueType, at: ValuePlace): string[] {
  const conditions = [...conditionsOfType(type, at), ...limitsOf(type, valueOf(type, at))];
  if (conditions.length === 0 || type.nullable !== true) return conditions;
  return [`(${at.isNull()} OR (${conditions.join(" AND ")}))`];
}

function conditionsOfType(type: ValueType, at: ValuePlace): string[] {
  const whole = (name: "int" | "bigint", most: string): string[] => [
    `${at.as(name)} BETWEEN -${most} AND ${most} AND ${at.as("double")} = ${at.as(name)}`,
  ];
  switch (type.type) {
    case "string":
    case "boolean":
      return [];
    case "int":
      return whole("int", "2147483647");
    case "bigint":
      return whole("bigint", "9007199254740991"); // what JSON's readers keep whole
    case "double":
      return [`${at.as("double")} IS NOT NULL`];
    case "timestamp":
      return [matches(at, isoUtc, valueOf(type, at))];
    case "date":
      return [matches(at, isoDate, valueOf(type, at))];
    case "decimal":
      return [isDecimal(type, at)];
    case "array":
      return [at.items("forall", (item) => [item.isOf(type.items), ...conditionsOf(type.items, item)].join(" AND "))];
    case "record":
      return conditionsOfFields(type.fields, at);
  }
}

/** Whether nothing is lost when the value becomes a decimal: casts round. */
function isDecimal(type: DecimalType & ValueType, at: ValuePlace): string {
  const { precision, scale } = type;
  const form = String.raw`^-?(?=\d)0*\d{0,${precision - scale}}(?:\.(?=\d)\d{0,${scale}}0*)?$`;
  const [text, number, value] = [at.as("string"), at.as("double"), valueOf(type, at)];
  // What is larger or smaller has an exponent in its shortest form.
  const isPlain = `(${number} = 0 OR abs(${number}) BETWEEN 1e-6D AND 999999999999999868928D)`;
  return `IF(schema_of_variant(${at.as("variant")}) = 'STRING', ${text} RLIKE r'${form}', ${isPlain} AND CAST(${value} AS DOUBLE) = ${number})`;
}

/** What must be true of a value because of the limits of its field. */
function limitsOf({ type, minimum, maximum, values }: ValueType, value: string): string[] {
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
  const values = times.map((field) => valueOf(field, MESSAGE.field(field)));
  return values.slice(1).map((value, index) => `${values[index]} <= ${value}`);
}

function textLiteral(text: string): string {
  return `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;
}

/** Text of a form, of which Spark has made a value: it takes more forms than the course's messages may have. */
function matches(at: ValuePlace, form: RegExp, value: string): string {
  return `${at.as("string")} RLIKE r'${form.source}' AND ${value} IS NOT NULL`;
}
