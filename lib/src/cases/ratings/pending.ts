/** What was read and is not written yet. */
import type { DeadLetter, PartitionBatch } from "../../kafka/index.ts";
import { noProgress, type Progress } from "./store/progress.ts";
import type { Rating, ratingReader } from "./read.ts";

/** A rating that is so much older than the newest of its partition is late, in milliseconds. */
export const LATE = 60_000;

/** Ratings and dead letters that wait to be written, and how far the partitions are with them. */
export class Pending {
  readonly #read: ReturnType<typeof ratingReader>;
  readonly #progress = new Map<number, Progress>();
  #ratings: Rating[] = [];
  #letters: DeadLetter[] = [];
  /** Partitions of which something waits. */
  readonly #moved = new Set<number>();

  constructor(read: ReturnType<typeof ratingReader>) {
    this.#read = read;
  }

  get size(): number {
    return this.#ratings.length + this.#letters.length;
  }

  /** Begins partitions where they are written to. What waits of them already is read again, and is the same. */
  begin(progress: readonly Progress[]): void {
    for (const one of progress) {
      this.#progress.set(one.partition, one);
      this.#moved.delete(one.partition);
    }
  }

  /** Adds what was read. */
  add({ topic, partition, messages, nextOffset }: PartitionBatch): void {
    const { ratings, late, malformed, newest } = this.#progress.get(partition) ?? noProgress(partition);
    const now = { ratings, late, malformed, newest: newest ?? -Infinity };
    for (const { offset, key, value } of messages) {
      const rating = this.#read(value);
      if (typeof rating === "string") {
        now.malformed++;
        this.#letters.push({ topic, partition, offset, key, value, error: `the message ${rating}` });
        continue;
      }
      now.ratings++;
      if (rating.time < now.newest - LATE) now.late++;
      now.newest = Math.max(now.newest, rating.time);
      this.#ratings.push(rating);
    }
    const latest = now.newest === -Infinity ? undefined : now.newest;
    this.#progress.set(partition, { ...now, partition, next: nextOffset, newest: latest });
    this.#moved.add(partition);
  }

  /** Takes all that waits. */
  take(): {
    readonly ratings: readonly Rating[];
    readonly letters: readonly DeadLetter[];
    readonly progress: readonly Progress[];
  } {
    const taken = {
      ratings: this.#ratings,
      letters: this.#letters,
      progress: [...this.#moved].map((partition) => this.#progress.get(partition) as Progress),
    };
    this.#ratings = [];
    this.#letters = [];
    this.#moved.clear();
    return taken;
  }
}
