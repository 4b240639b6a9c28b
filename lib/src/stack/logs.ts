/** The logs of the services: their last lines, what of them tells why a service died, and new lines as they come. */
import { open, stat } from "node:fs/promises";
import { delay } from "../async/index.ts";
import { StreambookError } from "../errors/index.ts";
import type { StackOptions } from "./events.ts";
import { logFile, START_MARK } from "./launch.ts";
import { openLayout } from "./layout.ts";
import { isServiceName, SERVICE_NAMES } from "./services.ts";

/** Options of {@link logs}. */
export interface LogOptions extends StackOptions {
  /** How many of the last lines come first. @default 50 */
  readonly lines?: number;
  /** Whether to go on with new lines until the signal aborts. @default false */
  readonly follow?: boolean;
}

/**
 * The last lines of a service's log, and then, if wanted, those that are written while one reads.
 *
 * @param name a service, or another log of the folder: "archives", "format"
 * @throws NOT_FOUND when there is no such log
 */
export async function* logs(name: string, options: LogOptions = {}): AsyncGenerator<string> {
  const { lines = 50, follow = false, environment, signal } = options;
  if (!isServiceName(name) && !/^[\w-]+$/.test(name))
    throw new StreambookError("USAGE", `"${name}" is not a log; there are ${SERVICE_NAMES.join(", ")}`);
  const file = logFile(openLayout(environment), name);
  const size = await sizeOf(file);
  if (size === undefined)
    throw new StreambookError(
      "NOT_FOUND",
      `there is no log of "${name}" (${file}); the services are ${SERVICE_NAMES.join(", ")}`,
    );
  yield* await lastLines(file, lines);
  if (follow) yield* newLines(file, size, signal);
}

async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    (status) => status.size,
    () => undefined,
  );
}

/** How much of a log's end is looked at, in bytes. */
const TAIL = 256 << 10;

/** The last lines of a file; none if there is no file. */
export async function lastLines(file: string, count: number): Promise<string[]> {
  const size = await sizeOf(file);
  if (size === undefined || count <= 0) return [];
  const text = await readRange(file, Math.max(0, size - TAIL), size);
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.slice(-count);
}

async function readRange(file: string, from: number, to: number): Promise<string> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function* newLines(file: string, from: number, signal: AbortSignal | undefined): AsyncGenerator<string> {
  let at = from;
  let rest = "";
  while (signal?.aborted !== true) {
    const size = (await sizeOf(file)) ?? 0;
    if (size < at) at = 0; // a new start has put the old log aside
    if (size > at) {
      const lines = (rest + (await readRange(file, at, size))).split("\n");
      at = size;
      rest = lines.pop() ?? "";
      yield* lines;
    }
    await delay(200, signal).catch(() => undefined);
  }
}

/** The last lines of the last run of a service. */
export async function lastRun(file: string, count: number): Promise<string[]> {
  const lines = await lastLines(file, Number.MAX_SAFE_INTEGER);
  return lines.slice(lines.findLastIndex((line) => line.startsWith(START_MARK)) + 1).slice(-count);
}

/** What lines are looked for, the most telling kind first: causes come last in a trace, and the last of them is the root. */
const TELLING: readonly { readonly pattern: RegExp; readonly which: "first" | "last" }[] = [
  { pattern: /^Caused by: /, which: "last" },
  { pattern: /^(?:Exception in thread .*?)?[\w.$]+(?:Exception|Error): \S/, which: "first" },
  { pattern: /\b(?:ERROR|FATAL)\b|OutOfMemoryError/, which: "first" },
  { pattern: /^(?:Error|Unrecognized|Could not) /, which: "first" },
];

/** The line of a log's end that most likely says why a service died; what Java and Hadoop print around it says nothing. */
export function tellingLine(lines: readonly string[]): string | undefined {
  for (const { pattern, which } of TELLING) {
    const matching = lines.filter((line) => pattern.test(line));
    const line = which === "first" ? matching[0] : matching.at(-1);
    if (line !== undefined) return line.trim().slice(0, 300);
  }
  return undefined;
}
