/** What is written about the code agrees with the code; what is made from it is made from it. */
import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { format, getFileInfo, resolveConfig } from "prettier";
import { scalePicture, scaleTable, simulateAll } from "../bench/scale/scenarios.ts";
import { adviceOf } from "../lib/src/cli/hints.ts";
import { type ErrorEntry, errorCodes } from "../lib/src/errors/index.ts";
import { metricsTable } from "../lib/src/metrics/index.ts";
import { COURSE, lessonNumber, trackLessons, TRACKS, trackTime } from "../lib/src/notebook/index.ts";
import {
  composeFile,
  environmentPage,
  forwardedPorts,
  INTERNAL_VARIABLES,
  projectFolder,
  readmeTable,
  servicesPage,
} from "../lib/src/stack/index.ts";

const project = projectFolder();

/** The page of the error table. */
function errorPage(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, entry]) =>
      `| \`${code}\` | ${entry.summary} | ${solutionOf(entry)} | ${entry.retriable ? "yes" : "no"} | ${entry.exitCode} |`,
  );
  return [
    "# Errors",
    "",
    "Every error that the library throws on purpose is a `StreambookError` with one of these codes. Its message says what is",
    "wrong and where, and its `hint` holds as data what would help. Commands print both on one line, the hint as what to type;",
    "`--verbose` shows the stack trace, and `--help` the options of a command.",
    "",
    "This page is made from the table in `lib/src/errors/errors.ts`: `UPDATE_DOCS=1 npm test -- docs` writes it anew.",
    "",
    "| code | meaning | how to solve it | worth another try | exit code |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

/** What to do against a kind of error: the table's sentences, and its hint as commands. */
function solutionOf({ solve, hint }: ErrorEntry): string {
  const advice = hint === undefined ? undefined : adviceOf(hint, () => true);
  if (advice === undefined) return solve;
  return `${solve} ${advice.charAt(0).toUpperCase()}${advice.slice(1).replaceAll(/--[a-z-]+/g, "`$&`")}.`;
}

/** The dev container's file, with the ports of the catalogue. */
function devContainer(text: string): string {
  const ports = forwardedPorts();
  const labels = ports.map(
    ({ port, label }) => `"${port}": { "label": ${JSON.stringify(label)}, "onAutoForward": "silent" }`,
  );
  return text
    .replace(/"forwardPorts": \[[^\]]*\]/, `"forwardPorts": ${JSON.stringify(ports.map(({ port }) => port))}`)
    .replace(/"portsAttributes": \{[^}]*\}(?:,[^}]*\})*\s*\}/, `"portsAttributes": {\n${labels.join(",\n")}\n}`);
}

/** README with the tables of services and of lessons. */
function readme(text: string): string {
  return text
    .replace(/^\| service +\| address .*\n(?:\|.*\n)+/m, () => `${readmeTable()}\n`)
    .replace(/^\| track +\| lessons.*\n(?:\|.*\n)+/m, () => `${trackTable()}\n`)
    .replace(/^\| lesson +\|.*\n(?:\|.*\n)+/m, () => `${lessonTable()}\n`);
}

