/** How long a run waits for services that went away: long, but only for a moment once it is to stop. */
import { retry } from "../async/index.ts";
import { isRetriable, isStreambookError, messageOf, StreambookError } from "../errors/index.ts";
import type { Logger } from "../log/index.ts";

/** Options of {@link ServiceRetry}. */
export interface ServiceRetryOptions {
  /** Aborts when the run is to stop. */
  readonly stopping?: AbortSignal | undefined;
  /** Gets a warning of every failure that is tried again. */
  readonly logger: Logger;
  /** After this long a service that stays away is given up, in milliseconds. @default 600000 */
  readonly timeout?: number;
  /** The same while the run stops: how long nothing may succeed, in milliseconds. @default 10000 */
  readonly stoppingTimeout?: number;
}

/** Tries again, with back-off, what services refuse; while the run stops, only as long as something succeeds now and then. */
export class ServiceRetry implements Disposable {
  /** Aborts when the run was to stop, and nothing has succeeded for the time that is left then. */
  readonly signal: AbortSignal;
  readonly #end = new AbortController();
  readonly #options: ServiceRetryOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ServiceRetryOptions) {
    this.#options = options;
    this.signal = this.#end.signal;
    if (options.stopping?.aborted === true) this.#onStopping();
    options.stopping?.addEventListener("abort", this.#onStopping, { once: true });
  }

  readonly #onStopping = (): void => {
    const { stoppingTimeout = 10_000 } = this.#options;
    this.#timer = setTimeout(() => {
      this.#end.abort(
        new StreambookError(
          "TIMEOUT",
          `stopped while a service did not answer for ${stoppingTimeout / 1000} s; what was read and not written is read again by the next run`,
        ),
      );
    }, stoppingTimeout);
  };

  /**
   * Tries an operation until it succeeds: services that go away come back. Each failure is a warning. A partition that is
   * another consumer's by now is not worth another try.
   *
   * @param what the operation, for the warning: "writing a file"
   * @param ends what ends it at once, beside this object's own signal
   * @throws the last failure, when it is not retriable or the service has stayed away for too long
   */
  async try<T>(what: string, operation: () => Promise<T>, ...ends: AbortSignal[]): Promise<T> {
    const { logger, timeout = 600_000 } = this.#options;
    const end = performance.now() + timeout;
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
      this.#timer?.refresh(); // something has succeeded: the time begins anew
      return result;
    } catch (error) {
      throw this.signal.aborted ? (failure ?? error) : error; // the failure names the service
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#options.stopping?.removeEventListener("abort", this.#onStopping);
  }
}
