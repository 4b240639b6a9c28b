/** How long a run waits for services that went away: long, but only for a moment once it is to end. */
import { StreambookError } from "../errors/index.ts";

/** After an abort, a service that does nothing is waited for this long, in milliseconds. */
const AFTER_ABORT = 10_000;

/** A signal that follows another one after a while in which nothing was achieved: what is under way may come to its end. */
export class Patience implements Disposable {
  /** Aborts when the patience is at its end. */
  readonly signal: AbortSignal;
  readonly #end = new AbortController();
  readonly #hurry: AbortSignal | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param hurry aborts when everything should come to its end */
  constructor(hurry?: AbortSignal) {
    this.signal = this.#end.signal;
    this.#hurry = hurry;
    if (hurry?.aborted === true) this.#onHurry();
    hurry?.addEventListener("abort", this.#onHurry, { once: true });
  }

  readonly #onHurry = (): void => {
    this.#timer = setTimeout(() => {
      this.#end.abort(
        new StreambookError(
          "TIMEOUT",
          `stopped while a service did not answer for ${AFTER_ABORT / 1000} s; what was read and not written is read again by the next run`,
        ),
      );
    }, AFTER_ABORT);
  };

  /** Something was achieved: the while begins anew. */
  renew(): void {
    this.#timer?.refresh();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#hurry?.removeEventListener("abort", this.#onHurry);
  }
}
