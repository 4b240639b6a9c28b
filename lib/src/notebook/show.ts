/** Shows rows as a table: lists of objects, and data frames. */
import { textTable } from "../format/index.ts";
import { toJson } from "../json/index.ts";
import { escapeHtml } from "../plot/index.ts";
import { display } from "./display.ts";

/** Something with columns and rows, as danfojs' DataFrame has them. */
export interface FrameLike {
  readonly columns: readonly string[];
  readonly values: unknown;
}

/** Options of {@link show}. */
export interface ShowOptions {
  /** Rows that are shown; how many more there are is said. @default 10 */
  readonly rows?: number;
  /** Columns that are shown, in this order. @default all */
  readonly columns?: readonly string[];
}

/** Longest cell of a table, in characters. */
const LONGEST = 120;

/**
 * Shows a table: rows as objects (columns are their keys), or a data frame.
 *
 * @example
 * ```ts
 * import { show } from "streambook/notebook";
 * show([{ word: "sea", count: 12 }, { word: "ship", count: 7 }]);
 * ```
 */
export function show(table: readonly object[] | FrameLike, options: ShowOptions = {}): void {
  const { columns, rows } = tableOf(table, options.columns);
  const limit = options.rows ?? 10;
  const first = rows.slice(0, limit);
  const more = rows.length > limit ? `${rows.length - limit} more of ${rows.length} rows` : "";
  const numeric = columns.map((_, index) => first.every((row) => isNumeric(row[index])));
  const texts = first.map((row) => row.map(cellText));
  display({ "text/html": html(columns, texts, numeric, more), "text/plain": plainText(columns, texts, numeric, more) });
}

function tableOf(
  table: readonly object[] | FrameLike,
  wanted?: readonly string[],
): { columns: string[]; rows: unknown[][] } {
  if ("columns" in table) {
    const all = [...table.columns];
    const columns = [...(wanted ?? all)];
    const places = columns.map((column) => all.indexOf(column));
    const values = (table.values as readonly unknown[]).map((row) => (Array.isArray(row) ? (row as unknown[]) : [row]));
    return { columns, rows: values.map((row) => places.map((place) => row[place])) };
  }
  const columns = [...(wanted ?? new Set(table.flatMap((row) => Object.keys(row))))];
  const cell = (row: object, column: string): unknown =>
    Object.hasOwn(row, column) ? (row as Record<string, unknown>)[column] : undefined;
  return { columns, rows: table.map((row) => columns.map((column) => cell(row, column))) };
}

function isNumeric(value: unknown): boolean {
  return value === null || value === undefined || typeof value === "number" || typeof value === "bigint";
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  const text = typeof value === "string" ? value : toJson(value);
  const line = text.replace(/\s+/g, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

function html(
  columns: readonly string[],
  rows: readonly string[][],
  numeric: readonly boolean[],
  more: string,
): string {
  const side = (index: number): string => (numeric[index] === true ? "right" : "left");
  const head = columns.map((column, index) => `<th style="text-align:${side(index)}">${escapeHtml(column)}</th>`);
  const body = rows.map(
    (row) =>
      `<tr>${row.map((text, index) => `<td style="text-align:${side(index)}">${escapeHtml(text)}</td>`).join("")}</tr>`,
  );
  const rest = more === "" ? "" : `\n<p>${more}</p>`;
  return `<table>\n<thead><tr>${head.join("")}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody>\n</table>${rest}`;
}

function plainText(
  columns: readonly string[],
  rows: readonly string[][],
  numeric: readonly boolean[],
  more: string,
): string {
  return [textTable([columns, ...rows], { right: numeric }), ...(more === "" ? [] : [more])].join("\n");
}
