/** How long a run waits for services that went away: long, but only for a moment once it is to end. */
import { retry } from "../async/index.ts";
import { isRetriable, isStreambookError, messageOf, StreambookError } from "../errors/index.ts";
import type { Logger } from "../log/index.ts";

/** Options of {@link Patience}. */
export interface PatienceOptions {
  /** Aborts when everything should come to its end. */
  readonly hurry?: AbortSignal | undefined;
  /** Told of every failure that is waited out. */
  readonly logger: Logger;
  /** After this long a service that stays away is given up, in milliseconds. @default 600000 */
  readonly longest?: number;
  /** In a hurry, a service that does nothing is waited for this long, in milliseconds. @default 10000 */
  readonly inHurry?: number;
}

/** Tries again what services refuse, and follows a signal after a while in which nothing was achieved. */
export class Patience implements Disposable {
  /** Aborts when the patience is at its end: some time after the hurry began, and nothing was achieved since. */
  readonly signal: AbortSignal;
  readonly #end = new AbortController();
  readonly #options: PatienceOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PatienceOptions) {
    this.#options = options;
    this.signal = this.#end.signal;
    if (options.hurry?.aborted === true) this.#onHurry();
    options.hurry?.addEventListener("abort", this.#onHurry, { once: true });
  }

  readonly #onHurry = (): void => {
    const { inHurry = 10_000 } = this.#options;
    this.#timer = setTimeout(() => {
      this.#end.abort(
        new StreambookError(
          "TIMEOUT",
          `stopped while a service did not answer for ${inHurry / 1000} s; what was read and not written is read again by the next run`,
        ),
      );
    }, inHurry);
  };

  /**
   * Tries an operation until it succeeds: services that go away come back. Each failure is told. A partition that is
   * another consumer's by now is not worth another try.
   *
   * @param what the operation, for the warning: "writing a file"
   * @param ends what ends it at once, beside this object's own signal
   * @throws the last failure, when it is not retriable or the service has stayed away for too long
   */
  async try<T>(what: string, operation: () => Promise<T>, ...ends: AbortSignal[]): Promise<T> {
    const { logger, longest = 600_000 } = this.#options;
    const end = performance.now() + longest;
    let failure: unknown;
    try {
      const result = await retry(async () => operation(), {
        attempts: Number.POSITIVE_INFINITY,
        maximumDelay: 5000,
        signal: AbortSignal.any([this.signal, ...ends]),
        isRetriable: (error) =>
          isRetriable(error) && !isStreambookError(error, "PARTITION_LOST") && performance.now() < end,
        onRetry: (error, attempt, wait) => {
          failure = error;
          logger.warn(`${what}: ${messageOf(error)}; try ${attempt + 1} in ${Math.max(1, Math.round(wait / 1000))} s`);
        },
      });
      this.#timer?.refresh(); // something was achieved: the while begins anew
      return result;
    } catch (error) {
      throw this.signal.aborted ? (failure ?? error) : error; // the failure names the service
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#options.hurry?.removeEventListener("abort", this.#onHurry);
  }
}
