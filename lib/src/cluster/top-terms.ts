/** What clusters are about, in words. */

/** A text's terms, and the cluster it is in. */
export interface LabelledTerms {
  readonly label: number;
  readonly terms: Iterable<string>;
}

/** The terms that distinguish one cluster from the others. */
export interface ClusterTerms {
  /** The cluster's number. */
  readonly id: number;
  /** How many texts it has. */
  readonly size: number;
  /** The most distinctive first. */
  readonly terms: string[];
}

/** Options of {@link topTerms}. */
export interface TopTermsOptions {
  /** How many terms for each cluster. @default 10 */
  readonly count?: number | undefined;
  /**
   * Terms for which this gives the same are one, shown in its most frequent form; with `stem`, `bee` and `bees` do not both
   * take a place. @default terms are what they are
   */
  readonly merge?: ((term: string) => string) | undefined;
}

/**
 * The terms that a cluster has and the others have not: c-TF-IDF, which takes all texts of a cluster as one. A term t in
 * cluster c weighs tf(t, c) · ln(1 + A / f(t)), with tf its part of the cluster's words, f how often it stands in all
 * clusters together, and A the mean number of words of a cluster.
 *
 * Source: M. Grootendorst, BERTopic: Neural topic modeling with a class-based TF-IDF procedure, 2022,
 * https://arxiv.org/abs/2203.05794
 *
 * @returns a cluster for each label that occurs, in the order of their numbers
 *
 * @example
 * ```ts
 * import { topTerms } from "streambook/cluster";
 * const [first] = topTerms([{ label: 0, terms: ["bee", "the"] }, { label: 1, terms: ["ant", "the"] }], { count: 1 });
 * console.assert(first!.terms[0] === "bee");
 * ```
 */
export function topTerms(documents: Iterable<LabelledTerms>, options: TopTermsOptions = {}): ClusterTerms[] {
  const { count = 10, merge = (term) => term } = options;
  const forms = new Forms(merge);
  const clusters = new Map<number, { size: number; words: number; counts: Map<string, number> }>();
  for (const { label, terms } of documents) {
    let cluster = clusters.get(label);
    if (cluster === undefined) clusters.set(label, (cluster = { size: 0, words: 0, counts: new Map() }));
    cluster.size++;
    for (const term of terms) {
      const key = forms.add(term);
      cluster.counts.set(key, (cluster.counts.get(key) ?? 0) + 1);
      cluster.words++;
    }
  }
  const everywhere = new Map<string, number>();
  let words = 0;
  for (const cluster of clusters.values()) {
    words += cluster.words;
    for (const [key, times] of cluster.counts) everywhere.set(key, (everywhere.get(key) ?? 0) + times);
  }
  const mean = words / clusters.size;
  return [...clusters]
    .sort(([a], [b]) => a - b)
    .map(([id, { size, words, counts }]) => {
      const weigh = ([key, times]: [string, number]): [string, number] => [
        key,
        (times / words) * Math.log(1 + mean / (everywhere.get(key) ?? 1)),
      ];
      const best = [...counts].map(weigh).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
      return { id, size, terms: best.slice(0, count).map(([key]) => forms.show(key)) };
    });
}

/** Remembers in which forms each merged term came, and how often. */
class Forms {
  readonly #merge: (term: string) => string;
  readonly #known = new Map<string, { key: string; times: number }>();
  readonly #forms = new Map<string, string[]>();

  constructor(merge: (term: string) => string) {
    this.#merge = merge;
  }

  /** Counts a form; returns what it is merged to. */
  add(term: string): string {
    let form = this.#known.get(term);
    if (form === undefined) {
      this.#known.set(term, (form = { key: this.#merge(term), times: 0 }));
      const forms = this.#forms.get(form.key);
      if (forms === undefined) this.#forms.set(form.key, [term]);
      else forms.push(term);
    }
    form.times++;
    return form.key;
  }

  /** The most frequent form of a merged term; of equally frequent ones the first in the alphabet. */
  show(key: string): string {
    let best: [string, number] | undefined;
    for (const term of this.#forms.get(key) ?? []) {
      const times = this.#known.get(term)?.times ?? 0;
      if (best === undefined || times > best[1] || (times === best[1] && term < best[0])) best = [term, times];
    }
    return best?.[0] ?? key;
  }
}
