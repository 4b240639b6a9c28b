/**
 * A signal that aborts with the first of several, for its reason. A caller's signal is often optional: what is undefined is
 * left out.
 *
 * @example
 * ```ts
 * import { anySignal } from "streambook/async";
 * const closed = new AbortController();
 * const wait = (signal?: AbortSignal): AbortSignal => anySignal(signal, closed.signal);
 * console.assert(wait() === closed.signal && wait(AbortSignal.abort()).aborted);
 * ```
 */
export function anySignal(...signals: readonly [...(AbortSignal | undefined)[], AbortSignal]): AbortSignal {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length === 1 ? (given[0] as AbortSignal) : AbortSignal.any(given);
}
