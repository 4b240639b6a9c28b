/** Sums of tweets by key, with the different users or mentions among them. */
import type { Row } from "../../report/compare-rows.ts";

/** What a tweet adds to the sums of its keys. */
export interface Measures {
  readonly text_length: number;
  readonly total_engagement: number;
  /** In thousandths. */
  readonly sentiment: number;
}

/** The sums of one key. */
export interface Sums {
  count: number;
  length: number;
  engagement: number;
  sentiment: number;
  readonly different: Set<string>;
}

/** Sums by key; memory grows with the keys and what is different in each. */
export class Tally {
  readonly #rows = new Map<string, { readonly key: Row; readonly sums: Sums }>();

  /** Adds a tweet to the sums of a key. @param different what is counted once each */
  add(key: Row, { text_length, total_engagement, sentiment }: Measures, different: Iterable<string> = []): void {
    const name = Object.values(key).join("\u0000");
    let row = this.#rows.get(name);
    if (row === undefined) {
      row = { key, sums: { count: 0, length: 0, engagement: 0, sentiment: 0, different: new Set() } };
      this.#rows.set(name, row);
    }
    const { sums } = row;
    sums.count++;
    sums.length += text_length;
    sums.engagement += total_engagement;
    sums.sentiment += sentiment;
    for (const one of different) sums.different.add(one);
  }

  /** A row for each key, in the order in which the keys came. */
  *rows<T extends Row>(rowOf: (sums: Readonly<Sums>) => T): Generator<Row & T, void> {
    for (const { key, sums } of this.#rows.values()) yield { ...key, ...rowOf(sums) };
  }

  /** The key with the largest count; of several the first by its name. @returns null when there is none */
  largest(column: string): string | null {
    let best: { readonly name: string; readonly count: number } | undefined;
    for (const { key, sums } of this.#rows.values()) {
      const name = String(key[column]);
      if (best === undefined || sums.count > best.count || (sums.count === best.count && name < best.name))
        best = { name, count: sums.count };
    }
    return best?.name ?? null;
  }
}

/** The average sentiment; the divisions are SQL's, in their order, so that the last bit is the same. */
export function averageSentiment({ sentiment, count }: Readonly<Sums>): number {
  return sentiment / count / 1000;
}
