/** How well clusters agree with the truth, or with other clusters. The names of clusters do not matter, only who is together. */
import { StreambookError } from "../errors/index.ts";

/** A label for each item; what the labels are called does not matter. */
export type Labels = ArrayLike<number | string>;

/** How many items have each pair of labels. */
interface Contingency {
  readonly items: number;
  /** Items of each pair of labels; pairs without items are not there. */
  readonly cells: readonly { readonly row: number; readonly column: number; readonly count: number }[];
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

function contingency(a: Labels, b: Labels): Contingency {
  if (a.length !== b.length) {
    throw new StreambookError(
      "USAGE",
      `labels can be compared only item by item, and there are ${a.length} and ${b.length}; give two lists of one length`,
    );
  }
  const [rowOf, columnOf] = [new Map<number | string, number>(), new Map<number | string, number>()];
  const [rows, columns]: [number[], number[]] = [[], []];
  const cells = new Map<string, { row: number; column: number; count: number }>();
  for (let i = 0; i < a.length; i++) {
    const row = numberOf(rowOf, a[i] as number | string);
    const column = numberOf(columnOf, b[i] as number | string);
    rows[row] = (rows[row] ?? 0) + 1;
    columns[column] = (columns[column] ?? 0) + 1;
    const cell = cells.get(`${row} ${column}`);
    if (cell === undefined) cells.set(`${row} ${column}`, { row, column, count: 1 });
    else cell.count++;
  }
  return { items: a.length, cells: [...cells.values()], rows, columns };
}

function numberOf(numbers: Map<number | string, number>, label: number | string): number {
  let number = numbers.get(label);
  if (number === undefined) numbers.set(label, (number = numbers.size));
  return number;
}

/**
 * Normalized mutual information: how much knowing one label says about the other, from 0 (nothing) to 1 (everything),
 * divided by the mean of the two entropies.
 *
 * Source: as scikit-learn's normalized_mutual_info_score with its default, the arithmetic mean,
 * https://scikit-learn.org/stable/modules/clustering.html#mutual-info-score
 *
 * @throws USAGE when the lists differ in length
 *
 * @example
 * ```ts
 * import { normalizedMutualInformation } from "streambook/cluster";
 * console.assert(normalizedMutualInformation([0, 0, 1, 1], ["b", "b", "a", "a"]) === 1);
 * ```
 */
export function normalizedMutualInformation(a: Labels, b: Labels): number {
  const { items, cells, rows, columns } = contingency(a, b);
  if (rows.length <= 1 && columns.length <= 1) return 1;
  let information = 0;
  for (const { row, column, count } of cells) {
    information += (count / items) * Math.log((count * items) / ((rows[row] as number) * (columns[column] as number)));
  }
  const entropies = entropy(rows, items) + entropy(columns, items);
  return Math.min(1, Math.max(0, (2 * information) / entropies));
}

function entropy(sizes: readonly number[], items: number): number {
  return sizes.reduce((sum, size) => sum - (size / items) * Math.log(size / items), 0);
}

/**
 * Adjusted Rand index: the part of pairs of items on which both agree (together or apart), adjusted so that chance gives
 * 0 and agreement 1. Worse than chance is negative, −0.5 at least.
 *
 * Source: L. Hubert, P. Arabie, Comparing partitions, Journal of Classification 2, 1985; as scikit-learn's
 * adjusted_rand_score
 *
 * @throws USAGE when the lists differ in length
 *
 * @example
 * ```ts
 * import { adjustedRandIndex } from "streambook/cluster";
 * console.assert(Math.abs(adjustedRandIndex([0, 0, 1, 1], [0, 1, 0, 1]) + 0.5) < 1e-12);
 * ```
 */
export function adjustedRandIndex(a: Labels, b: Labels): number {
  const { items, cells, rows, columns } = contingency(a, b);
  const together = sum(cells.map(({ count }) => pairs(count)));
  const inRows = sum(rows.map(pairs));
  const inColumns = sum(columns.map(pairs));
  // (together − expected) / (most − expected), with both sides multiplied by the number of pairs to stay exact.
  const all = pairs(items);
  const expected = inRows * inColumns;
  const most = ((inRows + inColumns) / 2) * all;
  return most === expected ? 1 : (together * all - expected) / (most - expected);
}

function pairs(count: number): number {
  return (count * (count - 1)) / 2;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * Purity: the part of items that have the true label most frequent in their cluster, above 0 to 1. It rises with the
 * number of clusters, so compare it only between clusterings of one size.
 *
 * Source: C. D. Manning, P. Raghavan, H. Schütze, Introduction to Information Retrieval, 2008, section 16.3
 *
 * @param labels the cluster of each item
 * @param truth the true label of each item
 * @throws USAGE when the lists differ in length
 *
 * @example
 * ```ts
 * import { purity } from "streambook/cluster";
 * console.assert(purity([0, 0, 0, 1], ["bee", "bee", "ant", "ant"]) === 0.75);
 * ```
 */
export function purity(labels: Labels, truth: Labels): number {
  const { items, cells, rows } = contingency(labels, truth);
  const most = new Array<number>(rows.length).fill(0);
  for (const { row, count } of cells) most[row] = Math.max(most[row] as number, count);
  return items === 0 ? 1 : sum(most) / items;
}
