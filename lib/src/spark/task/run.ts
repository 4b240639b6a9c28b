/** The process of a task: rows come on standard input, leave on standard output, and what goes wrong is said on standard error. */
import { dirname, join } from "node:path";
import { StandardInput, writeAll } from "../../bundle/index.ts";
import { StreambookError } from "../../errors/index.ts";
import type { Columns } from "../columns.ts";
import type { ColumnTree, TaskColumn } from "./column-type.ts";
import { parseColumn } from "./column-type.ts";
import { rowReader, rowWriter, shown } from "./codec.ts";
import type { AnyTask, TaskOutput } from "./define.ts";
import { failureLine } from "./failure.ts";
import { RowOutput } from "./row-output.ts";

/** What a task's program knows besides its module. */
export interface TaskSettings {
  /** The name of the task, for messages. */
  readonly name: string;
  /** The columns of its rows, as Spark has them. */
  readonly columns: readonly (Omit<TaskColumn, "tree"> & { readonly tree: ColumnTree })[];
  /** Names that files have beside the program, by their names for the task. */
  readonly files: Readonly<Record<string, string>>;
  /** Milliseconds after which the process ends when nobody takes its rows. */
  readonly stall: number;
}

/** Runs a task on this process's standard streams. @param load imports the task's module */
export async function runTask(load: () => Promise<{ default: AnyTask }>, settings: TaskSettings): Promise<void> {
  keepOutputClean();
  const { file, ended } = watchEnd(settings);
  const output = new RowOutput(settings.stall);
  const { default: task } = await load();
  const read = rowReader(settings.columns);
  const write = rowWriter(Object.entries(task.out as Columns).map(([name, type]) => parseColumn(name, type)));
  const give = (row: unknown): void => {
    if (row !== undefined) output.line(write(row));
  };
  const state: unknown = await task.setup?.({ file });
  for (const lines of new StandardInput().blocks()) {
    for (const line of lines) {
      if (line === "") continue; // behind the last line end
      at.line = line;
      const answer = task.map(read(line), state) as Answer;
      const rows = isPromise(answer) ? await answer : answer;
      if (isAsyncIterable(rows)) for await (const row of rows) give(row);
      else if (isIterable(rows)) for (const row of rows) give(row);
      else give(rows);
    }
    output.flush();
  }
  ended();
}

type Answer = TaskOutput<object> | Promise<TaskOutput<object>>;

function isPromise(answer: Answer): answer is Promise<TaskOutput<object>> {
  return typeof (answer as Partial<Promise<unknown>> | undefined)?.then === "function";
}

function isAsyncIterable(rows: TaskOutput<object>): rows is AsyncIterable<object> {
  return typeof rows === "object" && rows !== null && Symbol.asyncIterator in rows;
}

function isIterable(rows: TaskOutput<object>): rows is Iterable<object> {
  return typeof rows === "object" && rows !== null && Symbol.iterator in rows;
}

/** The line of the row that the task is at. */
const at = { line: "" };

/** What a task prints goes to standard error: standard output is for rows. */
function keepOutputClean(): void {
  Object.defineProperty(process, "stdout", { get: () => process.stderr });
}

/** Says why the process ends, whenever it ends before its work is done. */
function watchEnd({ name, files, columns }: TaskSettings) {
  let done = false;
  const fail = (error: unknown): never => {
    done = true;
    const message = error instanceof Error ? error.message || error.name : shown(error);
    writeAll(2, Buffer.from(failureLine({ task: name, message, at: placeOf(error), row: rowOf(at.line, columns) })));
    process.exit(1);
  };
  process.on("uncaughtException", fail);
  process.on("exit", (status) => {
    if (done) return;
    done = true;
    const message =
      status === 13
        ? "it waits for something that will never come"
        : `it ended its process itself, with status ${status}`;
    writeAll(2, Buffer.from(failureLine({ task: name, message, at: "", row: rowOf(at.line, columns) })));
    process.exitCode = 1;
  });
  const file = (wanted: string): string => {
    const beside = files[wanted];
    if (beside !== undefined) return join(dirname(process.argv[1] ?? ""), beside);
    throw new StreambookError("USAGE", `no file ${shown(wanted)} came along with the task; name it in \`files\``);
  };
  return { file, ended: () => void (done = true) };
}

/** The first place in an error's stack that is the learner's own: no package, no part of Node or of this room. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  for (const [, place = ""] of stack.matchAll(/^ +at (?:.*\()?((?:file:\/\/)?\/.*?:\d+:\d+)\)?$/gm))
    if (!OURS.test(place)) return place.startsWith("/") ? `file://${place}` : place;
  return "";
}

const OURS = /\/node_modules\/|\/spark\/task\/(?:run|codec|row-output|column-type)\.[jt]s:/;

/** A row as its own columns name it, short. */
function rowOf(line: string, columns: TaskSettings["columns"]): string {
  if (line === "") return "";
  try {
    const wired = JSON.parse(line) as Record<string, unknown>;
    return shown(Object.fromEntries(columns.map(({ name }, place) => [name, wired[place] ?? null])));
  } catch {
    return shown(line);
  }
}
