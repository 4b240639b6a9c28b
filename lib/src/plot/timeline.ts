/** When each stage of a run began and how long it took. */
import { labelledBars } from "./bars.ts";
import type { Figure } from "./figure.ts";
import { formatSeconds, unbroken } from "../format/index.ts";

/** A stage of a run. */
export interface TimelineStage {
  readonly name: string;
  /** Seconds from the start of the run to the start of the stage. */
  readonly startedAt: number;
  /** Seconds it took. */
  readonly seconds: number;
}

/**
 * A Gantt chart: one bar a stage, on the clock of the run.
 *
 * @example
 * ```ts
 * import { timeline } from "streambook/plot";
 * const figure = timeline([{ name: "stack up", startedAt: 0, seconds: 9.5 }, { name: "produce", startedAt: 9.5, seconds: 1.2 }]);
 * console.assert(figure.data.length === 1);
 * ```
 */
export function timeline(stages: readonly TimelineStage[]): Figure {
  const bars = stages.map(({ name, startedAt, seconds }) => ({
    name,
    label: unbroken(formatSeconds(seconds)),
    from: startedAt,
    length: seconds,
    hover: unbroken(
      `${formatSeconds(seconds)}, from ${formatSeconds(startedAt)} to ${formatSeconds(startedAt + seconds)}`,
    ),
  }));
  return labelledBars(bars, "seconds since the run began", { ticksuffix: " s" });
}
