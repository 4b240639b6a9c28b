/**
 * The lessons in VS Code: what the pages hold is shown, and nothing is underlined. Microsoft's extension Jupyter is on no registry of
 * packages: where `STREAMBOOK_VSCODE_EXTENSIONS` names a folder with it, lessons are run too, against the stack that is running.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Frame, Page } from "playwright-core";
import ts from "typescript";
import { delay, until } from "../lib/src/async/index.ts";
import { lessonFiles } from "../lib/src/notebook/index.ts";
import { TestFolder } from "../lib/src/notebook/notebooks-for-test.ts";
import { projectFolder } from "../lib/src/stack/index.ts";
import { prepareWork, workFolder } from "../setup/learner/work.mjs";
import { noVsCode, type Problem, type ProbedCell, VsCode } from "./fixtures/vscode.ts";

/** Where pictures of the window go. */
const screenshots = process.env["STREAMBOOK_SCREENSHOTS"];
/** Which lessons are run where the extension Jupyter is: `all`, or some numbers. The third needs no stack. */
const wanted = (process.env["STREAMBOOK_VSCODE_LESSONS"] || "03").split(",");
const JUPYTER = "ms-toolsai.jupyter";
/** How long nothing more must be found in a page before it counts as checked, in milliseconds. */
const CALM = 1500;

interface SavedCell {
  readonly cell_type: string;
  readonly source: string | readonly string[];
  readonly outputs?: readonly { readonly output_type: string; readonly data?: object }[];
}

async function savedCells(file: string): Promise<readonly SavedCell[]> {
  return (JSON.parse(await readFile(file, "utf8")) as { cells: SavedCell[] }).cells;
}

async function hash(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}

/** Underlined places, as lines of a message; what only greys out a name is none. TypeScript may report a fault more than once. */
function underlined(problems: readonly Problem[]): string[] {
  const lines = problems
    .filter(({ severity }) => severity !== "hint")
    .map(({ place, severity, message, line }) => `cell ${place}: ${severity}: ${message} in: ${line}`);
  return [...new Set(lines)];
}

/** The media types of all outputs, cell by cell. The lines that a cell has printed are one output there and may be several here. */
function mediaTypes(cells: readonly ProbedCell[]): string[][] {
  return cells.map(({ outputs }) => [...new Set(outputs.flatMap((output) => Object.keys(output)))].sort());
}

function savedMediaTypes(cells: readonly SavedCell[]): string[][] {
  const types = ({ output_type, data }: { output_type: string; data?: object }): string[] =>
    output_type === "stream" ? ["application/vnd.code.notebook.stdout"] : Object.keys(data ?? {});
  return cells.map(({ outputs = [] }) => [...new Set(outputs.flatMap(types))].sort());
}

