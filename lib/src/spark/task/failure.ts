/** How a task that fails says so through Spark, which keeps nothing of its process but the exit status and the last 2,048 bytes of its errors. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** What a task failed with. */
export interface TaskFailure {
  /** The name of the task. */
  readonly task: string;
  readonly message: string;
  /** Where in the sources, `file:///…/task.ts:12:5`; empty when that is not known. */
  readonly at: string;
  /** The row that it was at, short; empty before the first. */
  readonly row: string;
}

const MARK = "streambook:task-failure:";
/** Bytes of a failure, well below what Spark keeps. */
const MOST_BYTES = 1800;

/** The line in which a task says what it failed with: cut where it would not fit. */
export function failureLine({ task, message, at, row }: TaskFailure): string {
  for (let most = 900; ; most = Math.floor(most / 2)) {
    const failure = { task: cut(task, 100), message: cut(message, most), at: cut(at, 400), row: cut(row, 160) };
    const line = `\n${MARK}${JSON.stringify(failure)}\n`;
    if (Buffer.byteLength(line) <= MOST_BYTES || most === 0) return line;
  }
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most).toWellFormed()}…` : text;
}

/** What a task failed with, on one line, out of all that Spark says; undefined when no task failed. */
export function explainTask(said: string): string | undefined {
  const [, json] = new RegExp(`${MARK}(\\{.*\\})`).exec(said) ?? [];
  if (json !== undefined) {
    const { task, message, at, row } = JSON.parse(json) as TaskFailure;
    const where = at === "" ? "" : ` at ${readablePlace(at)}`;
    return `the task ${task} failed${where}: ${message.replace(/\s+/g, " ")}${row === "" ? "" : `; its row: ${row}`}`;
  }
  const [, status = "", errors = ""] = /Subprocess exited with status (\d+)\. Error: ([^]*)/.exec(said) ?? [];
  if (status === "") return undefined;
  return `a task's process ended with status ${status}: ${ENDINGS[status] ?? (errors.replace(/\s+/g, " ").slice(0, 300) || "no reason given")}`;
}

/** What the process of a task that could not say anything ended with. */
const ENDINGS: Readonly<Record<string, string>> = {
  126: "the executor cannot start Node, or did not get the task's file; give the path of Node there as `node`, or set STREAMBOOK_TASK_NODE",
  127: "there is no Node on the executor at the path that was given; give it as `node`, or set STREAMBOOK_TASK_NODE",
  134: "it ran out of memory, most likely; keep less in it, or give it more by `memory`",
  137: "it was killed: out of memory, most likely",
};

function readablePlace(at: string): string {
  const [, url = at, line = ""] = /^(file:.*?)(:\d+):\d+$/.exec(at) ?? [];
  if (!url.startsWith("file:")) return at;
  const path = fileURLToPath(url);
  const near = relative(process.cwd(), path);
  return `${near.startsWith("..") ? path : near}${line}`;
}
