/**
 * The answer of a promise, or the signal's reason, whichever comes first. What the promise does goes on; only the waiting ends.
 *
 * @throws the reason of `signal` when it aborts first
 */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
