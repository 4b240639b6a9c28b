/** `streambook notebooks`: runs the notebooks of the course, or checks their cells as code. */
import { existsSync } from "node:fs";
import { basename, relative, resolve } from "node:path";
import type { Command } from "commander";
import { StreambookError } from "../errors/index.ts";
import { formatBytes, plural, textTable } from "../format/index.ts";
import {
  beyondLimits,
  type CellReport,
  findNotebooks,
  furtherServices,
  lessonOf,
  lessonFiles,
  lintNotebooks,
  measureNotebook,
  type NotebookReport,
  noSuchNotebook,
  notebooksFolder,
  runNotebook,
  saveNotebook,
  solutionFiles,
} from "../notebook/index.ts";
import { status, useStack } from "../stack/index.ts";
import { action, usage } from "./command.ts";

interface NotebooksOptions {
  readonly save?: boolean;
  readonly keepGoing?: boolean;
  readonly twice?: boolean;
  readonly lint?: boolean;
  readonly timeout: string;
}

/** Seconds that a cell should take at most, on two cores; a longer one is pointed out. */
const LONG_CELL = 30;
/** Lines of output that are shown of a cell that failed. */
const SHOWN_LINES = 40;

export function register(program: Command): void {
  program
    .command("notebooks [names...]")
    .option("--save", "write outputs, and a static picture of every figure, into the files")
    .option("--keep-going", "go on with the next notebook when one fails")
    .option("--twice", "send every cell twice: each must do the same again")
    .option("--lint", "do not run; compile and lint the cells, and measure them")
    .option("--timeout <seconds>", "longest time of a cell", "120")
    .action(
      action(async (options: NotebooksOptions, { signal, operands }) => {
        const files = filesOf(operands);
        if (options.lint === true) await lint(files);
        else await runAll(operands.length === 0 ? await withServices(files) : files, options, signal);
      }),
    );
}

/** The files that some names or paths mean; all of the course when there are none. */
function filesOf(names: readonly string[]): string[] {
  if (names.length === 0) return [...lessonFiles(), ...solutionFiles()];
  const chosen = names.flatMap((name) => {
    if (existsSync(name) && name.endsWith(".ipynb")) return [resolve(name)];
    const found = findNotebooks(name);
    if (found.length === 0) throw noSuchNotebook(name);
    return found;
  });
  return [...new Set(chosen)];
}

/** Those of the files whose further services run; the others are named, with what they need. */
async function withServices(files: readonly string[]): Promise<string[]> {
  const states = new Map((await status()).map(({ name, state }) => [name, state]));
  return files.filter((file) => {
    const missing = furtherServices(file).filter((name) => states.get(name) !== "running");
    if (missing.length === 0) return true;
    const { services = [] } = lessonOf(file) ?? {};
    const start = `npx streambook up ${services.join(" ")}`;
    console.log(`${relative(process.cwd(), file)}: skipped, because ${missing.join(" and ")} must run: ${start}`);
    return false;
  });
}

async function runAll(files: readonly string[], options: NotebooksOptions, signal: AbortSignal): Promise<void> {
  const seconds = Number(options.timeout);
  if (!(seconds > 0)) usage(`--timeout needs a number of seconds above 0, not "${options.timeout}"`);
  const twice = options.twice === true;
  if (twice && options.save === true) usage("--save keeps the outputs of a page that ran once; leave out --twice");
  await using _user = await useStack("streambook notebooks");
  const failed: string[] = [];
  for (const [index, file] of files.entries()) {
    const name = relative(process.cwd(), file);
    console.log(`${index > 0 ? "\n" : ""}${name}`);
    const report = await runNotebook(file, { timeout: seconds * 1000, twice, signal, onCell: printCell });
    printSummary(report);
    if (!report.ok) failed.push(name);
    if (report.ok && options.save === true)
      console.log((await saveNotebook(report, signal)) ? "  saved" : "  unchanged");
    if (!report.ok && options.keepGoing !== true) break;
  }
  if (failed.length > 0) throw new StreambookError("NOTEBOOK_FAILED", `failed: ${failed.join(", ")}`);
}

function printCell({ number, again, milliseconds, memory, source, failure }: CellReport): void {
  const mark = failure === undefined ? "✓" : "✗";
  const first = source.split("\n").find((line) => line.trim() !== "") ?? "";
  const long = milliseconds > LONG_CELL * 1000 ? `  (longer than ${LONG_CELL} s)` : "";
  const size = memory === undefined ? "" : formatBytes(memory);
  const which = again === true ? "↻" : String(number);
  console.log(
    `  ${mark} ${which.padStart(3)}  ${seconds(milliseconds).padStart(7)}  ${size.padStart(7)}  ${first.slice(0, 70)}${long}`,
  );
}

function printSummary({ cells, total, milliseconds, peak, ok }: NotebookReport): void {
  const memory = peak === undefined ? "" : `, ${formatBytes(peak)} at most`;
  console.log(`  ${ok ? "passed" : "FAILED"}: ${cells.length} of ${total} cells, ${seconds(milliseconds)}${memory}`);
  for (const cell of cells) if (cell.failure !== undefined) printFailure(cell);
}

/** The cell that failed: what is wrong, its lines with the one at fault marked, and its output. */
function printFailure({ number, again, failure, source, line, outputs }: CellReport): void {
  console.log(
    `\n  cell ${number}${again === true ? ", sent again" : ""}${line === undefined ? "" : `, line ${line}`}: ${failure}`,
  );
  const width = String(source.split("\n").length).length;
  for (const [index, text] of source.split("\n").entries())
    console.log(`  ${index + 1 === line ? ">" : " "} ${String(index + 1).padStart(width)} | ${text}`);
  const said = outputs.map((output) =>
    output.output_type === "stream" ? output.text : `[${Object.keys(output.data).join(", ")}]\n`,
  );
  const lines = said.join("").trimEnd().split("\n");
  if (lines.length > SHOWN_LINES) console.log(`    … ${lines.length - SHOWN_LINES} lines before`);
  for (const text of lines.slice(-SHOWN_LINES)) console.log(`    ${text}`);
}

async function lint(files: readonly string[]): Promise<void> {
  const problems = await lintNotebooks(files);
  for (const { file, cell, line, rule, message } of problems)
    console.log(`${relative(process.cwd(), file)} cell ${cell}, line ${line}: ${message} (${rule})`);
  const measures = await Promise.all(files.map(measureNotebook));
  const folder = notebooksFolder();
  const rows = measures.map(({ file, cells, lines, median, longest, wordsPerLine }) => [
    relative(folder, file).replace(/\.ipynb$/, ""),
    ...[cells, lines, median, longest].map(String),
    wordsPerLine.toFixed(1),
  ]);
  const head = ["NOTEBOOK", "CELLS", "LINES", "MEDIAN", "LONGEST", "WORDS A LINE"];
  console.log(textTable([head, ...rows], { right: head.map((_, column) => column > 0) }));
  const beyond = measures.flatMap((measure) =>
    beyondLimits(measure).map((text) => `${basename(measure.file)}: ${text}`),
  );
  for (const text of beyond) console.log(text);
  const count = problems.length + beyond.length;
  if (count > 0) throw new StreambookError("NOTEBOOK_FAILED", `${plural(count, "problem")} in the notebooks`);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
