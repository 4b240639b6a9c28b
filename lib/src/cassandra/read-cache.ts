/** Answers that are kept for a while, so that what many ask is asked once. */
import { LRUCache } from "lru-cache";

/** Options of {@link ReadCache}. */
export interface ReadCacheOptions {
  /** No answer is older than so many milliseconds, counted from when it was asked for. @default 5000 */
  readonly staleness?: number | undefined;
  /** Answers that are kept; those that nobody has wanted for longest go first. @default 10000 */
  readonly entries?: number | undefined;
  /** Says the time in milliseconds, which only grows. @default `performance.now` */
  readonly now?: (() => number) | undefined;
}

/** What a {@link ReadCache} has done. */
export interface ReadCacheStats {
  /** Questions that were answered by what was there, or was being asked for. */
  readonly hits: number;
  /** Questions that the store was asked. */
  readonly misses: number;
}

/** An answer on its way. */
interface Asked<Answer> {
  readonly since: number;
  readonly answer: Promise<Answer>;
}

/**
 * A cache of answers with a bound on their age. The bound is what the cache costs: for so long a change may go unseen. A question that is
 * asked while the same one is on its way waits for that; one that fails is not kept.
 *
 * @example
 * ```ts
 * import { ReadCache } from "streambook/cassandra";
 * const cache = new ReadCache(async (name: string) => name.length, { staleness: 1000 });
 * await cache.get("abc");
 * await cache.get("abc");
 * console.assert(cache.stats.hits === 1 && cache.stats.misses === 1);
 * ```
 */
export class ReadCache<Answer> {
  readonly #ask: (question: string) => Promise<Answer>;
  readonly #staleness: number;
  readonly #now: () => number;
  readonly #answers: LRUCache<string, Asked<Answer>>;
  #hits = 0;
  #misses = 0;

  /** @param ask asks the store */
  constructor(
    ask: (question: string) => Promise<Answer>,
    { staleness = 5000, entries = 10_000, now = () => performance.now() }: ReadCacheOptions = {},
  ) {
    this.#ask = ask;
    this.#staleness = staleness;
    this.#now = now;
    this.#answers = new LRUCache({ max: entries });
  }

  /** The answer to a question, at most {@link ReadCacheOptions.staleness} old. @throws what asking throws */
  get(question: string): Promise<Answer> {
    const since = this.#now();
    const known = this.#answers.get(question);
    if (known !== undefined && since - known.since < this.#staleness) {
      this.#hits++;
      return known.answer;
    }
    this.#misses++;
    const asked: Asked<Answer> = { since, answer: this.#ask(question) };
    this.#answers.set(question, asked);
    asked.answer.catch(() => {
      if (this.#answers.get(question) === asked) this.#answers.delete(question);
    });
    return asked.answer;
  }

  get stats(): ReadCacheStats {
    return { hits: this.#hits, misses: this.#misses };
  }
}
