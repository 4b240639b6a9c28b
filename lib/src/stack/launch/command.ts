/** How a service is started: the program, its arguments and its environment, by the kind of its program. */
import { dirname } from "node:path";
import { StreambookError } from "../../errors/index.ts";
import type { Archives } from "./archives.ts";
import type { Command } from "./launch.ts";
import { extensionsOf, service } from "../catalog/index.ts";
import { classPath, commonOptions, openedPackages, serviceEnvironment, writeArguments } from "./java-options.ts";
import { argumentsFile } from "../layout.ts";
import { pythonIn } from "../fetch/places.ts";
import type { Runtimes } from "../fetch/runtimes.ts";
import type { JavaProgram, Library, Place, PythonPackages, PythonProgram } from "../service.ts";
import type { Java } from "../../project/index.ts";
import { writeAtomically } from "../state.ts";

/** What a command needs beside the place. */
export interface CommandParts {
  readonly runtimes: Runtimes;
  /** The class-data archive of each library, where there is one. */
  readonly archives: Archives;
  /** Further options for Java. */
  readonly options?: readonly string[];
}

/**
 * How a service is started. Its command line names the file of its arguments, by which its process is known.
 */
export async function serviceCommand(at: Place, parts: CommandParts): Promise<Command> {
  const { program } = service(at.name);
  switch (program.kind) {
    case "java": {
      const options = [...(parts.options ?? []), ...(await javaOptions(at, program, parts.archives))];
      const file = await writeArguments(at.layout, at.name, options);
      const java = javaOf(program.library, parts.runtimes);
      return {
        program: java.java,
        arguments: [`@${file}`, program.main, ...(program.arguments?.(at) ?? [])],
        environment: { ...serviceEnvironment(at.layout, java, program.library), ...program.environment?.(at) },
      };
    }
    case "node": {
      const own = program.environment?.(at) ?? {};
      const file = await writeEnvironment(at, own);
      return {
        program: process.execPath,
        arguments: [`${ENV_FILE}${file}`, program.module, ...(program.arguments?.(at) ?? [])],
        environment: { ...serviceEnvironment(at.layout), ...own },
      };
    }
    case "python": {
      const { program: python, environment } = pythonCommand(at, program, parts.runtimes);
      const file = await writeEnvironment(at, program.environment?.(at) ?? {});
      return { program: python, arguments: ["-X", `${PYTHON_MARK}${file}`, ...program.arguments(at)], environment };
    }
  }
}

/** The Python of a service, and what it and every program that is run for it has in its environment. */
export function pythonCommand(
  at: Place,
  { packages, environment }: PythonProgram,
  runtimes: Runtimes,
): Omit<Command, "arguments"> {
  const folder = environmentOf(packages, runtimes);
  const shared = pythonVariables(folder, serviceEnvironment(at.layout));
  return { program: pythonIn(folder), environment: { ...shared, ...environment?.(at) } };
}

const ENV_FILE = "--env-file=";
const PYTHON_MARK = "streambook=";

/** The beginnings of the argument that names a process's file of arguments: `@FILE` for Java, `--env-file=FILE` for Node, … */
export const MARKS: readonly string[] = ["@", ENV_FILE, PYTHON_MARK];

/** What runs a service, for people: "Java 17.0.15, /usr/lib/jvm/java-17-openjdk-amd64". */
export function describeRuntime(name: string, runtimes: Runtimes): string {
  const { program } = service(name);
  switch (program.kind) {
    case "java": {
      const { version, home } = javaOf(program.library, runtimes);
      return `Java ${version}, ${home}`;
    }
    case "node":
      return `Node ${process.versions.node}, ${process.execPath}`;
    case "python": {
      const folder = environmentOf(program.packages, runtimes);
      return `Python ${/-(\d+\.\d+)$/.exec(folder)?.[1] ?? ""}, ${folder}`;
    }
  }
}

/** The Java that runs a library. */
export function javaOf({ name }: Library, { javas }: Runtimes): Java {
  const java = javas.get(name);
  if (java !== undefined) return java;
  throw new StreambookError("INTERNAL", `nobody has looked for the Java of ${name}`);
}

function environmentOf({ name }: PythonPackages, { environments }: Runtimes): string {
  const folder = environments.get(name);
  if (folder !== undefined) return folder;
  throw new StreambookError("INTERNAL", `nobody has looked for the Python packages of ${name}`);
}

/** The programs of an environment come first; what is printed is in the log at once. */
function pythonVariables(folder: string, environment: Readonly<Record<string, string>>): Record<string, string> {
  const PATH = [dirname(pythonIn(folder)), environment["PATH"]].join(":");
  return { ...environment, PATH, PYTHONUNBUFFERED: "1" };
}

/** The options of a service's Java. */
export async function javaOptions(at: Place, program: JavaProgram, archives: Archives): Promise<string[]> {
  const { library, heap, options } = program;
  const archive = archives[library.name];
  return [
    ...commonOptions(at.layout),
    ...openedPackages(library),
    ...(archive === undefined ? [] : [`-XX:SharedArchiveFile=${archive}`]),
    `-Xmx${heap}m`,
    // Java would begin with a 64th of the machine's memory, and touch all of it before it first collects.
    `-Xms${Math.min(heap, 48)}m`,
    ...(options?.(at) ?? []),
    ...(await classPath(
      at.layout,
      library,
      extensionsOf(program, (name) => at.runs(name)),
    )),
  ];
}

/**
 * Writes the environment of a program to the file that its command line names, for people to look into. The program gets
 * it from its parent: such files have no way to write every value.
 */
async function writeEnvironment(at: Place, environment: Readonly<Record<string, string>>): Promise<string> {
  const file = argumentsFile(at.layout, at.name);
  const lines = Object.entries(environment).map(([name, value]) => `# ${name}=${JSON.stringify(value)}\n`);
  await writeAtomically(file, lines.join(""));
  return file;
}
