/** Sums by key, for answers that are counted in one pass. */

/** A row of an answer: columns by name. */
export type AnswerRow = Readonly<Record<string, string | number>>;

/** Adds up measures of rows that have the same key. */
export class Tally<Key extends string, Measure extends string> {
  readonly #keys: readonly Key[];
  readonly #rows = new Map<string, { readonly key: Record<Key, string>; readonly sums: Record<Measure, number> }>();

  /** @param keys the columns of the key */
  constructor(...keys: readonly Key[]) {
    this.#keys = keys;
  }

  /** Adds measures, whole numbers, to those of a key. */
  add(key: Readonly<Record<Key, string>>, measures: Readonly<Record<Measure, number>>): void {
    const name = this.#keys.map((column) => key[column]).join("\u0000");
    const row = this.#rows.get(name);
    if (row === undefined) this.#rows.set(name, { key: { ...key }, sums: { ...measures } });
    else for (const column in measures) row.sums[column] += measures[column];
  }

  /** The rows, in the order of their keys. */
  rows(): AnswerRow[] {
    const sorted = [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([, { key, sums }]) => ({ ...key, ...sums }));
  }
}
