/**
 * Rows on their way between Spark and a task: one line of JSON each, an object with a column's place for its name, in which what
 * JSON has no exact form for is text. Here the SQL that writes and reads it; `codec.ts` does the same in the task.
 *
 * | type | JSON |
 * |---|---|
 * | string, boolean, int | as they are |
 * | double | a number; out of a task text, which knows NaN, the infinities and -0 |
 * | bigint, decimal | digits, as text |
 * | timestamp | microseconds since 1970, as text |
 * | date, timestamp without zone | text |
 * | binary | base64 |
 * | array | list |
 * | struct | object, a field's place for its name |
 * | map | list of objects `{ "0": key, "1": value }` |
 */
import type { ColumnTree, TaskColumn } from "./column-type.ts";

/** `` `a``b` `` */
export function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** A text as SQL writes it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** The line of a row with these columns. */
export function lineOf(columns: readonly TaskColumn[]): string {
  const members = columns.map(({ name, tree }, place) => `'${place}', ${written(quoted(name), tree, 0)}`);
  // A row without columns is one, too.
  return `to_json(named_struct(${members.length === 0 ? "'none', CAST(NULL AS STRING)" : members.join(", ")}))`;
}

/** What the columns are of a line that `from_json` has read by {@link lineSchema}. @param parsed the name of the parsed line */
export function columnsOf(columns: readonly TaskColumn[], parsed: string): string {
  return columns
    .map(({ name, tree }, place) => `${read(`${parsed}.\`${place}\``, tree, 0)} AS ${quoted(name)}`)
    .join(", ");
}

/** The types of a line, as `from_json` wants them. */
export function lineSchema(columns: readonly TaskColumn[]): string {
  return columns.map(({ tree }, place) => `\`${place}\` ${wireType(tree)}`).join(", ");
}

function written(value: string, tree: ColumnTree, depth: number): string {
  const variable = `x${depth}`;
  switch (tree.kind) {
    case "string":
    case "int":
    case "boolean":
      return value;
    case "double":
      return `CAST(${value} AS DOUBLE)`; // a FLOAT has fewer digits
    case "timestamp":
      return `CAST(unix_micros(${value}) AS STRING)`;
    case "binary":
      return `base64(${value})`;
    case "array":
      return `transform(${value}, ${variable} -> ${written(variable, tree.element, depth + 1)})`;
    case "map":
      return `transform(map_entries(${value}), ${variable} -> named_struct('0', ${written(`${variable}.key`, tree.key, depth + 1)}, '1', ${written(`${variable}.value`, tree.value, depth + 1)}))`;
    case "struct": {
      const members = tree.fields.map(
        ([name, type], place) => `'${place}', ${written(`${value}.${quoted(name)}`, type, depth)}`,
      );
      return `IF(${value} IS NULL, NULL, named_struct(${members.join(", ")}))`;
    }
    default:
      return `CAST(${value} AS STRING)`;
  }
}

function read(value: string, tree: ColumnTree, depth: number): string {
  const variable = `x${depth}`;
  switch (tree.kind) {
    case "string":
    case "boolean":
    case "int":
      return value;
    case "timestamp":
      return `timestamp_micros(CAST(${value} AS BIGINT))`;
    case "local":
      return `CAST(${value} AS TIMESTAMP_NTZ)`;
    case "binary":
      return `unbase64(${value})`;
    case "decimal":
      return `CAST(${value} AS DECIMAL(${tree.precision},${tree.scale}))`;
    case "array":
      return `transform(${value}, ${variable} -> ${read(variable, tree.element, depth + 1)})`;
    case "map":
      return `map_from_entries(transform(${value}, ${variable} -> struct(${read(`${variable}.\`0\``, tree.key, depth + 1)}, ${read(`${variable}.\`1\``, tree.value, depth + 1)})))`;
    case "struct": {
      const members = tree.fields.map(
        ([name, type], place) => `${sqlText(name)}, ${read(`${value}.\`${place}\``, type, depth)}`,
      );
      return `IF(${value} IS NULL, NULL, named_struct(${members.join(", ")}))`;
    }
    default:
      return `CAST(${value} AS ${tree.kind.toUpperCase()})`;
  }
}

function wireType(tree: ColumnTree): string {
  switch (tree.kind) {
    case "int":
    case "boolean":
      return tree.kind.toUpperCase();
    case "array":
      return `ARRAY<${wireType(tree.element)}>`;
    case "map":
      return `ARRAY<STRUCT<\`0\`: ${wireType(tree.key)}, \`1\`: ${wireType(tree.value)}>>`;
    case "struct":
      return `STRUCT<${tree.fields.map(([, type], place) => `\`${place}\`: ${wireType(type)}`).join(", ")}>`;
    default:
      return "STRING";
  }
}
