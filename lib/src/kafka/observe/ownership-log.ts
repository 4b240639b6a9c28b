/**
 * Who owned which partition of a topic, and when nobody did: as the members of a group see it themselves. A member that is frozen or cut
 * off sees nothing; what it had ends when another member is given it.
 */
import type { ConsumedTopic } from "../consumer/consumer.ts";

/** A time during which a member owned a partition. */
export interface Tenure {
  readonly partition: number;
  readonly member: string;
  /** When it was given the partition, in seconds since the log began. */
  readonly from: number;
  /** When it gave it up, or another was given it; the time of asking, while it owns it. */
  readonly until: number;
}

/** A time during which nobody owned a partition that somebody had owned before. */
export interface Gap {
  readonly partition: number;
  readonly from: number;
  readonly until: number;
}

interface Begun {
  readonly member: string;
  readonly from: number;
}

/**
 * Records the owners of the partitions of one topic, for consumers of this process.
 *
 * @example
 * ```ts
 * import { OwnershipLog } from "streambook/kafka";
 * let seconds = 0;
 * const log = new OwnershipLog(() => seconds);
 * log.given("A", [0, 1]);
 * seconds = 4;
 * log.given("A", [0]); // a rebalance has taken one
 * seconds = 5;
 * log.given("B", [1]);
 * console.assert(log.gaps()[0]?.from === 4 && log.gaps()[0]?.until === 5);
 * ```
 */
export class OwnershipLog {
  readonly #now: () => number;
  readonly #owned = new Map<number, Begun>();
  readonly #over: Tenure[] = [];

  /** @param now a clock in seconds @default seconds since the log was made */
  constructor(now?: () => number) {
    const begin = performance.now();
    this.#now = now ?? (() => (performance.now() - begin) / 1000);
  }

  /** Seconds on the clock of the log. */
  get now(): number {
    return this.#now();
  }

  /** What a consumer is opened with, so that the log hears of it under a name: its topic, with what is recorded around it. */
  watch(member: string, topic: ConsumedTopic): ConsumedTopic {
    return {
      ...topic,
      positions: (partitions, signal) => {
        this.given(member, partitions);
        return topic.positions(partitions, signal);
      },
      onRevoked: async (partitions, generation) => {
        await topic.onRevoked?.(partitions, generation);
        this.takenFrom(member);
      },
    };
  }

  /** A member has these partitions from now on, and no others. */
  given(member: string, partitions: readonly number[]): void {
    for (const [partition, { member: owner }] of [...this.#owned]) {
      const stays = owner === member && partitions.includes(partition);
      if (!stays && (owner === member || partitions.includes(partition))) this.#end(partition);
    }
    for (const partition of partitions)
      if (!this.#owned.has(partition)) this.#owned.set(partition, { member, from: this.#now() });
  }

  /** A member has nothing from now on: it gave it up, or is known to be gone. */
  takenFrom(member: string): void {
    this.given(member, []);
  }

  #end(partition: number): void {
    const begun = this.#owned.get(partition);
    if (begun === undefined) return;
    this.#owned.delete(partition);
    this.#over.push({ partition, ...begun, until: this.#now() });
  }

  /** All tenures so far, those that go on too, by partition and time. */
  tenures(): Tenure[] {
    const until = this.#now();
    const open = [...this.#owned].map(([partition, begun]) => ({ partition, ...begun, until }));
    return [...this.#over, ...open].sort((a, b) => a.partition - b.partition || a.from - b.from);
  }

  /** When nobody owned a partition, between the first time that somebody did and now. */
  gaps(): Gap[] {
    const tenures = this.tenures();
    return tenures.flatMap(({ partition, until: from }, index) => {
      const next = tenures[index + 1];
      const until = next?.partition === partition ? next.from : this.#owned.has(partition) ? from : this.#now();
      return until > from ? [{ partition, from, until }] : [];
    });
  }
}
