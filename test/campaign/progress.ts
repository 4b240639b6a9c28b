/** How far the pipeline is, second by second, as Kafka says: what was sent, and what consumers have stored and committed. */
import { setTimeout as sleep } from "node:timers/promises";
import { KafkaObserver } from "../../lib/src/kafka/index.ts";

/** A moment of the campaign. */
export interface Sample {
  readonly second: number;
  readonly sent: number;
  readonly stored: number;
}

/** A time in which nothing was stored though there was something to store. */
export interface Standstill {
  readonly from: number;
  readonly to: number;
}

/** Shorter ones are the time between two flushes, in seconds. */
const SHORTEST_STANDSTILL = 4;

export interface ProgressOptions {
  readonly broker: () => Promise<string>;
  readonly topic: string;
  readonly group: string;
  readonly clock: () => number;
}

export class Progress implements AsyncDisposable {
  readonly samples: Sample[] = [];
  readonly #options: ProgressOptions;
  readonly #stop = new AbortController();
  #watching: Promise<void> = Promise.resolve();

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  /** Begins to watch. */
  start(): void {
    this.#watching = this.#watch();
  }

  get sent(): number {
    return this.samples.at(-1)?.sent ?? 0;
  }

  get stored(): number {
    return this.samples.at(-1)?.stored ?? 0;
  }

  /** Waits until more is stored than now. Resolves with false when that takes longer. @param longest in seconds */
  async goesOn(longest: number, signal: AbortSignal): Promise<boolean> {
    const [before, end] = [this.stored, performance.now() + longest * 1000];
    while (this.stored <= before) {
      if (performance.now() > end) return false;
      await sleep(200, undefined, { signal });
    }
    return true;
  }

  /** Waits until all that was sent is stored. Resolves with false when nothing more comes for some time. @param quiet in seconds */
  async catchesUp(quiet: number, signal: AbortSignal): Promise<boolean> {
    let [most, since] = [-1, performance.now()];
    for (const first = this.samples.length; ; await sleep(300, undefined, { signal })) {
      if (this.samples.length < first + 2) continue; // what was seen before may have changed since
      if (this.sent > 0 && this.stored >= this.sent) return true;
      if (this.stored > most) [most, since] = [this.stored, performance.now()];
      if (performance.now() - since > quiet * 1000) return false;
    }
  }

  /** When the pipeline stood. */
  get standstills(): Standstill[] {
    return standstillsOf(this.samples);
  }

  async #watch(): Promise<void> {
    const { broker, topic, group, clock } = this.#options;
    let observer: KafkaObserver | undefined;
    while (!this.#stop.signal.aborted) {
      const second = clock();
      let { sent, stored } = this;
      try {
        observer ??= new KafkaObserver({ broker: await broker() });
        const { topics, groups } = await observer.look();
        const ends = topics.find((one) => one.topic === topic)?.ends;
        const committed = groups.find((one) => one.group === group)?.committed.get(topic);
        sent = Math.max(sent, sum(ends));
        stored = Math.max(stored, sum(committed));
      } catch {
        await observer?.[Symbol.asyncDispose]().catch(() => undefined);
        observer = undefined; // Kafka is away, or has come back elsewhere
      }
      this.samples.push({ second, sent, stored });
      await sleep(1000, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
    await observer?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }
}

function sum(values: ReadonlyMap<number, number> | undefined): number {
  return [...(values?.values() ?? [])].reduce((total, value) => total + value, 0);
}

/** Times of some length in which `stored` stayed as it was, and less than `sent`. */
export function standstillsOf(samples: readonly Sample[]): Standstill[] {
  const found: Standstill[] = [];
  let from: number | undefined;
  const end = (to: number): void => {
    if (from !== undefined && to - from >= SHORTEST_STANDSTILL) found.push({ from, to });
    from = undefined;
  };
  for (const [index, { second, sent, stored }] of samples.entries()) {
    const before = samples[index - 1];
    if (before === undefined) continue;
    const stands = stored === before.stored && stored < sent;
    if (stands) from ??= before.second;
    else end(second);
  }
  const last = samples.at(-1);
  if (last !== undefined) end(last.second);
  return found;
}
