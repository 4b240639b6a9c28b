/**
 * When is an hour complete? When every partition has passed its end: each has events of a later hour, so that what is still to come
 * of this one is late. A partition may never have more, so there is a time limit, too. Event times decide, and the names of the files say
 * them: no clock of a machine, and no zone.
 */
import { byHour, type RawFile } from "./raw-files.ts";

/** An hour of raw events, and whether it is complete. */
export interface RawHour {
  /** UTC: `2026-10-24T15`. */
  readonly hour: string;
  readonly files: readonly RawFile[];
  /** Why it is complete: all partitions have passed its end, or the time limit was over; undefined while it is not. */
  readonly complete?: "passed" | "time limit";
  /** Partitions that have not passed its end, as `transactions[2]`. */
  readonly waitingFor: readonly string[];
}

/** What completeness depends on. */
export interface CompletenessOptions {
  readonly topics: readonly { readonly topic: string; readonly partitions: number }[];
  /** Now: milliseconds since 1970. */
  readonly now: number;
  /**
   * So long, in milliseconds, an hour waits for partitions that do not pass its end, from when the first one has; the last hour, which
   * none has passed, from its newest file.
   */
  readonly timeLimit: number;
}

/** The hours that have events, the earliest first. */
export function rawHours(files: readonly RawFile[], { topics, now, timeLimit }: CompletenessOptions): RawHour[] {
  const newest = newestHours(files);
  const partitions = topics.flatMap(({ topic, partitions }) =>
    Array.from({ length: partitions }, (_, partition) => `${topic}[${partition}]`),
  );
  return [...byHour(files)].map(([hour, own]): RawHour => {
    const waitingFor = partitions.filter((partition) => (newest.get(partition) ?? "") <= hour);
    if (waitingFor.length === 0) return { hour, files: own, complete: "passed", waitingFor };
    const isOver = now - waitingSince(hour, files) >= timeLimit;
    return { hour, files: own, ...(isOver && { complete: "time limit" }), waitingFor };
  });
}

/** The newest hour of which a partition has events, by `topic[partition]`. */
function newestHours(files: readonly RawFile[]): ReadonlyMap<string, string> {
  const newest = new Map<string, string>();
  for (const { topic, partition, hour } of files) {
    const name = `${topic}[${partition}]`;
    if (hour > (newest.get(name) ?? "")) newest.set(name, hour);
  }
  return newest;
}

/** When a partition first passed the end of an hour; if none has, when its last file came. */
function waitingSince(hour: string, files: readonly RawFile[]): number {
  let [passed, last] = [Infinity, -Infinity];
  for (const file of files) {
    if (file.hour > hour) passed = Math.min(passed, file.modified);
    if (file.hour === hour) last = Math.max(last, file.modified);
  }
  return passed === Infinity ? last : passed;
}
