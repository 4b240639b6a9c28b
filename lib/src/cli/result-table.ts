/** The rows of a query as a table for a terminal: aligned, one line a row, with nothing in it that a terminal would obey. */
import type { HiveTable, HiveValue } from "../hive/index.ts";

/** Columns of the terminal that a cell may take; what is longer is cut, and ends with `…`. */
const WIDEST = 60;
const GAP = "  ";

/**
 * Draws a table with a line of names, a rule, and a line for each row. Numbers stand at the right. NULL, NaN and the infinities are
 * written out, line ends and other control characters as escapes (`\n`).
 */
export function resultTable({ columns, rows }: HiveTable): string {
  const cells = [
    columns.map((name) => fit(printable(name))),
    ...rows.map((row) => row.map((value) => fit(shown(value)))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => width(row[index] ?? ""))));
  const right = columns.map((_, index) => rows.every((row) => isNumeric(row[index] ?? null)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => {
        const rest = " ".repeat((widths[index] ?? 0) - width(cell));
        return right[index] === true ? rest + cell : cell + rest;
      })
      .join(GAP)
      .trimEnd();
  const [names = [], ...body] = cells;
  return [line(names), widths.map((length) => "-".repeat(length)).join(GAP), ...body.map(line)].join("\n");
}

function isNumeric(value: HiveValue): boolean {
  return value === null || typeof value === "number" || typeof value === "bigint";
}

function shown(value: HiveValue): string {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return `0x${Buffer.from(value.subarray(0, WIDEST)).toString("hex")}`;
  return printable(String(value));
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Without control characters and without marks that turn the direction of writing. */
function printable(text: string): string {
  return text
    .slice(0, 4 * WIDEST) // what is cut anyway need not be looked at
    .toWellFormed()
    .replace(
      /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
      (one) => ESCAPES[one] ?? `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}

function fit(text: string): string {
  if (width(text) <= WIDEST) return text;
  let kept = "";
  let used = 1;
  for (const character of text) {
    used += widthOf(character);
    if (used > WIDEST) break;
    kept += character;
  }
  return `${kept}…`;
}

/** How many columns of a terminal a text takes. */
function width(text: string): number {
  let sum = 0;
  for (const character of text) sum += widthOf(character);
  return sum;
}

/** Source: the wide and zero-width ranges of Unicode's EastAsianWidth, the large blocks of them. */
function widthOf(character: string): number {
  if (/\p{Mn}|\p{Me}|[\u200b-\u200d]/u.test(character)) return 0;
  return /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u.test(
    character,
  )
    ? 2
    : 1;
}
