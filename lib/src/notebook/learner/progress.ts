/**
 * How far a learner has come: which checks of which lesson have held. Kept beside the learner's copies, a file for each lesson, so that
 * resetting a lesson begins its count anew.
 */
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { workFolder } from "../../../../setup/learner/work.mjs";
import { projectFolder } from "../../project/index.ts";
import { COURSE, type CourseLesson, lessonNumber, notebooksFolder } from "../course.ts";
import type { Notebook } from "../file.ts";
import { type Claim, claimsOf } from "./claims.ts";

/** How far a learner has come in a lesson. */
export interface LessonProgress {
  readonly lesson: CourseLesson;
  /** Checks that have held, of the text and of the exercises, and how many there are. */
  readonly checks: { readonly held: number; readonly of: number };
  /** Exercises whose checks have all held, and how many there are. */
  readonly exercises: { readonly solved: number; readonly of: number };
  /** Numbers of the exercises that are not solved yet, from 1. */
  readonly open: readonly number[];
}

/** What this process has seen hold, by lesson: all that counts where nothing is kept. */
const seen = new Map<string, Set<string>>();
let lastLesson: string | undefined;
const claims = new Map<string, readonly Claim[]>();

/** The checks of a lesson, as the course has it. */
function claimsIn(lesson: string): readonly Claim[] {
  let known = claims.get(lesson);
  if (known === undefined) {
    const text = readFileSync(join(notebooksFolder(), `${lesson}.ipynb`), "utf8");
    claims.set(lesson, (known = claimsOf((JSON.parse(text) as Notebook).cells)));
  }
  return known;
}

/** Notes that a check has held. Never fails: to count is not what the cell was run for. */
export function noteHeld(name: string): void {
  try {
    const lesson = lessonOf(name);
    const claim = lesson === undefined ? undefined : claimsIn(lesson).find(({ pattern }) => pattern.test(name));
    if (lesson === undefined || claim === undefined) return;
    lastLesson = lesson;
    const held = seen.get(lesson) ?? new Set();
    seen.set(lesson, held.add(claim.name));
    if (isLearners()) keep(lesson, claim.name);
  } catch {
    // no notebooks here, or a folder that may not be written
  }
}

/** Which lesson a check belongs to: the page that JupyterLab names, else the one that makes this claim. */
function lessonOf(name: string): string | undefined {
  const page = basename(process.env["JPY_SESSION_NAME"] ?? "", ".ipynb");
  if (COURSE.some((lesson) => lesson.name === page)) return page;
  const found = COURSE.filter((lesson) => claimsIn(lesson.name).some(({ pattern }) => pattern.test(name)));
  const [only] = found.filter((lesson) => found.length === 1 || lesson.name === lastLesson);
  return only?.name;
}

/** Whether this process runs a learner's copy of a lesson: the kernel stands in its folder. */
export function isLearners(): boolean {
  try {
    return realpathSync(process.cwd()) === realpathSync(workFolder(projectFolder()));
  } catch {
    return false;
  }
}

function fileOf(lesson: string): string {
  return join(workFolder(projectFolder()), ".progress", `${lesson}.json`);
}

function kept(lesson: string): Set<string> {
  try {
    return new Set((JSON.parse(readFileSync(fileOf(lesson), "utf8")) as { held: string[] }).held);
  } catch {
    return new Set(); // none yet, or somebody has written something else into it
  }
}

function keep(lesson: string, name: string): void {
  const held = kept(lesson);
  if (held.has(name)) return;
  const file = fileOf(lesson);
  mkdirSync(join(file, ".."), { recursive: true });
  const fresh = `${file}.${process.pid}.tmp`;
  writeFileSync(fresh, `${JSON.stringify({ held: [...held.add(name)] }, undefined, 1)}\n`);
  renameSync(fresh, file);
}

/** Forgets what was counted of a lesson. */
export function forgetProgress(lesson: string): void {
  rmSync(fileOf(lesson), { force: true });
}

/** How far the learner has come in a lesson, in all kernels until now. */
export function progressIn(lesson: CourseLesson): LessonProgress {
  return counted(lesson, kept(lesson.name));
}

function counted(lesson: CourseLesson, held: ReadonlySet<string>): LessonProgress {
  const all = claimsIn(lesson.name);
  const numbers = [...new Set(all.flatMap(({ exercise }) => exercise ?? []))];
  const open = numbers.filter((number) => all.some(({ exercise, name }) => exercise === number && !held.has(name)));
  return {
    lesson,
    checks: { held: all.filter(({ name }) => held.has(name)).length, of: all.length },
    exercises: { solved: numbers.length - open.length, of: numbers.length },
    open,
  };
}

/**
 * Shows how far the reader has come in a lesson; for the lesson's last cell.
 *
 * @param number of the lesson: `"03"`
 * @throws RangeError when there is none
 */
export function showProgress(number: string): void {
  const lesson = COURSE.find((one) => lessonNumber(one) === number);
  if (lesson === undefined) throw new RangeError(`there is no lesson ${number}; the first is 00`);
  // Elsewhere than in the learner's copy only this run counts: a saved page shows the same whoever runs it.
  const now = seen.get(lesson.name) ?? new Set<string>();
  const { checks, exercises, open } = counted(lesson, isLearners() ? new Set([...kept(lesson.name), ...now]) : now);
  console.log(
    `${number} · ${lesson.title}: ${checks.held} of ${checks.of} checks, ${exercises.solved} of ${exercises.of} exercises`,
  );
  if (open.length > 0) console.log(`Still open: exercise ${open.join(", ")}.`);
  else if (checks.held < checks.of)
    console.log("All exercises are solved. Checks of the text count when their cells have run.");
}
