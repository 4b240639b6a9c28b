/** What a store gives against the plain answer, number by number. */

/** A row: its key columns, and what is known of them. */
export type Row = Readonly<Record<string, string | number | bigint | null>>;

/** One value that is not as it should be. */
export interface Difference {
  /** The values of the key columns: `7, 2026-09-13T06-49-00Z`. */
  readonly key: string;
  readonly column: string;
  readonly expected: string;
  readonly found: string;
}

/** An answer of a store, compared with the plain one. */
export interface Comparison {
  /** The question, and the store that was asked. */
  readonly name: string;
  /** Values that were compared. */
  readonly compared: number;
  readonly different: number;
  /** The first differences, at most {@link MOST_EXAMPLES}. */
  readonly examples: readonly Difference[];
}

/** Differences that are named. */
const MOST_EXAMPLES = 20;

/**
 * Compares every value of every row. A row that only one side has is one difference, and so is a key that stands there twice. Numbers
 * are compared as they are, to the last bit: a bigint equals a number of the same value, and 1 is not "1".
 *
 * @param key the columns that say which rows belong together
 *
 * @example
 * ```ts
 * import { compareRows } from "streambook/cases";
 * const { compared, different } = compareRows("n by k", [{ k: "a", n: 1 }, { k: "b", n: 2 }], [{ k: "a", n: 1n }], ["k"]);
 * console.assert(compared === 2 && different === 1);
 * ```
 */
export function compareRows(
  name: string,
  expected: Iterable<Row>,
  found: Iterable<Row>,
  key: readonly string[],
): Comparison {
  const keyOf = (row: Row): string => key.map((column) => String(row[column])).join(", ");
  const examples: Difference[] = [];
  let compared = 0;
  let different = 0;
  const differ = (difference: Difference): void => {
    different++;
    if (examples.length < MOST_EXAMPLES) examples.push(difference);
  };
  const wholeRow = (of: string, what: { readonly expected: string; readonly found: string }): void => {
    compared++;
    differ({ key: of, column: "the row", ...what });
  };
  const wanted = new Map<string, Row>();
  for (const row of expected) wanted.set(keyOf(row), row);
  const seen = new Set<string>();
  for (const row of found) {
    const of = keyOf(row);
    const plain = wanted.get(of);
    if (seen.has(of)) wholeRow(of, { expected: "once", found: "again" });
    else if (plain === undefined) wholeRow(of, { expected: "none", found: shown(row) });
    else
      for (const column of Object.keys(plain).filter((each) => !key.includes(each))) {
        compared++;
        const [right, other] = [plain[column] ?? null, row[column] ?? null];
        if (!isSame(right, other)) differ({ key: of, column, expected: String(right), found: String(other) });
      }
    seen.add(of);
  }
  for (const [of, row] of wanted) if (!seen.has(of)) wholeRow(of, { expected: shown(row), found: "none" });
  return { name, compared, different, examples };
}

/**
 * Compares numbers by their names.
 *
 * @example
 * ```ts
 * import { compareNumbers } from "streambook/cases";
 * console.assert(compareNumbers("events", { sent: 3, clean: 2 }, { sent: 3, clean: 1 }).different === 1);
 * ```
 */
export function compareNumbers(
  name: string,
  expected: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
): Comparison {
  const rows = (numbers: Readonly<Record<string, number>>): Row[] =>
    Object.entries(numbers).map(([what, n]) => ({ what, n }));
  return compareRows(name, rows(expected), rows(found), ["what"]);
}

function isSame(a: Row[string], b: Row[string]): boolean {
  if (typeof a === "bigint" && typeof b === "number") return Number.isSafeInteger(b) && a === BigInt(b);
  if (typeof a === "number" && typeof b === "bigint") return isSame(b, a);
  return Object.is(a, b) || a === b;
}

function shown(row: Row): string {
  return Object.entries(row)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(", ");
}
