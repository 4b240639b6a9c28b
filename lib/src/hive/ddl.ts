/**
 * Statements of Hive made from a schema, so that no list of columns is written twice. Names are checked and quoted, values are
 * written as literals that end where they should: what comes from outside never becomes SQL.
 */
import { StreambookError } from "../errors/index.ts";
import type { Field, Schema, SimpleType, ValueType } from "../schema/index.ts";

const NAME = /^[a-z_][a-z0-9_]{0,127}$/;

/** The type of a column for each simple type of a field. */
export const columnTypes: Readonly<Record<SimpleType, string>> = {
  string: "STRING",
  int: "INT",
  bigint: "BIGINT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
  date: "DATE",
};

/** The type of a column, as Hive writes it: `ARRAY<STRUCT<…>>` for a list of records. A column of Hive may always be NULL. */
export function columnType(type: ValueType): string {
  switch (type.type) {
    case "decimal":
      return `DECIMAL(${type.precision},${type.scale})`;
    case "array":
      return `ARRAY<${columnType(type.items)}>`;
    case "record":
      return `STRUCT<${type.fields.map((field) => `${identifier(field.name)}:${columnType(field)}${comment(field)}`).join(",")}>`;
    default:
      return columnTypes[type.type];
  }
}

/**
 * A name in back quotes: of a column or table, or `database.table`.
 *
 * @throws USAGE for anything but lower-case letters, digits and `_`, not beginning with a digit, at most 128 of them
 *
 * @example
 * ```ts
 * import { identifier } from "streambook/hive";
 * console.assert(identifier("course.chunks") === "`course`.`chunks`");
 * ```
 */
