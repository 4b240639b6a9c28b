/**
 * Bounds how many things are under way at once, where the one that begins them is not the one that ends them.
 *
 * @example
 * ```ts
 * import { Gate } from "streambook/async";
 * const gate = new Gate(2);
 * gate.enter();
 * gate.enter();
 * setTimeout(() => gate.leave(), 10);
 * await gate.room(); // until one has left
 * ```
 */
export class Gate {
  readonly #places: number;
  #inside = 0;
  #waiting: (() => void)[] = [];

  /** @param places how many may be under way: a whole number above 0 */
  constructor(places: number) {
    this.#places = places;
  }

  /** Counts one more in, also when there is no room: what came already cannot be sent back. */
  enter(): void {
    this.#inside++;
  }

  /** Counts one out. */
  leave(): void {
    this.#inside--;
    if (this.#inside >= this.#places) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Resolves when one more may be begun. If several wait, all go on at once: it is meant for one that begins things. */
  async room(): Promise<void> {
    while (this.#inside >= this.#places) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
