/** From the points of hours to averages: plain functions, no store. */
import { hoursLater } from "../read.ts";
import { LEAST_RATINGS, TOP, WINDOW } from "../tables.ts";

/** A movie in an hour. */
export interface MovieHour {
  readonly movie: string;
  /** Milliseconds since 1970. */
  readonly hour: number;
  readonly ratings: number;
  /** The sum of its ratings: a whole number, so that averages are exact in any order. */
  readonly points: number;
}

/** A movie's average in an hour, and over the window that ends with the hour. */
export interface RunningAverage {
  readonly movie: string;
  readonly hour: number;
  readonly ratings: number;
  readonly average: number;
  readonly windowRatings: number;
  readonly windowAverage: number;
}

/** A movie in the list of an hour. */
export interface Ranked {
  readonly rank: number;
  readonly movie: string;
  readonly ratings: number;
  readonly average: number;
}

/**
 * The running averages that an hour's ratings have a part in: those of the hour, and of the hours whose windows reach back to it.
 *
 * @param hour that has changed
 * @param movies that have changed in it
 * @param around all movies of an hour, for the hours from a window before to a window after
 */
export function runningAverages(
  hour: number,
  movies: ReadonlySet<string>,
  around: (hour: number) => ReadonlyMap<string, MovieHour>,
): RunningAverage[] {
  const found: RunningAverage[] = [];
  for (let ahead = 0; ahead < WINDOW; ahead++) {
    const end = hoursLater(hour, ahead);
    for (const movie of movies) {
      const own = around(end).get(movie);
      if (own === undefined) continue;
      let [ratings, points] = [0, 0];
      for (let back = 0; back < WINDOW; back++) {
        const part = around(hoursLater(end, -back)).get(movie);
        ratings += part?.ratings ?? 0;
        points += part?.points ?? 0;
      }
      found.push({
        ...{ movie, hour: end, ratings: own.ratings, average: own.points / own.ratings },
        ...{ windowRatings: ratings, windowAverage: points / ratings },
      });
    }
  }
  return found;
}

/** The best movies of an hour, best first; of equal ones the one with more ratings, then the one whose title comes first. */
export function topMovies(movies: Iterable<MovieHour>): Ranked[] {
  return [...movies]
    .filter(({ ratings }) => ratings >= LEAST_RATINGS)
    .map(({ movie, ratings, points }) => ({ movie, ratings, average: points / ratings }))
    .sort((a, b) => b.average - a.average || b.ratings - a.ratings || (a.movie < b.movie ? -1 : 1))
    .slice(0, TOP)
    .map((movie, index) => ({ rank: index + 1, ...movie }));
}
