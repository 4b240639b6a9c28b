/** What is sent a second time, some places later in the stream. */

/** Second copies, by the place in the stream at which they come. */
export class Resent<Item> {
  readonly #at = new Map<number, Item[]>();

  /** @param place at which it is to come; where others are before it there, as many places later */
  add(place: number, item: Item): void {
    this.#at.set(place, [...(this.#at.get(place) ?? []), item]);
  }

  /** Takes out what comes at a place; undefined if that is something new. To be asked of every place, in order. */
  take(place: number): Item | undefined {
    const [item, ...waiting] = this.#at.get(place) ?? [];
    this.#at.delete(place);
    if (waiting.length > 0) this.#at.set(place + 1, [...waiting, ...(this.#at.get(place + 1) ?? [])]);
    return item;
  }
}
