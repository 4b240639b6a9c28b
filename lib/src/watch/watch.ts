/** A watch over what runs: it looks at each of its sources in that one's own time, and keeps the figures of the last look. */
import { delay, withTimeout } from "../async/index.ts";
import { messageOf } from "../errors/index.ts";
import { type Sample, sample } from "../metrics/index.ts";
import { type Addresses, ownerOf } from "../stack/index.ts";
import { Faults } from "./figures/faults.ts";
import { History } from "./figures/history.ts";
import { Rates } from "./figures/rates.ts";
import { type Snapshot, snapshotOf } from "./figures/snapshot.ts";
import { DeltaSource } from "./sources/delta.ts";
import { MeasuresSource, ServicesSource } from "./sources/services.ts";
import type { Source } from "./sources/source.ts";
import { TablesSource } from "./sources/tables.ts";
import { TopicsSource } from "./sources/topics.ts";

/** Options of {@link Watch.open}. */
export interface WatchOptions {
  /** `STREAMBOOK_HOME`, `STREAMBOOK_KAFKA`, …: whose services are watched. @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** How long a look may take, in milliseconds. */
const LIMIT = 10_000;

interface Kept {
  readonly samples: readonly Sample[];
  /** Why the last look failed. */
  readonly failure?: string | undefined;
  /** How many have failed. */
  readonly failures: number;
}

const NOTHING: Kept = { samples: [], failures: 0 };

/**
 * A watch that runs until it is disposed of. What does not run is no error: it is looked for again.
 *
 * @example
 * ```ts
 * import { Watch } from "streambook/watch";
 * await using watch = Watch.open();
 * for await (const { services } of watch.snapshots()) {
 *   console.log(services.map(({ title, state }) => `${title}: ${state}`).join(", "));
 *   break;
 * }
 * ```
 */
export class Watch implements AsyncDisposable {
  readonly #sources: readonly Source[];
  readonly #services: ServicesSource;
  readonly #faults = new Faults();
  readonly #rates = new Rates();
  readonly #history = new History();
  readonly #kept = new Map<Source, Kept>();
  readonly #ending = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  #changed = Promise.withResolvers<void>();
  /** That of the last look; the same for all who ask before the next. */
  #snapshot: Snapshot | undefined;

  private constructor(environment: NodeJS.ProcessEnv) {
    this.#services = new ServicesSource(environment, this.#faults);
    const working = (): string[] =>
      this.#services.services.flatMap(({ name, state }) => (state === "running" ? [name] : []));
    // That a service which nobody wants does not answer is no problem: its address stays known after `down`.
    const isStopped = (address: keyof Addresses): boolean =>
      this.#services.services.some(({ name, state }) => name === ownerOf(address)?.name && state === "stopped");
    this.#sources = [
      this.#services,
      new TopicsSource(environment, isStopped),
      new MeasuresSource(environment, working),
      new TablesSource(environment, isStopped),
      new DeltaSource(environment, isStopped),
    ];
  }

  /** Begins to look. */
  static open({ environment = process.env, signal }: WatchOptions = {}): Watch {
    const watch = new Watch(environment);
    const ended = signal === undefined ? watch.#ending.signal : AbortSignal.any([signal, watch.#ending.signal]);
    watch.#running = watch.#run(ended);
    return watch;
  }

  /** Every figure of the last looks, and what the watch takes itself. */
  samples(): Sample[] {
    const { user, system } = process.cpuUsage();
    return [
      ...this.#sources.flatMap((source) => this.#of(source).samples),
      sample("streambook_watch_cpu_seconds_total", {}, (user + system) / 1e6),
      ...this.#sources.map((source) =>
        sample("streambook_watch_failures_total", { source: source.title }, this.#of(source).failures),
      ),
    ];
  }

  /** What is there now, in the words of people. */
  snapshot(): Snapshot {
    this.#snapshot ??= snapshotOf({
      at: new Date(),
      services: this.#services.services,
      samples: this.#sources.flatMap((source) => this.#of(source).samples),
      rates: this.#rates,
      history: this.#history,
      faults: this.#faults.all,
      problems: this.#sources.flatMap((source) => {
        const { failure } = this.#of(source);
        return failure === undefined ? [] : [{ source: source.title, message: failure }];
      }),
    });
    return this.#snapshot;
  }

  /**
   * A snapshot as soon as everything was looked at once, and then whenever something was looked at again: the newest, if the reader
   * is slow. Ends with the watch.
   */
  async *snapshots(signal?: AbortSignal): AsyncGenerator<Snapshot, void, undefined> {
    const ended = signal === undefined ? this.#ending.signal : AbortSignal.any([signal, this.#ending.signal]);
    const end = Promise.withResolvers<void>();
    ended.addEventListener("abort", () => end.resolve(), { once: true });
    while (!ended.aborted) {
      const changed = this.#changed.promise;
      if (this.#sources.every((source) => this.#kept.has(source))) yield this.snapshot();
      await Promise.race([changed, end.promise]);
    }
  }

  /** Ends it. */
  async close(): Promise<void> {
    this.#ending.abort(new DOMException("the watch has ended", "AbortError"));
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(signal: AbortSignal): Promise<void> {
    // What services say of themselves is asked of those that work, so these are found first.
    await this.#look(this.#services, signal);
    await Promise.all(this.#sources.map((source) => this.#follow(source, signal)));
    this.#ending.abort(signal.reason);
    for (const source of this.#sources) await source[Symbol.asyncDispose]();
  }

  async #follow(source: Source, signal: AbortSignal): Promise<void> {
    let isSeen = this.#kept.has(source);
    while (!signal.aborted) {
      if (!isSeen) await this.#look(source, signal);
      isSeen = false;
      await delay(source.interval, signal).catch(() => undefined);
    }
  }

  async #look(source: Source, signal: AbortSignal): Promise<void> {
    const before = this.#of(source);
    try {
      const samples = await withTimeout(
        `${source.title} to be looked at`,
        LIMIT,
        (limit) => source.look(limit),
        signal,
      );
      const now = performance.now() / 1000;
      this.#rates.note(samples, now);
      this.#rates.forget(now);
      this.#history.note(samples, this.#rates);
      const { problem: failure } = source;
      this.#kept.set(source, { samples, failure, failures: before.failures + (failure === undefined ? 0 : 1) });
    } catch (error) {
      if (signal.aborted) return;
      this.#kept.set(source, { samples: [], failure: messageOf(error), failures: before.failures + 1 });
    }
    this.#snapshot = undefined;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #of(source: Source): Kept {
    return this.#kept.get(source) ?? NOTHING;
  }
}
