/** Events in the order of their times, each once, from a sequence in which some come late and some come twice. */
import type { CleanEvent } from "./clean-event.ts";

const MINUTE = 60_000;

/**
 * Holds events back until none can come any more that is older, and knows them by their ids for as long. What is held is that of some
 * hours, however many events there are.
 */
export class InOrder {
  /** Events by the minute in which they happened, and in it by id. */
  readonly #minutes = new Map<number, Map<string, CleanEvent>>();
  readonly #longestDelay: number;
  #newest = -Infinity;
  #given = -Infinity;

  /** @param longestDelay how late an event may come, in milliseconds */
  constructor(longestDelay: number) {
    this.#longestDelay = longestDelay;
  }

  /**
   * Takes an event.
   *
   * @returns whether it is another one than those held
   * @throws when it comes later than any event may
   */
  add(event: CleanEvent): boolean {
    const minute = Math.floor(event.time / MINUTE);
    if (minute <= this.#given) throw new Error(`the event ${event.id} comes later than ${this.#longestDelay} ms`);
    const held = this.#minutes.get(minute) ?? new Map<string, CleanEvent>();
    this.#minutes.set(minute, held);
    const isNew = !held.has(event.id);
    if (isNew) held.set(event.id, event);
    this.#newest = Math.max(this.#newest, event.time);
    return isNew;
  }

  /** Gives the events that no other can come before. @param all whether nothing comes any more @default false */
  *take(all = false): Generator<CleanEvent> {
    const end = all ? Infinity : Math.floor((this.#newest - this.#longestDelay) / MINUTE);
    if (end <= this.#given + 1) return;
    for (const minute of [...this.#minutes.keys()].filter((one) => one < end).sort((a, b) => a - b)) {
      yield* [...(this.#minutes.get(minute)?.values() ?? [])].sort(inTime);
      this.#minutes.delete(minute);
      this.#given = minute;
    }
    this.#given = Math.max(this.#given, end - 1);
  }
}

/** The order of events: by time, and those of one time by id, as the tables have it. */
export function inTime(a: CleanEvent, b: CleanEvent): number {
  return a.time - b.time || (a.id < b.id ? -1 : 1);
}
