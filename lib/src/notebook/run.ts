/** Runs a notebook from its first cell to its last in a fresh kernel, and says what went wrong where. */
import { dirname } from "node:path";
import { type Cell, isCode, joined, readNotebook } from "./file.ts";
import type { CellRun } from "./kernel.ts";
import type { KernelSpec } from "./kernel-spec.ts";
import { findLoose } from "./preload/errors.ts";
import { bestLine } from "./preload/lines.ts";
import { RUNNER } from "./learner/visit.ts";
import { CHANGES, difference, MEASURED, type Output, streamText } from "./outputs.ts";

/** A cell that ran. */
export interface CellReport {
  /** Place among all cells of the file, from 0. */
  readonly index: number;
  /** Place among the code cells, from 1: the number that Jupyter shows. */
  readonly number: number;
  /** Whether it had run just before, and was sent once more. */
  readonly again?: boolean;
  readonly source: string;
  readonly outputs: readonly Output[];
  readonly milliseconds: number;
  /** Memory of the kernel after the cell, in bytes. */
  readonly memory?: number;
  /** What is wrong, one sentence. */
  readonly failure?: string;
  /** The line of the cell that failed, from 1. */
  readonly line?: number;
}

/** A notebook that ran. */
export interface NotebookReport {
  readonly file: string;
  readonly cells: readonly CellReport[];
  /** Runs of cells that the notebook needs: one for each code cell, or two; fewer may have been made. */
  readonly total: number;
  readonly milliseconds: number;
  /** The most memory that the kernel held, in bytes. */
  readonly peak?: number;
  readonly ok: boolean;
}

/** Options of {@link runNotebook}. */
export interface RunNotebookOptions {
  /** Longest time of a cell, in milliseconds. @default 120000 */
  readonly timeout?: number;
  /** Time after the last cell in which late errors are heard, in milliseconds. @default 300 */
  readonly settle?: number;
  /** Sends every cell once more when it has run, as whoever presses Ctrl-Enter twice. @default false */
  readonly twice?: boolean;
  readonly spec?: KernelSpec;
  readonly environment?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Told of every cell that has ended. */
  readonly onCell?: (cell: CellReport) => void;
}

/** A cell to be sent to the kernel. */
interface Send {
  readonly cell: Cell;
  readonly at: Pick<CellReport, "index" | "number" | "source" | "again">;
}

/** The tag of a cell that shows an error on purpose. */
export const EXPECTED_ERROR = "expect-error";

/**
 * Runs a notebook. It stops at the first cell that fails; one that fails only when it is sent again does not end the run.
 *
 * @param file path of the notebook; its folder is the kernel's
 * @throws NOT_FOUND, NOTEBOOK_INVALID, KERNEL_DIED (at its start), SETUP_MISSING
 */
export async function runNotebook(file: string, options: RunNotebookOptions = {}): Promise<NotebookReport> {
  const { timeout = 120_000, settle = 300, twice = false, spec, signal, onCell } = options;
  const environment = { ...(options.environment ?? process.env), [RUNNER]: "1" };
  const started = performance.now();
  const notebook = await readNotebook(file);
  const code = [...notebook.cells.entries()].filter(([, cell]) => isCode(cell));
  const sends = code.flatMap(([index, cell], place): Send[] => {
    const at = { index, number: place + 1, source: joined(cell.source) };
    return twice
      ? [
          { cell, at },
          { cell, at: { ...at, again: true } },
        ]
      : [{ cell, at }];
  });
  const { Kernel } = await import("./kernel.ts");
  const kernel = await Kernel.start({ folder: dirname(file), spec, environment, signal });
  const cells: CellReport[] = [];
  let peak: number | undefined;
  try {
    for (const { cell, at } of sends) {
      const run = await kernel.execute(at.source, { timeout, signal });
      const memory = await kernel.memory();
      peak = memory?.peak ?? peak;
      const failure = failureOf(cell, run, timeout) ?? changed(cell, run, at.again === true ? cells.at(-1) : undefined);
      const report = reportOf(at, run, failure, memory?.now);
      cells.push(report);
      const late = newlyFailed(cells.slice(0, -1));
      onCell?.(report);
      if ((report.failure !== undefined && at.again !== true) || late) break;
    }
    if (kernel.alive) await kernel.settle(settle);
  } finally {
    await kernel.close();
  }
  const judged = cells.map(withLateFailure);
  const ok = judged.length === sends.length && judged.every(({ failure }) => failure === undefined);
  const milliseconds = performance.now() - started;
  return { file, cells: judged, total: sends.length, milliseconds, ...(peak !== undefined && { peak }), ok };
}

function reportOf(
  at: Send["at"],
  { outputs, milliseconds }: CellRun,
  failure: string | undefined,
  memory: number | undefined,
): CellReport {
  const line = failure === undefined ? undefined : failedLine(at.source, streamText(outputs, "stderr"));
  return {
    ...at,
    outputs,
    milliseconds,
    ...(memory !== undefined && { memory }),
    ...(failure !== undefined && { failure }),
    ...(line !== undefined && { line }),
  };
}

function failureOf(cell: Cell, { status, outputs }: CellRun, timeout: number): string | undefined {
  const expected = cell.metadata.tags?.includes(EXPECTED_ERROR) ?? false;
  switch (status) {
    case "timeout":
      return `it did not end within ${timeout / 1000} s`;
    case "died":
      return "the kernel ended while it ran";
    case "error":
      return expected ? undefined : "it failed";
    case "ok":
      return expected ? "it should show an error and shows none" : uncaught(outputs);
  }
}

/** What a cell says otherwise than before it was sent again. */
function changed(cell: Cell, { outputs }: CellRun, before: CellReport | undefined): string | undefined {
  const tags = cell.metadata.tags ?? [];
  if (before === undefined || tags.includes(CHANGES)) return undefined;
  const found = difference(before.outputs, outputs, tags.includes(MEASURED));
  return found && `it says "${found.now}" where it said "${found.before}" before`;
}

/** The error that nothing has caught, if there is one among the outputs. */
function uncaught(outputs: readonly Output[]): string | undefined {
  const found = findLoose(streamText(outputs, "stderr"));
  if (found === undefined) return undefined;
  return found.awaited
    ? `a promise was rejected and nothing awaited it: ${found.message}`
    : `an exception came after it, uncaught: ${found.message}`;
}

function newlyFailed(earlier: readonly CellReport[]): boolean {
  return earlier.some(({ outputs }) => uncaught(outputs) !== undefined);
}

/** Outputs grow after their cell has ended: an error may have come since. */
function withLateFailure(cell: CellReport): CellReport {
  if (cell.failure !== undefined) return cell;
  const failure = uncaught(cell.outputs);
  if (failure === undefined) return cell;
  const line = failedLine(cell.source, streamText(cell.outputs, "stderr"));
  return { ...cell, failure, ...(line !== undefined && { line }) };
}

/**
 * The line of a cell that an error message speaks of: tslab's `3:5 - message` of the compiler, the kernel's `line 3`, or the generated
 * line that the kernel names, which is found again by its words.
 */
export function failedLine(source: string, message: string): number | undefined {
  const numbered = /^(\d+):\d+ - /m.exec(message) ?? /^ {4}in the cell, line (\d+): /m.exec(message);
  if (numbered !== null) return Number(numbered[1]);
  const generated = /^ {4}in the cell, at: (.*)$/m.exec(message)?.[1];
  return generated === undefined ? undefined : bestLine(source, generated);
}
