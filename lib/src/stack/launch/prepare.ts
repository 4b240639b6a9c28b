/** What must be done before a service starts: its folders are made, its storage is formatted. */
import { join } from "node:path";
import { orAborted } from "../../async/index.ts";
import { StreambookError } from "../../errors/index.ts";
import type { Archives } from "./archives.ts";
import { service } from "../catalog/index.ts";
import { javaOf, javaOptions, pythonCommand } from "./command.ts";
import type { Report } from "../events.ts";
import { serviceEnvironment, writeArguments } from "./java-options.ts";
import { type Command, endOf, launch, type Launched, logFile } from "./launch.ts";
import type { Layout } from "../layout.ts";
import { lastRun, explainingLine } from "../observe/log-lines.ts";
import { endProcess } from "../observe/processes.ts";
import type { Addresses, JavaTask, Place, PythonTask } from "../service.ts";
import type { Runtimes } from "../fetch/runtimes.ts";
import { makeFolder } from "../../project/index.ts";

/** How long a program that was asked to end may take, in seconds. */
const STOP = 20;

/** What preparing a service needs. */
export interface PrepareParts {
  readonly runtimes: Runtimes;
  readonly archives: Archives;
  readonly addresses: Addresses;
  readonly report: Report;
}

/** Makes a service ready to start. Nothing that it has stored is touched. */
export async function prepareService(at: Place, parts: PrepareParts): Promise<void> {
  const { folders = [], prepare, program } = service(at.name);
  const shared = program.kind === "java" ? (program.library.folders ?? []) : [];
  await Promise.all([...shared, ...folders].map((folder) => makeFolder(join(at.layout.data, folder))));
  const { addresses, report } = parts;
  await prepare?.({
    ...{ at, addresses, report },
    runJava: (task) => runJava(task, at, parts),
    runPython: (task) => runPython(task, at, parts),
  });
}

/** The folders that every stack has. */
export async function makeFolders({ data, logs, temporary }: Layout): Promise<void> {
  await Promise.all([data, logs, temporary].map(makeFolder));
}

async function runJava(task: JavaTask, at: Place, parts: PrepareParts): Promise<void> {
  const { name, options } = task;
  const { layout } = at;
  const { program } = service(at.name);
  if (program.kind !== "java")
    throw new StreambookError("INTERNAL", `${at.name} is no program of Java, and its preparation runs one`);
  const file = await writeArguments(layout, name, options ?? (await javaOptions(at, program, parts.archives)));
  const java = javaOf(program.library, parts.runtimes);
  await runToEnd(task, layout, {
    program: java.java,
    arguments: [`@${file}`, ...task.arguments],
    environment: serviceEnvironment(layout, java, program.library),
  });
}

async function runPython(task: PythonTask, at: Place, { runtimes }: PrepareParts): Promise<void> {
  const { program } = service(at.name);
  if (program.kind !== "python")
    throw new StreambookError("INTERNAL", `${at.name} is no program of Python, and its preparation runs one`);
  const { program: python, environment } = pythonCommand(at, program, runtimes);
  await runToEnd(task, at.layout, {
    program: python,
    arguments: task.arguments,
    environment: { ...environment, ...task.environment },
  });
}

/** @throws SERVICE_DIED when the program does not end well, with the line of its log that most likely says why */
async function runToEnd(
  { name, failure, during }: Pick<JavaTask, "name" | "failure" | "during">,
  layout: Layout,
  command: Command,
): Promise<void> {
  const launched = await launch(layout, name, command);
  const how = await (during === undefined ? endOf(launched) : endAfter(launched, during));
  if (how === "exit code 0") return;
  const lines = await lastRun(logFile(layout, name), 40);
  throw new StreambookError(
    "SERVICE_DIED",
    `${failure} (${how}): ${explainingLine(lines) ?? "no reason given"}; its log: ${logFile(layout, name)}`,
    { cause: new Error(lines.join("\n")) },
  );
}

/** Does something while a program runs, and ends it then. @returns how it has ended; that it was asked to is as good as by itself */
async function endAfter(launched: Launched, during: (signal: AbortSignal) => Promise<void>): Promise<string> {
  const over = new AbortController();
  const end = endOf(launched).then((how) => {
    over.abort();
    return how;
  });
  try {
    await orAborted(during(over.signal), over.signal);
  } catch (error) {
    if (over.signal.aborted) return await end;
    throw error;
  } finally {
    await endProcess(() => Promise.resolve(over.signal.aborted ? undefined : launched.pid), STOP);
  }
  return "exit code 0";
}