export function identifier(name: string): string {
  const parts = name.split(".");
  if (parts.length > 2 || !parts.every((part) => NAME.test(part))) {
    const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
    throw new StreambookError(
      "USAGE",
      `the Hive name ${shown} cannot be used; a name is at most 128 lower-case letters, digits and _, not beginning with a digit, and may be database.table`,
    );
  }
  return parts.map((part) => `\`${part}\``).join(".");
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * A string literal of Hive. Quotes, backslashes and control characters are escaped, and so is `$`: Hive would put the
 * value of `${system:user.name}` there, inside quotes too.
 *
 * @example
 * ```ts
 * import { stringLiteral } from "streambook/hive";
 * console.assert(stringLiteral("it's") === "'it\\'s'");
 * ```
 */
export function stringLiteral(value: string): string {
  const inner = value.replace(
    /[\\'$\p{Cc}]/gu,
    (one) => ESCAPES[one] ?? `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `'${inner}'`;
}

/** Times stand in messages as ISO 8601 with none to nine digits after the second, which Hive reads only where they are declared. */
const JSON_TIMES = Array.from(
  { length: 10 },
  (_, n) => `yyyy-MM-dd'T'HH:mm:ss${n === 0 ? "" : `.${"S".repeat(n)}`}'Z'`,
);

/** How Hive reads and writes the files of a table. */
const STORED = {
  parquet: "STORED AS PARQUET",
  ndjson: [
    "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.JsonSerDe'",
    `WITH SERDEPROPERTIES ('timestamp.formats' = ${stringLiteral(JSON_TIMES.join(","))})`,
    "STORED AS TEXTFILE",
  ].join("\n"),
} as const;

/** What is said of a table besides its schema. */
export interface TableOptions {
  /** Name of the table, or `database.table`. */
  readonly table: string;
  /** Columns after those of the schema. @default none */
  readonly extraColumns?: readonly Field[];
  /** Columns that are folders rather than parts of the files. @default none */
  readonly partitionedBy?: readonly Field[];
  /** What the files are: Parquet, or lines of JSON objects, one a row, whose times Hive cuts to milliseconds. @default "parquet" */
  readonly format?: "parquet" | "ndjson" | undefined;
  /** Folder on HDFS. */
  readonly location: string;
  /** What the table holds. */
  readonly comment?: string;
  /** Facts about the table for programs; `SHOW TBLPROPERTIES` lists them. @default none */
  readonly properties?: Readonly<Record<string, string>> | undefined;
}

/**
 * The statement that makes an external table from a schema: dropping it would leave the files.
 *
 * @throws USAGE for a name or location that cannot be used, or a column that is there twice
 */
export function createExternalTable(schema: Schema, options: TableOptions): string {
  const { extraColumns = [], partitionedBy = [], format = "parquet", comment, properties } = options;
  const columns = [...schema.fields, ...extraColumns];
  const names = [...columns, ...partitionedBy].map((field) => field.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new StreambookError(
      "USAGE",
      `the table ${options.table} would have the column "${twice}" twice; rename one of them`,
    );
  }
  return [
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${identifier(options.table)} (\n${columns.map(column).join(",\n")}\n)`,
    ...(comment === undefined ? [] : [`COMMENT ${stringLiteral(comment)}`]),
    ...(partitionedBy.length === 0 ? [] : [`PARTITIONED BY (\n${partitionedBy.map(column).join(",\n")}\n)`]),
    STORED[format],
    `LOCATION ${stringLiteral(location(options.location))}`,
    ...tableProperties(properties),
  ].join("\n");
}

function tableProperties(properties: Readonly<Record<string, string>> = {}): string[] {
  const pairs = Object.entries(properties).map(([name, value]) => `${stringLiteral(name)} = ${stringLiteral(value)}`);
  return pairs.length === 0 ? [] : [`TBLPROPERTIES (${pairs.join(", ")})`];
}

/**
 * The statement that makes a folder a partition of a table, if it is not one yet.
 *
 * @param values value of each partition column, in the table's order
 * @param folder folder of its files on HDFS
 */
export function addPartition(table: string, values: Readonly<Record<string, string | number>>, folder: string): string {
  return addPartitions(table, [[values, folder]]);
}

/**
 * The statement that makes folders partitions of a table, those that are not yet.
 *
 * @param partitions values of each partition's columns, in the table's order, and the folder of its files on HDFS; at least one
 */
export function addPartitions(
  table: string,
  partitions: readonly (readonly [values: Readonly<Record<string, string | number>>, folder: string])[],
): string {
  const each = partitions.map(
    ([values, folder]) => `PARTITION (${partition(values)}) LOCATION ${stringLiteral(location(folder))}`,
  );
  return `ALTER TABLE ${identifier(table)} ADD IF NOT EXISTS ${each.join(" ")}`;
}

/**
 * The statement that lets a partition have its files in another folder. Readers see the files of the old folder or those of the new one.
 *
 * @param folder on HDFS, with `hdfs://` in front
 */
export function movePartition(
  table: string,
  values: Readonly<Record<string, string | number>>,
  folder: string,
): string {
  return `ALTER TABLE ${identifier(table)} PARTITION (${partition(values)}) SET LOCATION ${stringLiteral(location(folder))}`;
}

/** What a view of text shows. */
export interface TextViewOptions {
  readonly view: string;
  readonly table: string;
  /** Columns, in their order; all become STRING. */
  readonly columns: readonly string[];
  /** Of these only `A-Z`, `a-z`, `0-9` and blanks are left. @default none */
  readonly stripped?: readonly string[];
  /** What is said of the view for programs. @default none */
  readonly properties?: Readonly<Record<string, string>> | undefined;
}

/** The statement that makes (or replaces) a view whose columns are all STRING. */
export function createTextView(options: TextViewOptions): string {
  const { view, table, columns, stripped = [] } = options;
  const selected = columns.map((name) => {
    const value = `CAST(${identifier(name)} AS STRING)`;
    return `  ${stripped.includes(name) ? `regexp_replace(${value}, ${stringLiteral("[^A-Za-z0-9 ]")}, '')` : value} AS ${identifier(name)}`;
  });
  const head = [`CREATE OR REPLACE VIEW ${identifier(view)}`, ...tableProperties(options.properties), "AS SELECT"].join(
    " ",
  );
  return `${head}\n${selected.join(",\n")}\nFROM ${identifier(table)}`;
}

function column(field: Field): string {
  if (field.name.includes(".")) identifier(`${field.name}.`); // a column has no database
  return `  ${identifier(field.name)} ${columnType(field)}${comment(field)}`;
}

function comment({ doc }: Field): string {
  return doc === "" ? "" : ` COMMENT ${stringLiteral(doc)}`;
}

function partition(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(
      ([name, value]) => `${identifier(name)} = ${typeof value === "number" ? numeral(value) : stringLiteral(value)}`,
    )
    .join(", ");
}

function numeral(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  throw new StreambookError("USAGE", `a partition value must be text or a whole number, and is ${value}`);
}

function location(folder: string): string {
  if (/^(?:hdfs:\/\/[A-Za-z0-9.:_-]*)?\/(?!\/)/.test(folder) && !/\p{Cc}|\/\.\.?(?:\/|$)/u.test(folder)) return folder;
  throw new StreambookError(
    "USAGE",
    `the location ${JSON.stringify(folder.slice(0, 120))} cannot be used; give an absolute folder on HDFS such as /streambook/warehouse/chunks`,
  );
}
