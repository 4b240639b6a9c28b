/** The stages of a run: begun, reported, timed. */
import type { RateSeries } from "../plot/index.ts";
import type { ReportStage } from "./types.ts";

/** What is reported while a run goes on. */
export type StageEvent =
  | { readonly kind: "begin"; readonly name: string }
  | { readonly kind: "progress"; readonly name: string; readonly text: string }
  | { readonly kind: "end"; readonly name: string; readonly text: string; readonly seconds: number };

/** A stage that is under way. */
export interface Stage {
  /** Says how far it is. */
  progress(text: string): void;
}

/** Times stages, one after the other or at the same time. */
export class StageRecorder {
  /** Those that have ended, in the order in which they began. */
  readonly stages: ReportStage[] = [];
  readonly startedAt = new Date();
  readonly #origin = performance.now();
  readonly #report: (event: StageEvent) => void;

  constructor(report: (event: StageEvent) => void = () => undefined) {
    this.#report = report;
  }

  /** Seconds since the recorder was made. */
  get seconds(): number {
    return (performance.now() - this.#origin) / 1000;
  }

  /**
   * Runs a stage and keeps how long it took.
   *
   * @param describe what came of it, in short, and how many messages it dealt with
   */
  async run<T>(
    name: string,
    work: (stage: Stage) => Promise<T>,
    describe: (result: T) => { readonly text: string; readonly messages?: number },
  ): Promise<T> {
    const startedAt = this.seconds;
    this.#report({ kind: "begin", name });
    const result = await work({ progress: (text) => this.#report({ kind: "progress", name, text }) });
    const seconds = this.seconds - startedAt;
    const { text, messages } = describe(result);
    this.stages.push({
      name,
      startedAt,
      seconds,
      ...(messages === undefined ? {} : { messagesPerSecond: messages / seconds }),
    });
    this.stages.sort((a, b) => a.startedAt - b.startedAt);
    this.#report({ kind: "end", name, text, seconds });
    return result;
  }
}

/** Shortest time, in seconds, over which a rate is taken: below it chance would be drawn. */
const INTERVAL = 0.25;

/** Turns a count that grows into a rate over time. */
export class RateMeter {
  readonly #name: string;
  readonly #recorder: StageRecorder;
  readonly #points: { readonly seconds: number; readonly rate: number }[] = [];
  #last: { readonly seconds: number; readonly count: number } | undefined;

  constructor(name: string, recorder: StageRecorder) {
    this.#name = name;
    this.#recorder = recorder;
  }

  /** Takes note of how many there are by now. */
  count(count: number): void {
    const seconds = this.#recorder.seconds;
    this.#last ??= { seconds, count };
    const passed = seconds - this.#last.seconds;
    if (passed < INTERVAL) return;
    this.#points.push({ seconds, rate: (count - this.#last.count) / passed });
    this.#last = { seconds, count };
  }

  /** The rate at each moment. */
  series(): RateSeries {
    return {
      name: this.#name,
      seconds: this.#points.map(({ seconds }) => seconds),
      messagesPerSecond: this.#points.map(({ rate }) => rate),
    };
  }
}
