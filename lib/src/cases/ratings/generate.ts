/**
 * The ratings of movies, without end: who gave which movie how many of ten points, and when. Most come at once, some from a phone that was
 * offline for up to an hour and a half, a few twice, and a few are no ratings at all.
 */
import { Random } from "../../random/index.ts";
import type { CaseEvent, EventOptions } from "../events/event.ts";
import { Resent } from "../events/resent.ts";
import { TOPIC } from "./names.ts";
import { cast, type Movie, type Person, ratingOf } from "./people.ts";

/** Ratings a second of event time. */
export const RATINGS_PER_SECOND = 10;
/** The longest that a rating is on its way, in milliseconds. */
export const LONGEST_DELAY = 90 * 60_000;
/** The second copy of a rating comes at most so many messages after the first. */
export const DOUBLE_DISTANCE = 3000;

/** A rating, as a message says it. */
export interface MovieRating {
  readonly name: string;
  readonly movie: string;
  readonly date: string;
  readonly rating: number;
}

/** When the first message is sent, in event time, unless it is said. */
const START = new Date("2026-03-14T17:20:00Z");
const SPACING = 1000 / RATINGS_PER_SECOND;

/**
 * The messages of the topic `movie-ratings`: endless, and the same for the same options, however many are taken. Ten of them are a second
 * of event time.
 *
 * @example
 * ```ts
 * import { movieRatings, take } from "streambook/cases";
 * const [first] = take(movieRatings({ seed: 1 }), 1);
 * console.assert(first?.topic === "movie-ratings" && JSON.parse(first.value).name === first.key);
 * ```
 */
export function* movieRatings(options: EventOptions = {}): Generator<CaseEvent, never, undefined> {
  const { seed = 42, start = START, late = 0.01, doubled = 0.005, malformed = 0.001 } = options;
  const random = new Random(seed);
  const { people, movies } = cast(seed);
  const resent = new Resent<CaseEvent>();
  for (let index = 0; ; index++) {
    const double = resent.take(index);
    if (double !== undefined) {
      yield double;
      continue;
    }
    // A late one hardly ever has the time of another: nobody rates a movie twice in a millisecond.
    const steps = index - (random.next() < late ? delayOf(random) : 0);
    const time = new Date(start.getTime() + steps * SPACING + jitterOf(index));
    const rating = rate(random, people, movies, time);
    const isMalformed = random.next() < malformed;
    const value = isMalformed ? random.pick(FAULTS)(rating) : JSON.stringify(rating);
    const event = { topic: TOPIC, key: rating.name, value };
    if (!isMalformed && random.next() < doubled) resent.add(index + 1 + random.below(DOUBLE_DISTANCE), event);
    yield event;
  }
}

/** How late a rating is, in steps of the events: minutes for most, up to the longest. */
function delayOf(random: Random): number {
  const milliseconds = Math.min(LONGEST_DELAY, 90_000 - Math.log(1 - random.next()) * 12 * 60_000);
  return Math.floor(milliseconds / SPACING);
}

/** Milliseconds that are others for every hundred ratings in a row. */
function jitterOf(index: number): number {
  return (index * 37) % SPACING;
}

/** A rating: some people rate much, and everybody has heard of the first movies. */
function rate(random: Random, people: readonly Person[], movies: readonly Movie[], time: Date): MovieRating {
  const person = people[Math.floor(people.length * random.next() ** 1.5)] as Person;
  const movie = movies[Math.floor(movies.length * random.next() ** 2.2)] as Movie;
  return {
    name: person.name,
    movie: movie.title,
    date: time.toISOString(),
    rating: ratingOf(person, movie, random),
  };
}

/** What goes wrong with messages: cut off, no name, a rating out of range, as text or with a half, a day that there is not, a field too many. */
const FAULTS: readonly ((rating: MovieRating) => string)[] = [
  (rating) => JSON.stringify(rating).slice(0, 40),
  (rating) => JSON.stringify({ ...rating, name: "" }),
  (rating) => JSON.stringify({ ...rating, rating: 11 }),
  (rating) => JSON.stringify({ ...rating, rating: String(rating.rating) }),
  (rating) => JSON.stringify({ ...rating, rating: rating.rating - 0.5 }),
  (rating) => JSON.stringify({ ...rating, date: rating.date.replace(/-\d\d-\d\dT/, "-02-30T") }),
  ({ movie: _, ...rating }) => JSON.stringify(rating),
  (rating) => JSON.stringify({ ...rating, stars: 5 }),
];
