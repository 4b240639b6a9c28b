/** How a service is started: the program, its arguments and its environment, by the kind of its program. */
import { join } from "node:path";
import { StreambookError } from "../../errors/index.ts";
import type { Archives } from "./archives.ts";
import type { Command } from "./launch.ts";
import { service } from "../catalog/index.ts";
import { classPath, commonOptions, openedPackages, serviceEnvironment, writeArguments } from "./java-options.ts";
import { argumentsFile } from "../layout.ts";
import type { JavaProgram, Place } from "../service.ts";
import type { Java } from "../../project/index.ts";
import { writeAtomically } from "../state.ts";

/** What a command needs beside the place. */
export interface CommandParts {
  /** The Java that runs services; absent where none of them is Java's. */
  readonly java: Java | undefined;
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
  const library = program.kind === "node" ? undefined : program.library;
  const environment = serviceEnvironment(at.layout, parts.java, library);
  switch (program.kind) {
    case "java": {
      const options = [...(parts.options ?? []), ...(await javaOptions(at, program, parts.archives))];
      const file = await writeArguments(at.layout, at.name, options);
      const { java } = demandJava(parts.java, at.name);
      return { program: java, arguments: [`@${file}`, program.main, ...(program.arguments?.(at) ?? [])], environment };
    }
    case "node": {
      const own = program.environment?.(at) ?? {};
      const file = await writeEnvironment(at, own);
      return {
        program: process.execPath,
        arguments: [`${ENV_FILE}${file}`, program.module, ...(program.arguments?.(at) ?? [])],
        environment: { ...environment, ...own },
      };
    }
    case "python": {
      const own = program.environment?.(at) ?? {};
      const file = await writeEnvironment(at, own);
      return {
        program: join(at.layout.jars, program.library.name, "bin", "python"),
        arguments: ["-X", `${PYTHON_MARK}${file}`, ...program.arguments(at)],
        environment: { ...environment, ...own },
      };
    }
  }
}

const ENV_FILE = "--env-file=";
const PYTHON_MARK = "streambook=";

/** The beginnings of the argument that names a process's file of arguments: `@FILE` for Java, `--env-file=FILE` for Node, … */
export const MARKS: readonly string[] = ["@", ENV_FILE, PYTHON_MARK];

function demandJava(java: Java | undefined, name: string): Java {
  if (java !== undefined) return java;
  throw new StreambookError("INTERNAL", `nobody has looked for the Java of ${name}`);
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
    ...["-cp", await classPath(at.layout, library)],
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
