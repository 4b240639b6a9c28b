/** Ids that were seen lately: how doubles are found in memory that does not grow, when a double comes soon. */

/** At least the last so many ids, at most twice as many. */
export class RecentIds {
  readonly #size: number;
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(size: number) {
    this.#size = size;
  }

  /** Whether the id was there; from now on it is. */
  has(id: string): boolean {
    if (this.#young.has(id) || this.#old.has(id)) return true;
    this.#young.add(id);
    if (this.#young.size > this.#size) [this.#old, this.#young] = [this.#young, new Set()];
    return false;
  }
}
