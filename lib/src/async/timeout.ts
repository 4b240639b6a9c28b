import { anySignal } from "./any-signal.ts";
import { StreambookError } from "../errors/index.ts";
import { formatSeconds } from "../format/index.ts";

/**
 * Runs an operation that takes a signal, for a limited time.
 *
 * @param what what is waited for, for the message: "NameNode at http://… to answer"
 * @throws TIMEOUT when the time is over; the reason of `signal` when that aborts first
 */
export async function withTimeout<T>(
  what: string,
  milliseconds: number,
  operation: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const limit = new AbortController();
  const combined = anySignal(signal, limit.signal);
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    combined.addEventListener("abort", () => reject(combined.reason as Error), { once: true });
    timer = setTimeout(() => {
      limit.abort(
        new StreambookError("TIMEOUT", `waited ${formatSeconds(milliseconds / 1000)} for ${what}; try again`, {
          hint: { inspect: "services" },
        }),
      );
    }, milliseconds);
  });
  try {
    return await Promise.race([operation(combined), expired]);
  } finally {
    clearTimeout(timer);
  }
}