describe("in VS Code", { skip: noVsCode }, () => {
  let vscode: VsCode;
  let scratch: TestFolder;
  let broken: string;

  before(async () => {
    await prepareWork();
    scratch = await TestFolder.make(join(projectFolder(), "output"));
    broken = await scratch.write("broken", ["const fine = 1;", "const = 2;"]);
    if (screenshots !== undefined) await mkdir(screenshots, { recursive: true });
    vscode = await VsCode.start();
  });
  after(async () => {
    await vscode?.close();
    await scratch?.remove();
  });

  /** A picture of the window, once it has come to rest. */
  async function picture(name: string): Promise<void> {
    if (screenshots === undefined || vscode.page === undefined) return;
    await delay(2000);
    await vscode.page.screenshot({ path: join(screenshots, `${name}.png`) });
  }

  /** What is underlined in a page: VS Code has checked it when it has found the fault in a page that was opened later. */
  async function checked(file: string): Promise<string[]> {
    await vscode.openNotebook(broken);
    await until("VS Code to find the fault", async () => underlined(await vscode.problems(broken)).length > 0);
    await delay(CALM);
    return underlined(await vscode.problems(file));
  }

  test("a fault in a cell is underlined, so what follows could fail", async () => {
    assert.deepEqual(await checked(broken), ["cell 1: error: Variable declaration expected. in: const = 2;"]);
    await vscode.closeAll();
  });

  // One copy of a learner's is enough: it has the cells of its original.
  for (const file of [...lessonFiles(), join(workFolder(), "00-welcome.ipynb")])
    test(`${relative(projectFolder(), file)} shows what it holds, and nothing is underlined`, async () => {
      const saved = await savedCells(file);
      const untouched = await hash(file);
      const cells = await vscode.openNotebook(file);
      assert.deepEqual(
        cells.map(({ language, text }) => [language, text]),
        saved.map(({ cell_type, source }) => [
          cell_type === "code" ? "typescript" : "markdown",
          [source].flat().join(""),
        ]),
      );
      assert.deepEqual(mediaTypes(cells), savedMediaTypes(saved));
      if (!file.startsWith(workFolder())) assert.ok(cells.some(({ outputs }) => outputs.length > 0));
      assert.deepEqual(await checked(file), []);
      await vscode.closeAll();
      assert.equal(await hash(file), untouched, "opening a page changes nothing in it");
    });

  test("the settings of the project are known, and their values allowed", async () => {
    const file = join(projectFolder(), ".vscode", "settings.json");
    const parsed = ts.parseConfigFileTextToJson(file, await readFile(file, "utf8"));
    const names = Object.keys(parsed.config as object);
    assert.ok(names.length > 0);
    assert.deepEqual(await vscode.unknownSettings([...names, "notebook.no.such"]), ["notebook.no.such"]);
    const wrong = join(scratch.path, ".vscode", "settings.json");
    await mkdir(join(scratch.path, ".vscode"));
    await writeFile(wrong, '{ "notebook.output.wordWrap": 3 }');
    await vscode.openText(wrong);
    await until("VS Code to check settings", async () => underlined(await vscode.problems(wrong)).length > 0);
    await vscode.openText(file);
    await delay(CALM);
    assert.deepEqual(underlined(await vscode.problems(file)), []);
    await vscode.closeAll();
  });

  test("figures, tables and prose of a saved page are drawn", async (t) => {
    const { page } = vscode;
    if (page === undefined) return t.skip("the window of a desktop program cannot be looked into");
    const file = join(projectFolder(), "notebooks", "04-clusters.ipynb");
    const cells = await vscode.openNotebook(file);
    for (const [what, type, selector] of [
      ["table", "text/html", ".output table"],
      ["figure", "image/png", ".output img"],
    ] as const) {
      const place = cells.findIndex(({ outputs }) => outputs.some((output) => type in output));
      await vscode.reveal(file, place);
      await until(`the ${what} of cell ${place} to be drawn`, () => drawn(page, selector), { timeout: 60_000 });
      await picture(`notebooks-04-${what}`);
    }
    await vscode.closeAll();
  });

  test("a learner's page shows hints folded, and no frames around minus signs", async (t) => {
    const { page } = vscode;
    if (page === undefined) return t.skip("the window of a desktop program cannot be looked into");
    const file = join(workFolder(), "04-clusters.ipynb");
    const cells = await vscode.openNotebook(file);
    await picture("work-04-top");
    const place = cells.findIndex(({ text }) => text.startsWith("<details><summary>Hint 1"));
    await vscode.reveal(file, place);
    await until("the hints to be drawn", () => drawn(page, "details:not([open]) summary"), { timeout: 60_000 });
    await picture("work-04-hints");
    // The cells below have a minus sign, which VS Code would put a frame around for being no hyphen.
    await until("a minus sign in a cell", async () =>
      /−/.test((await page.locator(".view-lines").allTextContents()).join()),
    );
    await delay(CALM);
    assert.equal(await page.locator(".unicode-highlight").count(), 0);
    await vscode.closeAll();
  });

  for (const file of lessonFiles().filter((path) => wanted[0] === "all" || wanted.includes(basename(path).slice(0, 2))))
    test(`${basename(file, ".ipynb")} finds its kernel and runs whole`, async (t) => {
      if (!(await hasJupyter(vscode, t))) return;
      const copy = join(scratch.path, "work", basename(file)); // VS Code may save what it has run
      await cp(join(workFolder(), basename(file)), copy);
      await vscode.openNotebook(copy);
      await ran(vscode, copy);
      const cells = (await vscode.cells(copy)).filter(({ code }) => code);
      assert.deepEqual(cells.filter(failed).map(saysWhy), []);
      assert.ok(cells.some(({ outputs }) => outputs.some((output) => "image/png" in output || figureOf(output))));
      await picture(`run-${basename(file, ".ipynb")}`);
      await vscode.closeAll();
    });
});

