import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type CaseEvent, type EventOptions, take } from "../events/event.ts";
import { DOUBLE_DISTANCE, LONGEST_DELAY, type MovieRating, movieRatings, RATINGS_PER_SECOND } from "./generate.ts";
import { ratingSchema } from "./names.ts";
import { cast } from "./people.ts";
import { ratingReader } from "./read.ts";

const read = ratingReader(await ratingSchema());
const many = first(40_000);
const start = Date.parse("2026-03-14T17:20:00Z");

function first(count: number, options?: EventOptions): CaseEvent[] {
  return [...take(movieRatings(options), count)];
}

function faultOf({ value }: CaseEvent): string | undefined {
  const found = read(value);
  return typeof found === "string" ? found : undefined;
}

function rating({ value }: CaseEvent): MovieRating {
  return JSON.parse(value) as MovieRating;
}

suite("the ratings of movies", () => {
  test("are the same for the same seed, however many are taken, and others for another", () => {
    assert.deepEqual(first(500), many.slice(0, 500));
    assert.notDeepEqual(first(10, { seed: 43 }), many.slice(0, 10));
  });

  test("can be read, but for the share that cannot, which fails in every way", () => {
    const faults = many.map(faultOf).filter((fault) => fault !== undefined);
    assert.ok(faults.length > 20 && faults.length < 80, `${faults.length} of 40,000, a thousandth`);
    const all = first(500, { malformed: 1 }).map(faultOf);
    assert.ok(all.every((fault) => fault !== undefined));
    for (const kind of [/not JSON/, /1 to 500 letters/, /10 at the most/, /is "\d+"/, /\.5/, /02-30/, /missing/, /stars/])
      assert.ok(all.some((fault) => kind.test(fault ?? "")), `${kind} in ${all.join("; ")}`); // prettier-ignore
    assert.deepEqual(first(5000, { malformed: 0 }).filter(faultOf), []);
  });

  test("come twice as often as is said, and soon", () => {
    const seen = new Map<string, number>();
    const distances: number[] = [];
    for (const [index, { value }] of many.entries()) {
      const before = seen.get(value);
      if (before === undefined) seen.set(value, index);
      else distances.push(index - before);
    }
    assert.ok(distances.length > 120 && distances.length < 280, `${distances.length} of 40,000, five thousandths`);
    assert.ok(Math.max(...distances) <= DOUBLE_DISTANCE);
    const once = first(5000, { doubled: 0 });
    assert.equal(new Set(once.map(({ value }) => value)).size, 5000, "nobody rates a movie twice in a millisecond");
  });

  test("are sent when they are given, the late ones minutes later, none after more than an hour and a half", () => {
    const delays = first(40_000, { malformed: 0, doubled: 0 }).map(
      (event, index) => start + (index * 1000) / RATINGS_PER_SECOND + 100 - Date.parse(rating(event).date),
    );
    assert.ok(delays.every((delay) => delay > 0 && delay <= LONGEST_DELAY + 100));
    const late = delays.filter((delay) => delay > 100);
    assert.ok(late.every((delay) => delay > 89_000));
    assert.ok(late.length > 320 && late.length < 480, `${late.length} of 40,000, a hundredth`);
    assert.ok(Math.max(...late) > 40 * 60_000, "some come hours too late for their hour");
  });

  test("begin when they are said to", () => {
    const [event] = first(1, { start: new Date("2027-01-01T00:00:00Z"), late: 0, malformed: 0 });
    assert.match(rating(event!).date, /^2027-01-01T00:00:00\.0\d\dZ$/);
  });

  test("are nobody's: names and titles are each one person's and one movie's", () => {
    const { people, movies } = cast(42);
    assert.equal(new Set(people.map(({ name }) => name)).size, people.length);
    assert.equal(new Set(movies.map(({ title }) => title)).size, movies.length);
  });

  test("have averages that mean something: those of good movies are high", () => {
    const { movies } = cast(42);
    const good = new Set(movies.filter(({ quality }) => quality > 7).map(({ title }) => title));
    const poor = new Set(movies.filter(({ quality }) => quality < 4).map(({ title }) => title));
    const all = many.filter((event) => faultOf(event) === undefined).map(rating);
    const average = (of: ReadonlySet<string>): number => {
      const own = all.filter(({ movie }) => of.has(movie));
      return own.reduce((sum, one) => sum + one.rating, 0) / own.length;
    };
    assert.ok(average(good) > 7 && average(poor) < 4.5, `${average(good)}, ${average(poor)}`);
  });
});