function trackTable(): string {
  const rows = TRACKS.map(
    (track) => `| ${track.name} | ${trackLessons(track)} | ${trackTime(track)} | ${track.about} |`,
  );
  return ["| track | lessons | to read | what it has |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function lessonTable(): string {
  const rows = COURSE.map(
    (lesson) =>
      `| [${lessonNumber(lesson)} · ${lesson.title}](notebooks/${lesson.name}.ipynb) | ${lesson.does} | ${lesson.reading} min |`,
  );
  return ["| lesson | what you do in it | to read |", "| --- | --- | --- |", ...rows].join("\n");
}

/** The page about watching, with the names of all that is measured. */
function watchingPage(text: string): string {
  return text.replace(/^\| name +\| type.*\n(?:\|.*\n)+/m, () => `${metricsTable()}\n`);
}

let simulated: ReturnType<typeof simulateAll> | undefined;

/** The page about growing, with the table of the simulation. */
function scalePage(text: string): string {
  return text.replace(/^\| partitions +\|.*\n(?:\|.*\n)*/m, () => `${scaleTable((simulated ??= simulateAll()))}\n`);
}

/** Files that are made from the code, whole or in part: each from its present text. */
const made: readonly (readonly [file: string, make: (text: string) => string])[] = [
  ["docs/errors.md", errorPage],
  ["docs/services.md", servicesPage],
  ["docs/environment.md", environmentPage],
  ["docs/watching.md", watchingPage],
  ["docs/scale.md", scalePage],
  ["docs/scale.svg", () => scalePicture((simulated ??= simulateAll()))],
  ["docker-compose.yml", composeFile],
  [".devcontainer/devcontainer.json", devContainer],
  ["README.md", readme],
];

for (const [name, make] of made) {
  test(`${name} says what the code says`, async () => {
    const file = join(project, name);
    const text = await readFile(file, "utf8").catch(() => "");
    const { ignored, inferredParser } = await getFileInfo(file, { ignorePath: join(project, ".prettierignore") });
    const wanted =
      ignored || inferredParser === null
        ? make(text)
        : await format(make(text), { ...(await resolveConfig(file)), filepath: file });
    if (process.env["UPDATE_DOCS"] !== undefined) await writeFile(file, wanted);
    assert.equal(await readFile(file, "utf8"), wanted, "UPDATE_DOCS=1 npm test -- docs writes it anew");
  });
}

test("docs/environment.md names every variable that is read", async () => {
  const places = ["lib/src", "lib/bin", "setup", "test", "blog", "bin"].map((folder) => `${folder}/**/*.{ts,mjs,sh}`);
  const files = [...globSync(places, { cwd: project }), "docker-compose.yml", "Dockerfile"];
  const page = environmentPage();
  const unknown = new Set<string>();
  for (const file of files) {
    if (/\.test\.ts$|\/toy-services\.ts$/.test(file)) continue; // services of tests are in no catalogue, nor their variables
    for (const [name] of (await readFile(join(project, file), "utf8")).matchAll(
      /\bSTREAMBOOK_[A-Z]+(?:_[A-Z0-9]+)*\b/g,
    ))
      if (!page.includes(`\`${name}\``) && !INTERNAL_VARIABLES.includes(name)) unknown.add(`${name} in ${file}`);
  }
  assert.deepEqual([...unknown], []);
});

test("the stop points of docs/classroom.md are sections of their lessons, in order", async () => {
  const text = await readFile(join(project, "docs/classroom.md"), "utf8");
  const rows = [...text.matchAll(/^\| (?<number>\d\d) [^|]*\|(?<stops>.*)\|$/gm)];
  assert.deepEqual(
    rows.map(({ groups }) => groups?.["number"]),
    COURSE.map(lessonNumber),
  );
  for (const [index, { groups }] of rows.entries()) {
    const sections = await headingsOf(COURSE[index]?.name ?? "");
    const stops = [...(groups?.["stops"] ?? "").matchAll(/_(?<section>[^_]+)_:/g)].map((one) => one[1] ?? "");
    assert.ok(stops.length >= 2, `${groups?.["number"]} has stops`);
    const found = sections.filter((section) => stops.includes(section));
    assert.deepEqual(found, stops, `in lesson ${groups?.["number"]}`);
  }
});

/** The headings of a lesson, in order. */
async function headingsOf(lesson: string): Promise<string[]> {
  const { cells } = JSON.parse(await readFile(join(project, "notebooks", `${lesson}.ipynb`), "utf8")) as {
    cells: { cell_type: string; source: string | string[] }[];
  };
  const prose = cells.filter(({ cell_type }) => cell_type === "markdown").map(({ source }) => [source].flat().join(""));
  return prose.flatMap((text) => [...text.matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? ""));
}

const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "stack/README.md",
  "data/README.md",
  "docs/challenge.md",
  "docs/speed.md",
  "docs/classroom.md",
  "docs/engines.md",
  "docs/watching.md",
];

for (const page of PAGES) {
  test(`the links of ${page} lead somewhere`, async () => {
    const text = await readFile(join(project, page), "utf8");
    const links = [...text.matchAll(/\]\((?<target>[^)#]+)/g)].map((match) => match.groups?.["target"] ?? "");
    const broken = links.filter((link) => !/^https?:/.test(link) && !existsSync(join(project, dirname(page), link)));
    assert.deepEqual(broken, []);
  });
}
