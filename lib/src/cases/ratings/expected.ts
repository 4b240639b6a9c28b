/**
 * The plain answers: the same questions, answered in one pass of plain TypeScript over the events, an hour after the other. Nothing of it is
 * the job's: what the job does by asking Cassandra, this does by counting.
 */
import { partitionForKey } from "../../kafka/index.ts";
import type { Schema } from "../../schema/index.ts";
import type { CaseEvent } from "../events/event.ts";
import type { Row } from "../report/compare-rows.ts";
import { LONGEST_DELAY } from "./generate.ts";
import { type Rating, ratingReader } from "./read.ts";
import { LEAST_RATINGS, TOP, WINDOW } from "./tables.ts";

const HOUR = 3_600_000;
/** No rating comes so long after the newest, in milliseconds: the longest delay, and what a second copy may be late. */
const HELD = LONGEST_DELAY + 10 * 60_000;
/** A rating that is so much older than the newest of its partition is late. */
export const LATE = 60_000;

/** What is known of an hour, once no rating of it can come any more. */
export interface PlainHour {
  /** Milliseconds since 1970. */
  readonly hour: number;
  /** Rows of `records`, by name. */
  readonly people: ReadonlyMap<string, readonly Row[]>;
  /** Rows of `records_by_movie`, by movie. */
  readonly movies: ReadonlyMap<string, readonly Row[]>;
  /** Rows of `hours_by_movie` of this hour. */
  readonly runs: readonly Row[];
  /** Rows of `top_movies`. */
  readonly top: readonly Row[];
}

/** What came of the messages. */
export interface RatingCounts {
  readonly sent: number;
  readonly malformed: number;
  /** Ratings that came later than a minute after the newest of their partition, second copies among them. */
  readonly late: number;
  /** Second copies. */
  readonly doubled: number;
  /** Ratings, each once. */
  readonly ratings: number;
}

/** Goes through events. */
export class PlainAnswer {
  readonly #read: ReturnType<typeof ratingReader>;
  readonly #partitions: number;
  readonly #newest = new Map<number, number>();
  /** Ratings by hour, and in it by who, what and when. */
  readonly #hours = new Map<number, Map<string, Rating>>();
  /** Points and ratings by hour and movie, of finished hours that windows still reach. */
  readonly #totals = new Map<number, ReadonlyMap<string, Total>>();
  #latest = -Infinity;
  #counts: { -readonly [Name in keyof RatingCounts]: number } = {
    sent: 0,
    malformed: 0,
    late: 0,
    doubled: 0,
    ratings: 0,
  };

  /** @param partitions of the topic */
  constructor(schema: Schema, partitions: number) {
    this.#read = ratingReader(schema);
    this.#partitions = partitions;
  }

  get counts(): RatingCounts {
    return this.#counts;
  }

  /** The hours of all events, in order, each when it is complete. A few hours are held at once. */
  *hours(events: Iterable<CaseEvent>): Generator<PlainHour> {
    for (const event of events) {
      this.#add(event);
      yield* this.#complete(this.#latest - HELD);
    }
    yield* this.#complete(Infinity);
  }

  #add({ key, value }: CaseEvent): void {
    this.#counts.sent++;
    const rating = this.#read(value);
    if (typeof rating === "string") return void this.#counts.malformed++;
    const partition = partitionForKey(key, this.#partitions);
    const newest = this.#newest.get(partition) ?? -Infinity;
    if (rating.time < newest - LATE) this.#counts.late++;
    this.#newest.set(partition, Math.max(newest, rating.time));
    this.#latest = Math.max(this.#latest, rating.time);
    const hour = Math.floor(rating.time / HOUR) * HOUR;
    const there = this.#hours.get(hour) ?? new Map<string, Rating>();
    this.#hours.set(hour, there);
    const id = JSON.stringify([rating.name, rating.movie, rating.time]);
    if (there.has(id)) this.#counts.doubled++;
    else this.#counts.ratings++;
    there.set(id, rating);
  }

  *#complete(until: number): Generator<PlainHour> {
    for (const hour of [...this.#hours.keys()].sort((a, b) => a - b)) {
      if (hour + HOUR > until) return;
      const ratings = [...(this.#hours.get(hour) as Map<string, Rating>).values()];
      this.#hours.delete(hour);
      this.#totals.set(hour, totalsOf(ratings));
      for (const old of this.#totals.keys()) if (old <= hour - WINDOW * HOUR) this.#totals.delete(old);
      const runs = this.#runs(hour);
      yield {
        hour,
        people: grouped(ratings, ({ name, movie, time, rating }) => [name, { time, movie, rating }]),
        movies: grouped(ratings, ({ name, movie, time, rating }) => [movie, { time, name, rating }]),
        runs,
        top: topOf(hour, runs),
      };
    }
  }

  /** The movies of an hour, with their averages over the hour and over the window that ends with it. */
  #runs(hour: number): Row[] {
    return [...(this.#totals.get(hour) as ReadonlyMap<string, Total>)].map(([movie, { ratings, points }]) => {
      const window = { ratings: 0, points: 0 };
      for (const totals of this.#totals.values()) {
        const total = totals.get(movie);
        window.ratings += total?.ratings ?? 0;
        window.points += total?.points ?? 0;
      }
      return {
        ...{ movie, hour, ratings, average: points / ratings },
        ...{ window_ratings: window.ratings, window_average: window.points / window.ratings },
      };
    });
  }
}

interface Total {
  readonly ratings: number;
  readonly points: number;
}

function totalsOf(ratings: readonly Rating[]): ReadonlyMap<string, Total> {
  const totals = new Map<string, Total>();
  for (const { movie, rating } of ratings) {
    const { ratings: count = 0, points = 0 } = totals.get(movie) ?? {};
    totals.set(movie, { ratings: count + 1, points: points + rating });
  }
  return totals;
}

function topOf(hour: number, runs: readonly Row[]): Row[] {
  const listed = runs.filter(({ ratings }) => Number(ratings) >= LEAST_RATINGS);
  const better = (a: Row, b: Row): number =>
    Number(b["average"]) - Number(a["average"]) ||
    Number(b["ratings"]) - Number(a["ratings"]) ||
    (String(a["movie"]) < String(b["movie"]) ? -1 : 1);
  return listed
    .sort(better)
    .slice(0, TOP)
    .map(({ movie = null, ratings = null, average = null }, index) => ({
      hour,
      rank: index + 1,
      movie,
      ratings,
      average,
    }));
}

function grouped(ratings: readonly Rating[], rowOf: (rating: Rating) => [string, Row]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const rating of ratings) {
    const [key, row] = rowOf(rating);
    const rows = groups.get(key) ?? [];
    groups.set(key, rows);
    rows.push(row);
  }
  return groups;
}
