/** The course as lists show it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { COURSE, type CourseLesson, furtherServices, TRACKS, trackLessons, trackTime } from "./course.ts";

test("each lesson is on a track, and the short one is a part of the full one", () => {
  const [short, full, ...beyond] = TRACKS.map(({ lessons }) => lessons);
  assert.deepEqual([...(full ?? []), ...beyond.flat()], COURSE);
  assert.ok(short?.every((lesson) => full?.includes(lesson)));
});

test("lessons that follow each other are named by the first and the last", () => {
  const named = (...numbers: string[]): string =>
    trackLessons({ lessons: numbers.map((number) => ({ ...COURSE[0]!, name: `${number}-x` })) });
  assert.equal(named("00", "01", "02"), "00 to 02");
  assert.equal(named("00", "01"), "00 and 01");
  assert.equal(named("00", "02", "03"), "00, 02 and 03");
  assert.equal(named("09"), "09");
});

test("the time of a track is said in half hours, as people say them", () => {
  const time = (...minutes: number[]): string =>
    trackTime({ lessons: minutes.map((reading) => ({ ...COURSE[0]!, reading })) });
  assert.equal(time(20), "about half an hour");
  assert.equal(time(20, 35), "about an hour");
  assert.equal(time(60, 35), "about 1½ hours");
  assert.equal(time(60, 65), "about 2 hours");
});

test("the core is enough for the pipeline's lessons, and not for those of other pipelines", () => {
  const [, full, further] = TRACKS;
  const needs = ({ name }: CourseLesson): number => furtherServices(`notebooks/${name}.ipynb`).length;
  for (const lesson of full?.lessons ?? []) assert.equal(needs(lesson), 0, lesson.name);
  for (const lesson of further?.lessons ?? []) assert.ok(needs(lesson) > 0, lesson.name);
  assert.ok(furtherServices("notebooks/solutions/09-spark.ipynb").includes("spark"));
  assert.deepEqual(furtherServices("/elsewhere/mine.ipynb"), []);
});
