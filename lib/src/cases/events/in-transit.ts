/** What was sent and has not arrived yet. */

interface OnItsWay<Item> {
  /** Milliseconds since 1970. */
  readonly arrives: number;
  readonly item: Item;
}

/** Items on their way, each with the time at which it arrives. */
export class InTransit<Item> {
  /** Those that arrive first at the end. */
  readonly #all: OnItsWay<Item>[] = [];

  /** @param arrives when, in milliseconds since 1970 */
  add(arrives: number, item: Item): void {
    let [low, high] = [0, this.#all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#all[middle] as OnItsWay<Item>).arrives > arrives) low = middle + 1;
      else high = middle;
    }
    this.#all.splice(low, 0, { arrives, item }); // behind those that arrive at the same time and were added before: they go first
  }

  /** Takes out what has arrived at a time, in order. */
  *until(time: number): Generator<Item, void> {
    for (let next = this.#all.at(-1); next !== undefined && next.arrives <= time; next = this.#all.at(-1)) {
      this.#all.pop();
      yield next.item;
    }
  }
}
