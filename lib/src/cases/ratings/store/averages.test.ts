import assert from "node:assert/strict";
import { test } from "node:test";
import { type MovieHour, runningAverages, topMovies } from "./averages.ts";

const HOUR = 3_600_000;
const movieHour = (hour: number, ratings: number, points: number, movie = "Glass"): MovieHour => ({
  ...{ movie, hour: hour * HOUR, ratings, points },
});

test("an hour that has changed is a part of its own average and of the five that follow, where there is a rating", () => {
  const known = [movieHour(0, 1, 10), movieHour(3, 2, 3), movieHour(5, 1, 1), movieHour(6, 1, 8)];
  const around = (hour: number): ReadonlyMap<string, MovieHour> =>
    new Map(known.filter((one) => one.hour === hour).map((one) => [one.movie, one]));
  const found = runningAverages(0, new Set(["Glass", "Rain"]), around);
  assert.deepEqual(
    found.map(({ hour, average, windowRatings, windowAverage }) => [
      hour / HOUR,
      average,
      windowRatings,
      windowAverage,
    ]),
    [
      [0, 10, 1, 10],
      [3, 1.5, 3, 13 / 3],
      [5, 1, 4, 3.5],
    ],
  );
});

test("the best movies are at most ten, those with enough ratings, in an order that is always the same", () => {
  const many = Array.from({ length: 20 }, (_, index) => movieHour(0, 5, 5 + index, `M${index}`));
  const ranked = topMovies([...many, movieHour(0, 4, 40, "Few"), movieHour(0, 10, 48, "Twice")]);
  assert.deepEqual([ranked.length, ranked.at(-1)?.rank], [10, 10]);
  assert.deepEqual(ranked.slice(0, 2).map(({ movie }) => movie), ["Twice", "M19"]); // prettier-ignore
  assert.deepEqual(topMovies([...many].reverse()), topMovies(many));
});
