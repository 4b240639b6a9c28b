/** The columns of a result: what a caller expects of them, and whether Spark's are so. */
import { StreambookError } from "../errors/index.ts";
import type { SparkValue } from "./rows.ts";
import { typeName, type ArrowType } from "./arrow-type.ts";

/** A type of SQL, by the value that it becomes here. */
interface ValueOf {
  string: string;
  int: number;
  bigint: bigint;
  double: number;
  decimal: string;
  boolean: boolean;
  timestamp: string;
  date: string;
  binary: Uint8Array;
}

/** A type of SQL as it is written here: `decimal` may say its digits, and what is in lists, maps and structs may be null. */
type TypeName =
  | keyof ValueOf
  | `decimal(${number},${number})`
  | `array<${string}>`
  | `map<${string}, ${string}>`
  | `struct<${string}>`;

/** A column's type: `"bigint"`; with `?` behind it where the value may be null; `"any"` for one that is not looked at. */
export type ColumnType = `${TypeName}${"" | "?"}` | "any";

/** What is expected of each column: `{ network: "string", views: "bigint", average: "double?" }`. */
export type Columns = Readonly<Record<string, ColumnType>>;

type Value<Type> = Type extends "any" ? SparkValue : Type extends `${infer Name}?` ? Plain<Name> | null : Plain<Type>;

/** A value that is not null. Of structs and maps, the compiler knows no more than that they are such. */
type Plain<Type> = Type extends keyof ValueOf
  ? ValueOf[Type]
  : Type extends `decimal(${string})`
    ? string
    : Type extends `array<${infer Element}>`
      ? (Plain<Element> | null)[]
      : Type extends `map<${string}>`
        ? Map<SparkValue, SparkValue>
        : Type extends `struct<${string}>`
          ? Record<string, SparkValue>
          : never;

/** A row with these columns. */
export type RowOf<Expected extends Columns> = { -readonly [Name in keyof Expected]: Value<Expected[Name]> };

/** The names of the types of columns, by the columns' names. */
export function columnTypes(fields: ArrowType["children"]): Map<string, string> {
  return new Map(fields.map((field) => [field.name, typeName(field.type)]));
}

/**
 * Checks that a result has the columns that are expected, no more and no fewer, in any order.
 *
 * @param there the names of the columns' types, by the columns' names
 * @throws USAGE with all that is wrong
 */
export function checkColumns(there: ReadonlyMap<string, string>, expected: Columns): void {
  const wrong = Object.entries(expected).flatMap(([name, type]) => {
    const found = there.get(name);
    if (found === undefined) return `there is no column ${name}`;
    const wanted = type.replace(/\?$/, "");
    return type === "any" || found === wanted.replaceAll(/\(\d+,\s*\d+\)/g, "")
      ? []
      : `${name} is ${found}, not ${wanted}`;
  });
  const more = [...there.keys()].filter((name) => !Object.hasOwn(expected, name));
  if (more.length > 0) wrong.push(`nobody expects ${more.join(", ")}`);
  if (wrong.length > 0)
    throw new StreambookError(
      "USAGE",
      `the rows are not as expected: ${wrong.join("; ")}; correct the statement or the columns`,
    );
}

/** Checks that nothing is null where that is not expected. @throws USAGE naming the column */
export function checkNulls(rows: readonly Readonly<Record<string, unknown>>[], expected: Columns): void {
  const strict = Object.keys(expected).filter((name) => !(expected[name]?.endsWith("?") || expected[name] === "any"));
  for (const row of rows)
    for (const name of strict)
      if (row[name] === null)
        throw new StreambookError(
          "USAGE",
          `the column ${name} holds a null, which its type "${expected[name]}" excludes; expect "${expected[name]}?"`,
        );
}
