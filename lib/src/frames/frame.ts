/** Data frames of danfojs (https://danfo.jsdata.org), the names in words, made from the rows that Hive and the library give. */
import { createRequire } from "node:module";
import { StreambookError } from "../errors/index.ts";

/** A row: values by column. */
export type Row = Readonly<Record<string, unknown>>;

/** One column of a {@link DataFrame}, as danfojs has it: the part that lessons use. */
export interface Series {
  readonly values: unknown[];
  readonly shape: number[];
  mean(): number;
  sum(): number;
  min(): number;
  max(): number;
  unique(): Series;
  valueCounts(): Series;
  add(other: number | Series): Series;
  sub(other: number | Series): Series;
  mul(other: number | Series): Series;
  div(other: number | Series): Series;
  gt(other: number | Series): Series;
  lt(other: number | Series): Series;
  eq(other: number | string | Series): Series;
  print(): void;
}

/** Rows that share the value of some columns: the part that lessons use. */
export interface Groups {
  col(columns: string[]): Groups;
  count(): DataFrame;
  sum(): DataFrame;
  mean(): DataFrame;
  min(): DataFrame;
  max(): DataFrame;
  agg(functions: Record<string, string | string[]>): DataFrame;
}

/** A table with named columns, as danfojs has it: the part that lessons use; it has all of danfojs' methods. */
export interface DataFrame {
  readonly columns: string[];
  readonly values: unknown[][];
  readonly shape: number[];
  column(name: string): Series;
  head(rows?: number): DataFrame;
  tail(rows?: number): DataFrame;
  describe(): DataFrame;
  groupby(columns: string[]): Groups;
  query(condition: Series): DataFrame;
  sortValues(column: string, options?: { ascending?: boolean }): DataFrame;
  addColumn(name: string, values: Series | readonly unknown[]): DataFrame;
  drop(options: { columns: string[] }): DataFrame;
  rename(columns: Record<string, string>): DataFrame;
  print(): void;
}

/** The package danfojs-node: what of it the library names. Its own documentation has the rest. */
export interface Danfo {
  readonly DataFrame: new (rows: unknown, options?: { columns?: string[] }) => DataFrame;
  readonly merge: (options: { left: DataFrame; right: DataFrame; on: string[]; how: string }) => DataFrame;
  readonly concat: (options: { dfList: DataFrame[]; axis: 0 | 1 }) => DataFrame;
}

let danfo: Danfo | undefined;

/**
 * The package danfojs-node, loaded at the first call (seconds, some hundred megabytes: it carries TensorFlow).
 *
 * @throws SETUP_MISSING when it is not installed
 */
export function loadDanfo(): Danfo {
  if (danfo !== undefined) return danfo;
  const { warn, log } = console;
  // TensorFlow greets, and advises a native package that is left out on purpose.
  console.warn = console.log = () => undefined;
  try {
    danfo = createRequire(import.meta.url)("danfojs-node") as Danfo;
    return danfo;
  } catch (cause) {
    throw new StreambookError("SETUP_MISSING", "the package danfojs-node cannot be loaded", {
      cause,
      hint: { setUp: true },
    });
  } finally {
    Object.assign(console, { warn, log });
  }
}

/**
 * Makes a data frame of rows. A bigint becomes a number (danfojs knows none), a date its ISO text, what is missing null.
 *
 * @param rows objects; their keys are the columns, in the order of their first appearance
 * @throws USAGE without rows and columns, or when a bigint is too large for a number
 *
 * @example
 * ```ts
 * import { frame } from "streambook/frames";
 * const words = frame([{ word: "sea", count: 12 }, { word: "ship", count: 7 }]);
 * console.assert(words.column("count").sum() === 19);
 * ```
 */
export function frame(rows: readonly object[], options: { readonly columns?: readonly string[] } = {}): DataFrame {
  const columns = [...(options.columns ?? new Set(rows.flatMap((row) => Object.keys(row))))];
  if (columns.length === 0)
    throw new StreambookError(
      "USAGE",
      "a data frame needs columns: give rows with keys, or `columns` when there may be no rows",
    );
  const { DataFrame } = loadDanfo();
  const values = rows.map((row) =>
    columns.map((column) => plain(Object.hasOwn(row, column) ? (row as Row)[column] : undefined, column)),
  );
  return new DataFrame(values, { columns });
}

/** The rows of a data frame, as objects. */
export function rowsOf(table: { readonly columns: readonly string[]; readonly values: unknown }): Row[] {
  const rows = table.values as readonly unknown[];
  return rows.map((row) => {
    const cells = Array.isArray(row) ? (row as unknown[]) : [row];
    return Object.fromEntries(table.columns.map((column, index) => [column, cells[index]]));
  });
}

function plain(value: unknown, column: string): unknown {
  if (value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "bigint") return value;
  if (BigInt.asIntN(54, value) !== value)
    throw new StreambookError(
      "USAGE",
      `column ${column} has ${value}, more than a number holds exactly; turn it into a text first`,
    );
  return Number(value);
}
