import { isRetriable } from "../errors/index.ts";
import { delay } from "./delay.ts";

/** Options of {@link retry}. */
export interface RetryOptions {
  /** How often the operation is tried in all. @default 5 */
  readonly attempts?: number;
  /** Wait before the second try, in milliseconds; doubled after each further one. @default 100 */
  readonly minimumDelay?: number;
  /** Longest wait between tries, in milliseconds. @default 5000 */
  readonly maximumDelay?: number;
  /** Part of each wait that is random, 0 to 1, so that many clients do not come back at once. @default 0.5 */
  readonly jitter?: number;
  /** Whether an error is worth another try. @default isRetriable */
  readonly isRetriable?: (error: unknown) => boolean;
  /** Told of every failure that will be tried again. */
  readonly onRetry?: (error: unknown, attempt: number, delayMilliseconds: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tries an operation until it succeeds, with exponential back-off and jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @throws the last error, when it is not retriable or the attempts are used up; the signal's reason when it aborts
 *
 * @example
 * ```ts
 * import { retry } from "streambook/async";
 * let tries = 0;
 * const value = await retry(async () => {
 *   if (++tries < 3) throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
 *   return tries;
 * }, { minimumDelay: 1 });
 * console.assert(value === 3);
 * ```
 */
export async function retry<T>(operation: (attempt: number) => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { attempts = 5, onRetry, signal } = options;
  const worthIt = options.isRetriable ?? isRetriable;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await operation(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt >= attempts || !worthIt(error)) throw error;
      const wait = backOff(attempt, options);
      onRetry?.(error, attempt, wait);
      await delay(wait, signal);
    }
  }
}

/**
 * How long to wait before the next try, in milliseconds, for those who cannot be a function that {@link retry} calls: a
 * generator that goes on where it broke.
 *
 * @param failures how often it has failed in a row, 1 or more
 */
export function backOff(
  failures: number,
  options: Pick<RetryOptions, "minimumDelay" | "maximumDelay" | "jitter"> = {},
): number {
  const { minimumDelay = 100, maximumDelay = 5000, jitter = 0.5 } = options;
  return Math.min(maximumDelay, minimumDelay * 2 ** (failures - 1)) * (1 - jitter * Math.random());
}
