import { isRetriable, StreambookError } from "../errors/index.ts";
import { delay } from "./delay.ts";

/** Options of {@link retry}. */
export interface RetryOptions {
  /** How often the operation is tried in all, 1 or more; `Infinity` until it succeeds or the signal aborts. @default 5 */
  readonly attempts?: number;
  /** Longest wait before the second try, in milliseconds, 0 or more; doubled after each further one. @default 100 */
  readonly minimumDelay?: number;
  /** Longest wait between tries, in milliseconds, 0 or more. @default 5000 */
  readonly maximumDelay?: number;
  /** Part of each wait that is random, 0 to 1, so that many clients do not come back at once. @default 0.5 */
  readonly jitter?: number;
  /** Whether an error is worth another try. @default isRetriable of streambook/errors: networks, and codes marked so */
  readonly isRetriable?: (error: unknown) => boolean;
  /** Called with every failure that will be tried again, before the wait. */
  readonly onRetry?: (error: unknown, attempt: number, delayMilliseconds: number) => void;
  /** Ends the waiting, and the trying after the try under way. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tries an operation until it succeeds, with exponential back-off and jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). With the defaults, five tries wait for
 * 1.5 s in all at most: 0.1 + 0.2 + 0.4 + 0.8 s, each shortened at random by up to a half.
 *
 * @param operation is given the number of the try, from 1
 * @throws the last error, when it is not retriable or the attempts are used up; the signal's reason when it aborts; USAGE for
 *   options out of range
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
  if (!(attempts >= 1)) throw new StreambookError("USAGE", `retry: attempts must be 1 or more, and is ${attempts}`);
  checkBackOff(options);
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

/** The part of {@link RetryOptions} that says how long to wait. */
export type BackOffOptions = Pick<RetryOptions, "minimumDelay" | "maximumDelay" | "jitter">;

/**
 * How long to wait before the next try, in milliseconds, for those who cannot be a function that {@link retry} calls: a
 * generator that goes on where it broke.
 *
 * @param failures how often it has failed in a row, 1 or more
 * @throws USAGE for options out of range
 */
export function backOff(failures: number, options: BackOffOptions = {}): number {
  const { minimumDelay, maximumDelay, jitter } = checkBackOff(options);
  return Math.min(maximumDelay, minimumDelay * 2 ** (failures - 1)) * (1 - jitter * Math.random());
}

/** The options with their defaults. @throws USAGE: a delay that is no number would be no delay at all */
function checkBackOff({ minimumDelay = 100, maximumDelay = 5000, jitter = 0.5 }: BackOffOptions) {
  const check = (ok: boolean, what: string, value: number): void => {
    if (!ok) throw new StreambookError("USAGE", `retry: ${what}, and is ${value}`);
  };
  check(minimumDelay >= 0, "minimumDelay must be 0 ms or more", minimumDelay);
  check(maximumDelay >= 0, "maximumDelay must be 0 ms or more", maximumDelay);
  check(jitter >= 0 && jitter <= 1, "jitter must be from 0 to 1", jitter);
  return { minimumDelay, maximumDelay, jitter };
}
