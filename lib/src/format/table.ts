/** Options of {@link textTable}. */
export interface TextTableOptions {
  /** Whether the cells of a column stand at the right, as numbers do; one entry a column. @default none does */
  readonly right?: readonly boolean[];
  /** Whether a line of hyphens parts the first row, the names, from the others. @default false */
  readonly rule?: boolean;
}

const GAP = "  ";

/**
 * Rows for a terminal: columns as wide as their widest cell, one line a row, and no blanks at the ends of the lines.
 *
 * @param rows rows × columns; a cell is one line (see {@link printable}), and what is missing is empty
 *
 * @example
 * ```ts
 * import { textTable } from "streambook/format";
 * console.log(textTable([["NAME", "ROWS"], ["sea", "12"]], { right: [false, true] }));
 * ```
 */
export function textTable(
  rows: readonly (readonly string[])[],
  { right = [], rule = false }: TextTableOptions = {},
): string {
  const widths = widthsOf(rows);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => {
        const rest = " ".repeat((widths[index] ?? 0) - displayWidth(cell));
        return right[index] === true ? rest + cell : cell + rest;
      })
      .join(GAP)
      .trimEnd();
  const [names = [], ...body] = rows;
  const rules = rule ? [widths.map((width) => "-".repeat(width)).join(GAP)] : [];
  return [line(names), ...rules, ...body.map(line)].join("\n");
}

/** A table of Markdown as Prettier formats it: columns as wide as their widest cell. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = widthsOf([head, ...rows]).map((width) => Math.max(width, 3)); // a rule needs three hyphens
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => `${cells[column] ?? ""}${" ".repeat(width - displayWidth(cells[column] ?? ""))}`).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => displayWidth(row[column] ?? ""))),
  );
}

/** How many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  let sum = 0;
  for (const character of text) sum += widthOf(character);
  return sum;
}

/** A text of at most so many columns of a terminal: what is longer is cut, and ends with `…`. */
export function cutToWidth(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = "";
  let used = 1;
  for (const character of text) {
    used += widthOf(character);
    if (used > columns) break;
    kept += character;
  }
  return `${kept}…`;
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

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A text on one line, with nothing in it that a terminal would obey: control characters and marks that turn the direction of writing become escapes. */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(
      /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
      (one) => ESCAPES[one] ?? `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}
