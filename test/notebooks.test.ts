/** The notebooks as they are kept: their form, their outputs, their exercises; and their cells checked as code. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { describe, test } from "node:test";
import {
  beyondLimits,
  COURSE,
  lessonFiles,
  lintNotebooks,
  measureNotebook,
  notebooksFolder,
  notebooksIn,
  solutionFiles,
} from "../lib/src/notebook/index.ts";
import { projectFolder, resolveServices } from "../lib/src/stack/index.ts";

interface Output {
  readonly output_type: string;
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Cell {
  readonly cell_type: "code" | "markdown";
  readonly metadata: { readonly tags?: readonly string[] };
  readonly source: readonly string[];
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
}

/** The parts that every lesson has, in their order. */
const PARTS = ["Words", "Exercises", "Clean up", "What comes next"];
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

const SOON = { about: 1, ten: 10, one: 1 } as Readonly<Record<string, number>>;
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
    const [, minutes = ""] =
      /(?:Reading takes about|About|It takes about) (\w+) minutes(?: to read)?/.exec(opening) ?? [];
    assert.equal(SOON[minutes] ?? Number(minutes), lesson.reading);
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

    test("explains its words, one a line", () => {
      const words = /^## Words$([^]*?)^## /m.exec(`${prose(cells)}\n## `)?.[1] ?? "";
      const items = words.split("\n").filter((line) => line.startsWith("- "));
      assert.ok(items.length >= 3, `${items.length} words`);
      for (const item of items) assert.match(item, /^- \*\*[^*]+\*\*: \S.*\.$/);
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
