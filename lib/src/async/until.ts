import { StreambookError } from "../errors/index.ts";
import { formatSeconds } from "../format/index.ts";
import { delay } from "./delay.ts";

/** Options of {@link until}. */
export interface UntilOptions {
  /** Longest wait, in milliseconds. @default 60000 */
  readonly timeout?: number;
  /** Wait between two looks, in milliseconds. @default 100 */
  readonly interval?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks again and again until the answer is neither undefined nor false, and returns that answer.
 *
 * @param what what is waited for, for the message of the TIMEOUT error
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  options: UntilOptions = {},
): Promise<T> {
  const { timeout = 60_000, interval = 100, signal } = options;
  const end = performance.now() + timeout;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await look();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end)
      throw new StreambookError("TIMEOUT", `waited ${formatSeconds(timeout / 1000)} for ${what}`, {
        hint: { inspect: "services" },
      });
    await delay(interval, signal);
  }
}
