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

/** A column's type: `"bigint"`; with `?` behind it where the value may be null; `"any"` for one that is not looked at. */
export type ColumnType = `${keyof ValueOf}${"" | "?"}` | "any";

/** What is expected of each column: `{ network: "string", views: "bigint", average: "double?" }`. */
export type Columns = Readonly<Record<string, ColumnType>>;

type Value<Type> = Type extends keyof ValueOf
  ? ValueOf[Type]
  : Type extends `${infer Name extends keyof ValueOf}?`
    ? ValueOf[Name] | null
    : SparkValue;

/** A row with these columns. */
export type RowOf<Expected extends Columns> = { -readonly [Name in keyof Expected]: Value<Expected[Name]> };

/**
 * Checks that a result has the columns that are expected, no more and no fewer, in any order.
 *
 * @throws USAGE with all that is wrong
 */
export function checkColumns(fields: ArrowType["children"], expected: Columns): void {
  const there = new Map(fields.map((field) => [field.name, typeName(field.type)]));
  const wrong = Object.entries(expected).flatMap(([name, type]) => {
    const found = there.get(name);
    if (found === undefined) return `there is no column ${name}`;
    return type === "any" || found === type.replace("?", "") ? [] : `${name} is ${found}, not ${type.replace("?", "")}`;
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
