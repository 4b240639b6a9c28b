/** The notebooks as they are kept: their form, their outputs, their exercises; and their cells checked as code. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { describe, test } from "node:test";
import {
  beyondLimits,
  COURSE,
  furtherServices,
  lessonFiles,
  lintNotebooks,
  measureNotebook,
  notebooksFolder,
  notebooksIn,
  solutionFiles,
  timesOf,
  TRACKS,
  trackSentence,
} from "../lib/src/notebook/index.ts";
import { projectFolder, resolveServices } from "../lib/src/stack/index.ts";
import { notebooksWith } from "./notebooks-for-test.ts";

interface Output {
  readonly output_type: string;
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Cell {
  readonly cell_type: "code" | "markdown";
  readonly metadata: {
    readonly tags?: readonly string[];
    readonly jupyter?: { readonly source_hidden?: boolean };
  };
  readonly source: readonly string[];
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
}

/** The parts that every lesson has, in their order. */
const PARTS = ["Words", "Exercises", "Clean up", "Summary", "What comes next"];
/** The packages that the course is about, each with the lesson that introduces it. */
const PACKAGES: Readonly<Record<string, string>> = {
  fastify: "01-stream-api",
  kafkajs: "02-producer",
  natural: "03-tokens",
  "ml-kmeans": "04-clusters",
  webhdfs: "06-hive",
  "hive-driver": "06-hive",
  "danfojs-node": "06-hive",
};

const cellsOf = (file: string): readonly Cell[] =>
  (JSON.parse(readFileSync(file, "utf8")) as { cells: readonly Cell[] }).cells;
const source = (cell: Cell): string => cell.source.join("");
const tagged = (cells: readonly Cell[], tag: string): Cell[] =>
  cells.filter(({ metadata }) => metadata.tags?.includes(tag) === true);
const isFolded = ({ metadata }: Cell): boolean => metadata.jupyter?.source_hidden === true;
const prose = (cells: readonly Cell[]): string =>
  cells.flatMap((cell) => (cell.cell_type === "markdown" ? [source(cell)] : [])).join("\n\n");
const headings = (cells: readonly Cell[], mark: string): string[] =>
  [...prose(cells).matchAll(new RegExp(`^${mark} (.*)$`, "gm"))].map(([, title = ""]) => title);
const printed = (cell: Cell): string =>
  (cell.outputs ?? []).map(({ text = "" }) => (typeof text === "string" ? text : text.join(""))).join("");
const exercises = (cells: readonly Cell[]): string[] =>
  headings(cells, "###").filter((title) => title.startsWith("Exercise"));

test("the lessons are those of the course, in its order, each with its solutions", () => {
  const names = COURSE.map(({ name }) => name);
  const there = (folder: string): string[] => notebooksIn(folder).map((file) => basename(file, ".ipynb"));
  assert.deepEqual(there(notebooksFolder()), names);
  assert.deepEqual(there(join(notebooksFolder(), "solutions")), names);
});

test("every lesson is run by a test that names what it needs", () => {
  const tests = globSync("notebooks*.stack.test.ts", { cwd: join(projectFolder(), "test") });
  const run = tests.flatMap((name) => notebooksWith(/^notebooks(?:\.serial)?\.?(.*)\.stack/.exec(name)?.[1] ?? ""));
  const lacking = [...lessonFiles(), ...solutionFiles()].filter((file) => !run.includes(file));
  assert.deepEqual(
    lacking.map((file) => `${basename(file)} needs ${furtherServices(file).join(", ")}`),
    [],
  );
});

/** Words of prose that are read in a minute, and lines of code that are not folded away. */
const PACE = { words: 200, lines: 15 };

