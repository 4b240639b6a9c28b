import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { CaseEvent } from "../events/event.ts";
import { take } from "../events/event.ts";
import { PlainAnswer, type PlainHour } from "./expected.ts";
import { movieRatings } from "./generate.ts";
import { PARTITIONS, ratingSchema, TOPIC } from "./names.ts";

const schema = await ratingSchema();
const at = (time: string): number => Date.parse(`2026-03-14T${time}Z`);

function event(name: string, movie: string, time: string, rating: number): CaseEvent {
  const value = JSON.stringify({ name, movie, date: `2026-03-14T${time}Z`, rating });
  return { topic: TOPIC, key: name, value };
}

function answered(events: Iterable<CaseEvent>): { readonly plain: PlainAnswer; readonly hours: PlainHour[] } {
  const plain = new PlainAnswer(schema, PARTITIONS);
  return { plain, hours: [...plain.hours(events)] };
}

suite("the plain answers", () => {
  const events = [
    event("Ada", "Glass", "10:00:00", 7),
    event("Ada", "Rain", "10:00:00", 8),
    event("Bela", "Glass", "10:59:59.999", 10),
    event("Bela", "Glass", "12:00:00", 1),
    event("Ada", "Glass", "10:00:00", 7), // a second copy
    event("Ada", "Glass", "10:30:00", 4), // late, and a second opinion
    { topic: TOPIC, key: "Cora", value: "{" },
    event("Bela", "Glass", "18:00:00", 9),
  ];
  const { plain, hours } = answered(events);

  test("count what came: a second copy that is late is both", () => {
    assert.deepEqual(plain.counts, { sent: 8, malformed: 1, late: 2, doubled: 1, ratings: 6 });
  });

  test("have each rating once, under its person and under its movie, in its hour", () => {
    assert.deepEqual(
      hours.map(({ hour }) => hour),
      [at("10:00:00"), at("12:00:00"), at("18:00:00")],
    );
    const [ten] = hours as [PlainHour];
    assert.deepEqual(ten.people.get("Ada"), [
      { time: at("10:00:00"), movie: "Glass", rating: 7 },
      { time: at("10:00:00"), movie: "Rain", rating: 8 },
      { time: at("10:30:00"), movie: "Glass", rating: 4 },
    ]);
    assert.deepEqual(
      ten.movies.get("Glass")?.map(({ name, rating }) => [name, rating]),
      [
        ["Ada", 7],
        ["Bela", 10],
        ["Ada", 4],
      ],
    );
  });

  test("have averages that are no whole numbers, of the hour and of the six hours that end with it", () => {
    assert.deepEqual(
      hours.map(({ runs }) => runs.find(({ movie }) => movie === "Glass")),
      [
        { movie: "Glass", hour: at("10:00:00"), ratings: 3, average: 7, window_ratings: 3, window_average: 7 },
        { movie: "Glass", hour: at("12:00:00"), ratings: 1, average: 1, window_ratings: 4, window_average: 5.5 },
        { movie: "Glass", hour: at("18:00:00"), ratings: 1, average: 9, window_ratings: 1, window_average: 9 },
      ],
    );
  });

  test("list a movie among the best only when enough have rated it, and equal ones in a fixed order", () => {
    const some = (movie: string, ratings: readonly number[]): CaseEvent[] =>
      ratings.map((rating, index) => event(`P${index}`, movie, "10:00:00", rating));
    const { hours } = answered([
      ...some("B", [8, 8, 8, 8, 8]),
      ...some("A", [8, 8, 8, 8, 8]),
      ...some("C", [8, 8, 8, 8, 8, 8]),
      ...some("Few", [10, 10, 10, 10]),
    ]);
    assert.deepEqual(
      hours[0]?.top.map(({ rank, movie }) => [rank, movie]),
      [
        [1, "C"],
        [2, "A"],
        [3, "B"],
      ],
    );
  });

  test("give hours as they are complete, each once, and hold only a few", () => {
    const answer = new PlainAnswer(schema, PARTITIONS);
    let [taken, first] = [0, 0];
    const counted = (function* () {
      for (const one of take(movieRatings({ late: 0.05 }), 200_000)) {
        taken++;
        yield one;
      }
    })();
    const seen: number[] = [];
    for (const { hour } of answer.hours(counted)) {
      first ||= taken;
      seen.push(hour);
    }
    assert.deepEqual(seen, [...new Set(seen)].sort((a, b) => a - b)); // prettier-ignore
    assert.ok(seen.length >= 6, `${seen.length} hours`);
    assert.ok(first < 100_000, `the first hour came after ${first} of 200,000`);
  });
});
