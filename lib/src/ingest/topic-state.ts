/** What the parts of one consumer share: how far it is, where its time goes, and the first failure, which ends them all. */
import type { Patience } from "./patience.ts";

/** The steps of the commit protocol, in order; each is reported after it is done. The model is what the labelling has learned. */
export type CommitStep =
  "read" | "labelled" | "encoded" | "staged" | "model-saved" | "renamed" | "committed" | "partition-added";

/** Seconds of work and of waiting, by what they went to. */
export type Spent = Record<"label" | "parse" | "encode" | "stage" | "model" | "publish", number>;

/** Who is told of what is done. */
export interface RunStateOptions {
  readonly topic: string;
  readonly onProgress?: ((progress: IngestProgress) => void) | undefined;
  readonly onStep?: ((step: CommitStep, range: string) => void | Promise<void>) | undefined;
}

/** How far an ingest is. */
export interface IngestProgress {
  /** Messages read from Kafka. */
  readonly read: number;
  /** Rows in published files. */
  readonly rows: number;
  readonly files: number;
  readonly deadLetters: number;
  /** Rows held until they can be labelled. */
  readonly held: number;
}

/** The state of one run, from the opening of its consumer on. */
export class RunState {
  /** Counts of messages read, rows and bytes in published files, files, and dead letters. */
  readonly counts = { read: 0, rows: 0, files: 0, deadLetters: 0, bytes: 0 };
  readonly spent: Spent = { label: 0, parse: 0, encode: 0, stage: 0, model: 0, publish: 0 };
  /** When the last batch came, on the clock of `performance.now()`. */
  heard = performance.now();
  readonly #options: RunStateOptions;
  readonly #parts: { readonly patience: Patience; readonly held: () => number };
  readonly #started = performance.now();
  readonly #stop = new AbortController();
  #firstBatch: number | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @param parts what operations are tried with, and how many rows are held by now */
  constructor(options: RunStateOptions, parts: { readonly patience: Patience; readonly held: () => number }) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Aborts with the first failure. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Ends the run; only the first failure counts. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#stop.abort(error);
  }

  /** @throws the failure, if there was one */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Notes that a batch has come. */
  received(messages: number): void {
    this.heard = performance.now();
    this.#firstBatch ??= this.heard;
    this.counts.read += messages;
  }

  /** Notes that a file is published, and reports it. */
  published(rows: number, bytes: number): void {
    this.counts.rows += rows;
    this.counts.files++;
    this.counts.bytes += bytes;
    this.progress();
  }

  /** As {@link Patience.try}; ends at once when the run has failed. */
  patiently<T>(what: string, operation: () => Promise<T>, ...ends: AbortSignal[]): Promise<T> {
    return this.#parts.patience.try(what, operation, this.stop, ...ends);
  }

  /** Adds the time that an operation takes. */
  async timed<T>(what: keyof Spent, operation: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    try {
      return await operation();
    } finally {
      this.spent[what] += (performance.now() - begin) / 1000;
    }
  }

  /** Reports that a step is done for a range of offsets, and waits for whoever looks at it. */
  async step(step: CommitStep, partition: number, first: bigint, last: bigint): Promise<void> {
    await this.#options.onStep?.(step, `${this.#options.topic}[${partition}] ${first}…${last}`);
  }

  /** Reports how far the run is. */
  progress(): void {
    this.#options.onProgress?.({ ...this.counts, held: this.#parts.held() });
  }

  /** Where the run has come to: its counts, its seconds, and what they went to. */
  report(): RunState["counts"] & { seconds: number; flowing: number; spent: Spent } {
    const now = performance.now();
    return {
      ...this.counts,
      seconds: (now - this.#started) / 1000,
      flowing: (now - (this.#firstBatch ?? now)) / 1000,
      spent: { ...this.spent },
    };
  }
}
