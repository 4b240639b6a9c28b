/** What a learner wants to see of an error: its message, where in the cell it comes from, and what to do about it in a notebook. */
import { inspect } from "node:util";
import { hintFor } from "../hint.ts";
import { isStop } from "../learner/interruption.ts";
import { bestLine } from "./lines.ts";

/** How the code of a cell is called in stack traces. */
const CELL = /\bcell-(\d+)\.js:(\d+)(?::\d+)?/;

/** A cell that ran: as it was written, and the lines of what was made of it. */
interface RanCell {
  readonly source: string;
  readonly generated: readonly string[];
}
const cells = new Map<number, RanCell>();

/** Keeps a cell, so that an error's place can be found. @returns the file name under which it is to run */
export function rememberCell(source: string, generated: string): string {
  const number = cells.size + 1;
  cells.set(number, { source, generated: generated.split("\n") });
  return `cell-${number}.js`;
}

/** Where in a cell an error comes from, as a line of its own, or nothing. */
function place(stack: string): string {
  const match = CELL.exec(stack);
  const cell = cells.get(Number(match?.[1]));
  const generated = cell?.generated[Number(match?.[2]) - 1];
  if (cell === undefined || generated === undefined) return "";
  const text = withoutCompiledNames(generated.replace(/^\((async )?function\s?\(exports, require\) \{ /, "")).trim();
  if (text === "") return "";
  const line = bestLine(cell.source, text);
  const which = Number(match?.[1]) === cells.size ? "the cell" : "a cell that ran before";
  return line === undefined
    ? `\n    in ${which}, at: ${text}`
    : `\n    in ${which}, line ${line}: ${cell.source.split("\n")[line - 1]?.trim()}`;
}

/** `ready(…)` for `(0, notebook_1.ready)(…)`: what the compiler makes of imported names is nobody's business. */
function withoutCompiledNames(code: string): string {
  return code
    .replace(/\(0\s?, (?:[\w$]+_\d+\.)?([\w$]+)\)/g, "$1")
    .replace(/\b([A-Za-z][\w$]*)_\d+\.default\b/g, "$1")
    .replace(/\b[A-Za-z][\w$]*_\d+\.(?=[A-Za-z$_])/g, "")
    .replace(/\bexports\.(tsLastExpr = )?/g, "");
}

/** The same in an engine's message: "(0 , notebook_1.ready) is not a function". */
function readable(message: string): string {
  return message
    .replace(/\(0\s?, [\w$]+_\d+\.([\w$]+)\)/g, "$1")
    .replace(/\b[A-Za-z][\w$]*_\d+\.(?:default\.)?([\w$.]+)(?= is not )/g, "$1");
}

/** How tslab announces an error that no cell has ended with, and what a learner reads below the error instead. */
const LOOSE: Readonly<Record<string, string>> = {
  "UnhandledPromiseRejection:": "Nothing awaited this when it failed. Is an `await` missing before the call?",
  "UncaughtException:": "Nothing could catch this: a timer or an event threw it, beside the cell.",
};

/**
 * What a learner reads of an error that no cell has ended with.
 *
 * @param announcement tslab's word for it
 * @returns undefined where the announcement is none
 */
export function loose(announcement: unknown, error: unknown): string | undefined {
  const note = typeof announcement === "string" ? LOOSE[announcement] : undefined;
  return note && `${error instanceof Error ? explain(error) : inspect(error)}\n    ${note}`;
}

/** The first line of an error that no cell has ended with, if there is one in a text, and whether a promise brought it. */
export function findLoose(text: string): { readonly message: string; readonly awaited: boolean } | undefined {
  const notes = Object.values(LOOSE);
  const lines = text.split("\n");
  const at = lines.findIndex((line) => notes.includes(line.trim()));
  if (at === -1) return undefined;
  const message = lines.slice(0, at).findLast((line) => /^\S/.test(line)) ?? "";
  return { message, awaited: lines[at]?.trim() === LOOSE["UnhandledPromiseRejection:"] };
}

/** Codes of errors that a service's new address explains. */
const MOVED = new Set(["UNREACHABLE", "STACK_DOWN", "ECONNREFUSED"]);

/** The text of an error for the cell that it ends. */
export function explain(error: Error): string {
  if (isStop(error)) return "Stopped. Cells that were waiting behind this one have not run.";
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const where = place(error.stack ?? "");
  if (code === "CHECK_FAILED") return error.message + where;
  const hint = hintFor(error);
  const advice =
    MOVED.has(String(code)) && hint?.includes("first cell") !== true
      ? "\n    If the services were started again since this page began, they may have other ports: run the first cell again, and those after it."
      : "";
  if (error.name === "StreambookError")
    return `${error.name} (${String(code)}): ${error.message}${hint === undefined ? "" : `\n    ${hint}`}${where}${advice}`;
  const frames = (error.stack ?? "").split("\n").filter((text) => /^\s+at /.test(text));
  const end = frames.findIndex((frame) =>
    /[\\/]tslab[\\/]dist[\\/]|evalmachine\.<anonymous>|node:vm:|node:internal|[\\/]notebook[\\/]preload[\\/]/.test(
      frame,
    ),
  );
  const kept = frames.slice(0, end === -1 ? 8 : Math.min(end, 8)).map((frame) => frame.replaceAll("file://", ""));
  const head = `${error.name}: ${readable(error.message)}`;
  const why = cause === undefined ? "" : `\n    because: ${cause instanceof Error ? cause.message : inspect(cause)}`;
  return [
    `${head}${why}${where}${advice}`,
    ...kept.filter((frame) => !CELL.test(frame) && !frame.endsWith("(<anonymous>)")),
  ].join("\n");
}
