/**
 * How long messages have been waiting. No message is read for that: it is enough to remember when a partition reached which offset.
 */

interface Reached {
  /** The end of the partition. */
  readonly end: number;
  /** When it was first seen to be there, in seconds. */
  readonly at: number;
}

/** How many ends of a partition are remembered; beyond, every second one is forgotten, and times get coarser. */
const MOST = 512;

/** The ends of partitions over time. */
export class WaitingTimes {
  readonly #reached = new Map<string, Map<number, Reached[]>>();

  /** Notes where a partition ends. An end before the last one is that of another topic of the same name. */
  note(topic: string, partition: number, end: number, now: number): void {
    const partitions = this.#reached.get(topic) ?? new Map<number, Reached[]>();
    this.#reached.set(topic, partitions);
    const known = partitions.get(partition) ?? [];
    const last = known.at(-1)?.end ?? -1;
    if (end === last) return;
    const kept = end < last ? [] : known.length < MOST ? known : known.filter((_, index) => index % 2 === 0);
    partitions.set(partition, [...kept, { end, at: now }]);
  }

  /** Adds where a partition ended before it was first looked at, the oldest first. */
  noteEarlier(topic: string, partition: number, earlier: readonly Reached[]): void {
    const partitions = this.#reached.get(topic);
    const known = partitions?.get(partition);
    const [first] = known ?? [];
    if (partitions === undefined || known === undefined || first === undefined) return;
    const older = earlier.filter(({ end, at }) => end < first.end && at < first.at);
    partitions.set(partition, [...older, ...known]);
  }

  /** Whether the message of an offset was there at the first look, or before. */
  isOlder(topic: string, partition: number, offset: number): boolean {
    const [first] = this.#reached.get(topic)?.get(partition) ?? [];
    return first !== undefined && offset < first.end;
  }

  /**
   * How long the message of an offset has been there, in seconds: since the first look at which the partition reached beyond it, so at
   * most the time between two looks too little. What was there at the first look counts from then, or from what {@link noteEarlier} says.
   */
  since(topic: string, partition: number, offset: number, now: number): number {
    const reached = this.#reached
      .get(topic)
      ?.get(partition)
      ?.find(({ end }) => end > offset);
    return reached === undefined ? 0 : now - reached.at;
  }

  /** Forgets all other topics. */
  keep(topics: ReadonlySet<string>): void {
    for (const topic of this.#reached.keys()) if (!topics.has(topic)) this.#reached.delete(topic);
  }
}
