/** How fast things grow: differences of what was seen over the last seconds. */
import { type MetricName, type Sample, seriesOf } from "../../metrics/index.ts";

interface Point {
  readonly at: number;
  readonly value: number;
}

/** Over how many seconds a rate is taken: long enough to be calm, short enough to be of now. */
const WINDOW = 10;

/** The last values of all series. */
export class Rates {
  readonly #points = new Map<string, Point[]>();

  /**
   * Notes values that were seen together. What has become less has begun anew.
   *
   * @param now in seconds, of a clock that never goes back
   */
  note(samples: readonly Sample[], now: number): void {
    for (const sample of samples) {
      const series = seriesOf(sample);
      const known = this.#points.get(series) ?? [];
      const before = known.at(-1);
      const usable = before !== undefined && sample.value < before.value ? [] : known;
      // one point from before the window stays, so that there are always two
      const first = usable.findLastIndex(({ at }) => at <= now - WINDOW);
      this.#points.set(series, [...usable.slice(Math.max(0, first)), { at: now, value: sample.value }]);
    }
  }

  /** Growth a second; undefined until a series was seen twice. */
  perSecond(name: MetricName, labels: Readonly<Record<string, string>>): number | undefined {
    const points = this.#points.get(seriesOf({ name, labels })) ?? [];
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined || last.at <= first.at) return undefined;
    return (last.value - first.value) / (last.at - first.at);
  }

  /** Forgets what was not seen for a minute: topics come and go. */
  forget(now: number): void {
    for (const [series, points] of this.#points) if ((points.at(-1)?.at ?? 0) < now - 60) this.#points.delete(series);
  }
}
