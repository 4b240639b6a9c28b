/** The logs of the services: their last lines, and new lines as they come. */
import { delay } from "../../async/index.ts";
import { StreambookError } from "../../errors/index.ts";
import type { StackOptions } from "../events.ts";
import { logFile } from "../launch/launch.ts";
import { openLayout } from "../layout.ts";
import { lastLines, readRange, sizeOf } from "./log-lines.ts";
import { isServiceName, serviceNames } from "../catalog/index.ts";

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
    throw new StreambookError("USAGE", `"${name}" is not a log; there are ${serviceNames().join(", ")}`);
  const file = logFile(openLayout(environment), name);
  const size = await sizeOf(file);
  if (size === undefined)
    throw new StreambookError(
      "NOT_FOUND",
      `there is no log of "${name}" (${file}); the services are ${serviceNames().join(", ")}`,
    );
  yield* await lastLines(file, lines);
  if (follow) yield* newLines(file, size, signal);
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