/** Minutes to read what stands before the exercises. */
function readingMinutes(cells: readonly Cell[]): number {
  const end = cells.findIndex((cell) => cell.cell_type === "markdown" && /^## Exercises/m.test(source(cell)));
  const before = cells.slice(0, end);
  const said = prose(before)
    .replace(/^```[^]*?^```/gm, "")
    .replace(/\]\([^)]*\)/g, "]");
  const shown = before.filter((cell) => cell.cell_type === "code" && !isFolded(cell)).map(source);
  const lines = shown.flatMap((text) => text.split("\n")).filter((line) => line.trim() !== "");
  return (said.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu)?.length ?? 0) / PACE.words + lines.length / PACE.lines;
}

for (const lesson of COURSE) {
  test(`${lesson.name} says how long it takes, and begins with the services that it needs`, () => {
    const cells = cellsOf(join(notebooksFolder(), `${lesson.name}.ipynb`));
    const [opening = "", code = ""] = [
      prose(cells.slice(0, 1)),
      cells
        .filter(({ cell_type }) => cell_type === "code")
        .map(source)
        .join("\n"),
    ];
    assert.ok(opening.includes(timesOf(lesson)), `its first cell says "${timesOf(lesson)}", as course.ts does`);
    const measured = readingMinutes(cells);
    assert.ok(
      Math.abs(lesson.reading - measured) <= 3,
      `course.ts says ${lesson.reading} minutes; its length says ${measured.toFixed(0)}`,
    );
    const wanted = new Set(lesson.services.length === 0 ? [] : resolveServices(lesson.services));
    const asked = [...code.matchAll(/await ready\(([^)]*)\)/g)].flatMap(([, words = ""]) =>
      [...words.matchAll(/"(\w+)"/g)].map(([, name = ""]) => name),
    );
    for (const name of asked) assert.ok(wanted.has(name), `${name} is asked for, and the course does not say so`);
    if (!code.includes("await ready();")) assert.ok(wanted.size > 0 && asked.length > 0, "the course names services");
  });
}

