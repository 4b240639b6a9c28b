/** The logs of the services: their last lines, and new lines as they come. */
import { delay } from "../../async/index.ts";
import { StreambookError } from "../../errors/index.ts";
import type { StackOptions } from "../events.ts";
import { logFile } from "../launch/launch.ts";
import { openLayout } from "../layout.ts";
import { lastLines, readRange, sizeOf } from "./log-lines.ts";
import { isServiceName, serviceGroups, serviceNames } from "../catalog/index.ts";

/** Options of {@link logs}. */
export interface LogOptions extends StackOptions {
  /** How many of the last lines come first. @default 50 */
  readonly lines?: number;
  /** Whether to go on with new lines until the signal aborts. @default false */
  readonly follow?: boolean;
}

/**
 * The last lines of a service's log, and then, if wanted, those that are written while one reads. Of a group of services the
 * logs come one after the other, each under its name; followed, their new lines come as they are written.
 *
 * @param name a service, a group such as "hdfs", or another log of the folder: "archives"
 * @throws NOT_FOUND when there is no such log
 */
export async function* logs(name: string, options: LogOptions = {}): AsyncGenerator<string> {
  const members = serviceGroups().get(name);
  if (members !== undefined) yield* logsOf(members, options);
  else yield* logOf(name, options);
}

/** The logs of several services; one that has never run has none. */
async function* logsOf(names: readonly string[], options: LogOptions): AsyncGenerator<string> {
  const { environment, follow = false, signal } = options;
  const files = await Promise.all(
    names.map(async (name) => {
      const file = logFile(openLayout(environment), name);
      return { name, file, size: await sizeOf(file) };
    }),
  );
  const there = files.flatMap(({ name, file, size }) => (size === undefined ? [] : [{ name, file, size }]));
  if (there.length === 0)
    throw new StreambookError(
      "NOT_FOUND",
      `there are no logs of ${names.join(", ")} yet: none of them has been started`,
    );
  for (const { name } of there) {
    yield `── ${name} ──`;
    yield* logOf(name, { ...options, follow: false });
  }
  while (follow && signal?.aborted !== true) {
    for (const one of there) {
      const size = (await sizeOf(one.file)) ?? 0;
      const from = size < one.size ? 0 : one.size; // a new start has put the old log aside
      const whole = size > from ? (await readRange(one.file, from, size)).replace(/[^\n]*$/, "") : "";
      one.size = from + Buffer.byteLength(whole);
      for (const line of whole.split("\n").slice(0, -1)) yield `${one.name}: ${line}`;
    }
    await delay(200, signal).catch(() => undefined);
  }
}

async function* logOf(name: string, options: LogOptions): AsyncGenerator<string> {
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
