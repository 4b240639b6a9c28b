/** `streambook lesson` and `streambook progress`: the learner's own copies of the lessons, and how far they are. */
import { basename, relative } from "node:path";
import type { Command } from "commander";
import { COURSE, forgetProgress, lessonNumber, type LessonProgress, progressIn } from "../../notebook/index.ts";
import { plural } from "../../format/index.ts";
import { copies, type Copy, type CopyState, resetCopy } from "../../../../setup/learner/work.mjs";
import { action, usage } from "../command.ts";

/** What a state means to the learner. */
const STATES: Readonly<Record<CopyState, string>> = {
  missing: "not there; `npm run setup` makes it",
  fresh: "as it was given",
  changed: "yours",
  old: "as it was given; `npm run setup` brings the newer version",
  behind: "yours; there is a newer version: `npx streambook lesson reset NAME` takes it",
  unreadable: "no notebook any more; `npx streambook lesson reset NAME` gives a fresh one",
};

export function register(program: Command): void {
  const lesson = program.command("lesson");
  lesson
    .command("list")
    .description("show every copy, and which version of the lesson it came from")
    .action(action(async () => list(await copies())));
  lesson
    .command("reset <names...>")
    .description(
      "give a fresh copy: 03, 03-tokens, solutions/03, consumer; yours is kept in work/backup, and the lesson's count begins anew",
    )
    .action(action(async (_, { operands }) => reset(operands)));
  program.command("progress").action(action(async () => showAll(COURSE.map(progressIn))));
}

function list(all: readonly Copy[]): void {
  const width = Math.max(...all.map(({ name }) => name.length));
  for (const { name, state, from } of all)
    console.log(`${name.padEnd(width)}  ${(from ?? "").padEnd(12)}  ${STATES[state].replace("NAME", name)}`);
}

async function reset(words: readonly string[]): Promise<void> {
  const all = await copies();
  const chosen = words.map((word) => find(all, word)); // all of them are there before the first is touched
  for (const copy of new Set(chosen)) {
    const backup = await resetCopy(copy);
    if (!copy.name.includes("/")) forgetProgress(copy.name);
    const where = backup === undefined ? "" : `; yours is kept as ${relative(process.cwd(), backup)}`;
    console.log(`${relative(process.cwd(), copy.file)} is fresh${where}`);
  }
  console.log(
    "Where the page is open: in JupyterLab File → Reload Notebook from Disk, in VS Code close it and open it again.",
  );
}

/** The copy that a word means: its name, or the beginning of one, with or without the folder and the ending. */
function find(all: readonly Copy[], word: string): Copy {
  const named = word.replace(/^(?:\.\/)?(?:work|notebooks)\//, "").replace(/\.(?:ipynb|ts)$/, "");
  const found = all.find(({ name }) => {
    const stem = name.replace(/\.ts$/, "");
    return stem === named || (named !== "" && stem.startsWith(`${named}-`));
  });
  if (found !== undefined) return found;
  return usage(
    `there is no lesson "${word}"; there are ${all
      .filter(({ name }) => !name.includes("/"))
      .map(({ name }) => basename(name, ".ts"))
      .join(", ")}`,
  );
}

function showAll(all: readonly LessonProgress[]): void {
  const width = Math.max(...all.map(({ lesson }) => lesson.title.length));
  console.log(`    ${"LESSON".padEnd(width)}  CHECKS     EXERCISES`);
  for (const { lesson, checks, exercises, open } of all) {
    const solved = `${exercises.solved} of ${exercises.of}`;
    const rest = exercises.solved > 0 && open.length > 0 ? `  open: ${open.join(", ")}` : "";
    const held = `${checks.held} of ${checks.of}`;
    console.log(`${lessonNumber(lesson)}  ${lesson.title.padEnd(width)}  ${held.padEnd(9)}  ${solved}${rest}`);
  }
  const sum = (count: (one: LessonProgress) => number): number => all.reduce((total, one) => total + count(one), 0);
  console.log(
    `\n${sum(({ checks }) => checks.held)} of ${plural(
      sum(({ checks }) => checks.of),
      "check",
    )}, ${sum(({ exercises }) => exercises.solved)} of ${plural(
      sum(({ exercises }) => exercises.of),
      "exercise",
    )}`,
  );
}
