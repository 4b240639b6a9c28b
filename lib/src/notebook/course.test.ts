/** The course as lists show it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { COURSE, furtherServices, TRACKS, trackLessons } from "./course.ts";

test("each lesson is on a track, and the short one is a part of the full one", () => {
  const [short, full, further] = TRACKS.map(({ lessons }) => lessons);
  assert.deepEqual([...(full ?? []), ...(further ?? [])], COURSE);
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

test("the core is enough for the pipeline's lessons, and not for those beyond it", () => {
  for (const { name, part } of COURSE) {
    const further = furtherServices(`notebooks/${name}.ipynb`);
    assert.equal(further.length > 0, part !== COURSE[0]?.part, name);
  }
  assert.ok(furtherServices("notebooks/solutions/09-spark.ipynb").includes("spark"));
  assert.deepEqual(furtherServices("/elsewhere/mine.ipynb"), []);
});