/** As much of an element of a page as tells whether one can see it. */
interface Element {
  readonly tagName: string;
  readonly naturalWidth?: number;
  getBoundingClientRect(): { readonly height: number };
}

/** Whether something is drawn, with a size, in one of the frames that VS Code shows pages in. */
async function drawn(page: Page, selector: string): Promise<boolean> {
  const seen = (elements: Element[]): boolean =>
    elements.some(
      (element) =>
        element.getBoundingClientRect().height > 0 && (element.tagName !== "IMG" || element.naturalWidth !== 0),
    );
  // A locator, because it looks into shadow roots too, where VS Code has prose. A frame may go away meanwhile.
  const shown = (frame: Frame): Promise<boolean> =>
    frame
      .locator(selector)
      .evaluateAll(seen)
      .catch(() => false);
  return (await Promise.all(page.frames().map(shown))).some(Boolean);
}

async function hasJupyter(vscode: VsCode, t: TestContext): Promise<boolean> {
  const { extensions } = await vscode.about();
  if (extensions[JUPYTER] !== undefined) return true;
  if (process.env["STREAMBOOK_VSCODE_EXTENSIONS"]) assert.fail(`the extensions lack ${JUPYTER}`);
  t.skip(`no extension ${JUPYTER}; STREAMBOOK_VSCODE_EXTENSIONS would name a folder with it (about 30 MB)`);
  return false;
}

/**
 * Runs all cells. The kernel is the one that a learner gets without choosing: it is found by JUPYTER_PATH in `.env`, and by the
 * page's own metadata. The extension looks for kernels when it starts, and what is run before is lost: then it is run again.
 */
async function ran(vscode: VsCode, file: string): Promise<void> {
  const codeCells = async (): Promise<ProbedCell[]> => (await vscode.cells(file)).filter(({ code }) => code);
  await until(
    "the first cell to run: has the kernel been found?",
    async () => {
      await vscode.runAll(file);
      const begun = async (): Promise<boolean> => (await codeCells()).some(({ success }) => success !== null);
      return until("the first cell", begun, { timeout: 45_000, interval: 500 }).catch(() => false);
    },
    { timeout: 180_000, interval: 1000 },
  );
  const ended = async (): Promise<boolean> => {
    const cells = await codeCells();
    return cells.every(({ success }) => success !== null) || cells.some(({ success }) => success === false);
  };
  await until("all cells to have run", ended, { timeout: 600_000, interval: 500 });
}

/** The kernel reports an error as standard error, too. */
function failed({ success, outputs }: ProbedCell): boolean {
  return success !== true || outputs.some((output) => "application/vnd.code.notebook.stderr" in output);
}

function figureOf(output: ProbedCell["outputs"][number]): boolean {
  return "application/vnd.plotly.v1+json" in output;
}

function saysWhy({ text, outputs }: ProbedCell): string {
  return `${text}\n→ ${outputs.map((output) => Object.values(output).join("\n")).join("\n")}`;
}
