/** How far one topic of a run is, and where its time goes. */

/** The steps of the commit protocol, in order; each is reported after it is done. The model is what the labelling has learned. */
export type CommitStep =
  "read" | "labelled" | "encoded" | "staged" | "model-saved" | "renamed" | "committed" | "partition-added";

/** Seconds of work and of waiting, by what they went to. */
export type Spent = Record<"label" | "parse" | "encode" | "stage" | "model" | "publish", number>;

/** How far an ingest is: one topic of it, or all together. */
export interface Progress {
  /** Messages read from Kafka. */
  readonly read: number;
  /** Rows in published files. */
  readonly rows: number;
  readonly files: number;
  readonly deadLetters: number;
  /** Rows held until they can be labelled. */
  readonly held: number;
}

/** What was ingested: of one topic, or of all together. */
export interface Figures extends Omit<Progress, "held"> {
  /** Bytes of the data files. */
  readonly bytes: number;
  /** From the opening of the consumer to the last file. */
  readonly seconds: number;
  /** From the first batch to the last file: without what it takes to join the group and to wait for messages. */
  readonly flowing: number;
  /** Where the time went: seconds of this thread's work, and of waiting for others. */
  readonly spent: Readonly<Spent>;
}

/** Who hears of what is done. */
export interface TopicStateOptions {
  readonly topic: string;
  /** Rows held until they can be labelled. */
  readonly held: () => number;
  /** Called whenever there is something new to report. */
  readonly onChange: () => void;
  readonly onStep?: ((step: CommitStep, range: string) => void | Promise<void>) | undefined;
}

/** The state of one topic, from the opening of its consumer on. */
export class TopicState {
  readonly topic: string;
  /** Counts of messages read, rows and bytes in published files, files, and dead letters. */
  readonly counts = { read: 0, rows: 0, files: 0, deadLetters: 0, bytes: 0 };
  readonly spent: Spent = { label: 0, parse: 0, encode: 0, stage: 0, model: 0, publish: 0 };
  /** When the last batch came, on the clock of `performance.now()`. */
  heard = performance.now();
  readonly #options: TopicStateOptions;
  readonly #started = performance.now();
  #firstBatch: number | undefined;

  constructor(options: TopicStateOptions) {
    this.topic = options.topic;
    this.#options = options;
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
    this.changed();
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
    await this.#options.onStep?.(step, `${this.topic}[${partition}] ${first}…${last}`);
  }

  /** Reports that there is something new. */
  changed(): void {
    this.#options.onChange();
  }

  /** How far the topic is. */
  get progress(): Progress {
    const { bytes: _, ...counts } = this.counts;
    return { ...counts, held: this.#options.held() };
  }

  /** Where the topic has come to: its counts, its seconds, and what they went to. */
  get figures(): Figures {
    const now = performance.now();
    return {
      ...this.counts,
      seconds: (now - this.#started) / 1000,
      flowing: (now - (this.#firstBatch ?? now)) / 1000,
      spent: { ...this.spent },
    };
  }
}

/** How far several topics are together. */
export function totalProgress(topics: readonly Progress[]): Progress {
  const sum = (value: (one: Progress) => number): number => topics.reduce((total, one) => total + value(one), 0);
  return {
    read: sum(({ read }) => read),
    rows: sum(({ rows }) => rows),
    files: sum(({ files }) => files),
    deadLetters: sum(({ deadLetters }) => deadLetters),
    held: sum(({ held }) => held),
  };
}

/** The figures of several topics together: counts and seconds of work added, seconds that passed side by side not. */
export function totalFigures(topics: readonly Figures[]): Figures {
  const { held: _, ...counts } = totalProgress(topics.map((one) => ({ ...one, held: 0 })));
  const spent: Spent = { label: 0, parse: 0, encode: 0, stage: 0, model: 0, publish: 0 };
  for (const one of topics) for (const part of Object.keys(spent) as (keyof Spent)[]) spent[part] += one.spent[part];
  return {
    ...counts,
    bytes: topics.reduce((sum, { bytes }) => sum + bytes, 0),
    seconds: Math.max(...topics.map(({ seconds }) => seconds)),
    flowing: Math.max(...topics.map(({ flowing }) => flowing)),
    spent,
  };
}