for (const file of lessonFiles()) {
  const name = basename(file, ".ipynb");
  const cells = cellsOf(file);
  const code = cells.filter((cell) => cell.cell_type === "code");

  describe(name, () => {
    test("has the parts of a lesson, in their order", () => {
      assert.match(source(cells[0] as Cell), new RegExp(`^# ${name.slice(0, 2)} · \\S.*\\n\\n\\S`));
      const parts = headings(cells, "##").filter((title) => PARTS.includes(title));
      assert.deepEqual(parts, PARTS);
    });

    test("explains its words where they are needed, one a line, and each once", () => {
      const text = prose(cells);
      const words = /^## Words$([^]*?)^## /m.exec(`${text}\n## `)?.[1] ?? "";
      const others = [...text.matchAll(/^\*New words\*\n\n((?:- .*\n?)+)/gm)].map(([, list = ""]) => list);
      assert.equal(others.length, text.match(/^\*New words\*$/gm)?.length ?? 0, "a list follows each *New words*");
      const items = [words, ...others].flatMap((list) => list.split("\n").filter((line) => line.startsWith("- ")));
      assert.ok(items.length >= 3, `${items.length} words`);
      for (const item of items) assert.match(item, /^- \*\*[^*]+\*\*: \S.*[.)]$/);
      const terms = items.map((item) => /\*\*(.+?)\*\*/.exec(item)?.[1]);
      assert.equal(new Set(terms).size, terms.length, "a word is explained twice");
      assert.ok((words.match(/^- /gm)?.length ?? 0) <= 7, "what is needed later is explained later");
    });

    test("begins with what goes wrong, or with what will", () => {
      const parts = headings(cells, "##");
      const before = cells.slice(
        0,
        cells.findIndex((cell) => /^## Words/m.test(source(cell))),
      );
      assert.ok(parts.indexOf("Words") > 0, "a part stands before its words");
      assert.ok(
        name.startsWith("00") || name.startsWith("08") || before.some((cell) => /\bcheck\(/.test(source(cell))),
      );
    });

    test("folds what only prepares, draws or removes", () => {
      const long = (cell: Cell): boolean => source(cell).split("\n").length > 9;
      const open = code.filter((cell, at) => {
        const text = source(cell);
        const draws = /\bfigure\(/.test(text) && long(cell);
        const imports = at === 0 && text.split("\n").length > 5;
        return (draws || imports || /\bcleanUp\(/.test(text)) && !isFolded(cell);
      });
      assert.deepEqual(
        open.map((cell) => source(cell).slice(0, 60)),
        [],
      );
    });

    test("removes nothing before the learner says so", () => {
      const at = cells.findIndex((cell) => /^## Clean up/m.test(source(cell)));
      const after = cells
        .slice(at + 1)
        .filter((cell) => cell.cell_type === "code")
        .map(source);
      const removes = after.filter(
        (text) => /\b(remove|delete|drop|rm|DROP|close)\w*\(?/.test(text) && !/\bfigure\(/.test(text),
      );
      for (const text of removes) assert.match(text, /await cleanUp\(finished, |^import|^async function/);
    });

    test("proves what it says, and shows a picture", () => {
      const checks = code.filter((cell) => !cell.metadata.tags?.includes("exercise-check")).map(source);
      const count = checks.join("\n").match(/^\s*(await )?(check|checkThrows|answer)\(/gm)?.length ?? 0;
      assert.ok(count >= 3, `${count} checks`);
      assert.ok(code.some((cell) => source(cell).includes("figure(")));
    });

    test("keeps its outputs, every figure with a picture and its text", () => {
      assert.deepEqual(
        code.map((cell) => cell.execution_count),
        code.map((_, index) => index + 1),
      );
      const figures = code.flatMap(({ outputs = [] }) =>
        outputs.flatMap(({ data = {} }) => (data["application/vnd.plotly.v1+json"] === undefined ? [] : [data])),
      );
      assert.ok(figures.length > 0, "it has a figure");
      for (const data of figures) {
        const { layout } = data["application/vnd.plotly.v1+json"] as { layout: { title?: { text?: string } } };
        assert.ok((layout.title?.text ?? "").length > 0, "a figure has a title");
        assert.match(Buffer.from(String(data["image/png"]), "base64").toString("latin1"), /^\x89PNG/);
        assert.ok(String(data["text/plain"]).length > 20, "a figure is described in words");
      }
    });

    test("has three exercises or more, numbered, each with a stub and a check that waits for it", () => {
      const titles = exercises(cells);
      assert.ok(titles.length >= 3, `${titles.length} exercises`);
      for (const [index, title] of titles.entries()) assert.match(title, new RegExp(`^Exercise ${index + 1}: \\S`));
      assert.equal(tagged(cells, "exercise").length, titles.length);
      assert.equal(tagged(cells, "exercise-check").length, titles.length);
      for (const stub of tagged(cells, "exercise")) assert.match(source(stub), /\btodo\(/);
      for (const check of tagged(cells, "exercise-check")) assert.match(printed(check), /^○ .*not solved yet\. \S/m);
    });

    test("gives hints in stages after each check, and questions to think about", () => {
      for (const [at, cell] of cells.entries()) {
        if (cell.metadata.tags?.includes("exercise-check") !== true) continue;
        const hints = [...source(cells[at + 1] as Cell).matchAll(/<details><summary>(Hint \d)<\/summary>\n\n\S/g)];
        assert.deepEqual(
          hints.map(([, title]) => title),
          ["Hint 1", "Hint 2"],
        );
      }
      const questions = /^### Questions to think about$([^]*?)^## /m.exec(prose(cells))?.[1] ?? "";
      assert.ok((questions.match(/^\d\. .*\?$/gm)?.length ?? 0) >= 3, "three questions or more");
      assert.match(questions, /<details><summary>Our answers<\/summary>/);
    });

    test("has solutions with the same exercises and the same checks, which pass", () => {
      const solved = cellsOf(join(dirname(file), "solutions", `${name}.ipynb`));
      assert.deepEqual(exercises(solved), exercises(cells));
      assert.equal(tagged(solved, "solution").length, exercises(cells).length);
      assert.deepEqual(tagged(solved, "exercise-check").map(source), tagged(cells, "exercise-check").map(source));
      for (const cell of tagged(solved, "solution")) assert.doesNotMatch(source(cell), /\btodo\(/);
      for (const check of tagged(solved, "exercise-check")) {
        assert.match(printed(check), /^✓ /m);
        assert.doesNotMatch(printed(check), /^[○✗] /m);
      }
    });
  });
}

for (const file of [...lessonFiles(), ...solutionFiles()]) {
  const name = file.includes("solutions") ? `solutions/${basename(file)}` : basename(file);
  test(`${name}: links lead somewhere`, () => {
    const links = [...prose(cellsOf(file)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
    const local = links.filter((target) => !/^(https?:|#|attachment:)/.test(target));
    const dead = local.filter((target) => !existsSync(resolve(dirname(file), target.replace(/#.*$/, ""))));
    assert.deepEqual(dead, []);
  });

  test(`${name}: JupyterLab can open what is kept`, () => {
    const halves: string[] = []; // of characters: no text that can be sent
    JSON.parse(readFileSync(file, "utf8"), (_, value: unknown) => {
      if (typeof value === "string" && !value.isWellFormed()) halves.push(value);
    });
    assert.deepEqual(halves, []);
  });

  test(`${name}: nothing of a machine is kept`, () => {
    const text = readFileSync(file, "utf8").replaceAll(/"image\/png": "[^"]*"/g, "");
    assert.deepEqual(text.match(/(?<![\w.:/])\/(tmp|root|work|Users|home)\/[\w./-]*/g) ?? [], []);
  });
}

test("the lessons name both tracks as the course has them", () => {
  const welcome = prose(cellsOf(lessonFiles()[0] ?? "").slice(0, 1));
  for (const track of TRACKS) assert.ok(welcome.includes(trackSentence(track)), trackSentence(track));
});

test("a lesson and its solutions share no name of a topic, a table, a folder or a group", () => {
  for (const [file, prefix] of [...lessonFiles(), ...solutionFiles()].map(
    (path) => [path, `nb${basename(path).slice(0, 2)}`] as const,
  )) {
    const text = cellsOf(file)
      .filter(({ cell_type }) => cell_type === "code")
      .map(source)
      .join("\n");
    const names = [...new Set(text.match(/\bnb\d\d[\w-]*/g) ?? [])];
    const own = file.includes("solutions")
      ? new RegExp(`^${prefix}[-_]solutions`)
      : new RegExp(`^${prefix}(?![-_]solutions)`);
    // A job or a topic that is only named, in a check that lesson and solution share, is made by neither.
    const shared = tagged(cellsOf(file), "exercise-check").map(source).join("\n");
    assert.deepEqual(
      names.filter((name) => !own.test(name) && !shared.includes(name)),
      [],
      basename(file),
    );
    assert.doesNotMatch(text, /["'`/]output\//, "output/ belongs to npm start");
  }
});

test("the packages of the course are met in their lessons", () => {
  for (const [name, lesson] of Object.entries(PACKAGES)) {
    const code = cellsOf(join(projectFolder(), "notebooks", `${lesson}.ipynb`))
      .filter((cell) => cell.cell_type === "code")
      .map(source)
      .join("\n");
    assert.match(code, new RegExp(`(from|import\\(|require\\(|import) ?"${name}["/]`), `${lesson} imports ${name}`);
  }
});

test("the cells of all notebooks compile strictly, and the linter finds nothing", async () => {
  assert.deepEqual(await lintNotebooks([...lessonFiles(), ...solutionFiles()]), []);
});

test("cells are short, and more is said than coded", async () => {
  const measures = await Promise.all([...lessonFiles(), ...solutionFiles()].map(measureNotebook));
  assert.deepEqual(
    measures.flatMap((measure) => beyondLimits(measure).map((text) => `${measure.file}: ${text}`)),
    [],
  );
});
