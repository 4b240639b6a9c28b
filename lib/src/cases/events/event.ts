/** What generators of events have in common. */

/** One message as it is sent. Its value is JSON, or what stands for a malformed message. */
export interface CaseEvent {
  readonly topic: string;
  /** Events of one key go to one partition, in order. */
  readonly key: string;
  readonly value: string;
}

/** Knobs of every generator. The same knobs give the same events. */
export interface EventOptions {
  /** @default 42 */
  readonly seed?: number;
  /** Event time of the first event. @default a fixed one of the case */
  readonly start?: Date;
  /** Share of events that come long after they happened, 0 to 1. */
  readonly late?: number;
  /** Share of events that are sent twice, 0 to 1. */
  readonly doubled?: number;
  /** Share of events that cannot be read, 0 to 1. */
  readonly malformed?: number;
}

/** The first so many of what comes; `Infinity` for all. */
export function* take<T>(items: Iterable<T>, limit: number): Generator<T, void> {
  if (limit <= 0) return;
  let taken = 0;
  for (const item of items) {
    yield item;
    if (++taken >= limit) return;
  }
}

/** The knobs as a report shows them: those that were given. */
export function shownOptions(options: EventOptions): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]: [string, Date | number]) => [
      name,
      value instanceof Date ? value.toISOString() : value,
    ]),
  );
}
