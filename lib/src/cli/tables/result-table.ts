/** The rows of a query as a table for a terminal: aligned, one line a row, with nothing in it that a terminal would obey. */
import { cutToWidth, printable, textTable } from "../../format/index.ts";
import type { HiveTable, HiveValue } from "../../hive/index.ts";

/** Columns of the terminal that a cell may take; what is longer is cut, and ends with `…`. */
const WIDEST = 60;

/**
 * Draws a table with a line of names, a rule, and a line for each row. Numbers stand at the right. NULL, NaN and the infinities are
 * written out, line ends and other control characters as escapes (`\n`).
 */
export function resultTable({ columns, rows }: HiveTable): string {
  const cells = [columns.map(shownText), ...rows.map((row) => row.map(shown))];
  const right = columns.map((_, index) => rows.every((row) => isNumeric(row[index] ?? null)));
  return textTable(cells, { right, rule: true });
}

function isNumeric(value: HiveValue): boolean {
  return value === null || typeof value === "number" || typeof value === "bigint";
}

function shown(value: HiveValue): string {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return shownText(`0x${Buffer.from(value.subarray(0, WIDEST)).toString("hex")}`);
  return shownText(String(value));
}

function shownText(text: string): string {
  return cutToWidth(printable(text.slice(0, 4 * WIDEST)), WIDEST); // what is cut anyway need not be looked at
}
