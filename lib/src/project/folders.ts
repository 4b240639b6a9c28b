/** The folders of the project, and of all that it makes. */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { makeFolder } from "../../../setup/owned.mjs";
import { homeFolder as homeOf } from "../../../setup/paths.mjs";
import { messageOf, StreambookError } from "../errors/index.ts";

/** The folder of the project: the one that holds `lib/`. */
export function projectFolder(): string {
  return resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
}

/** A file of the project. */
export function projectFile(...parts: string[]): string {
  return join(projectFolder(), ...parts);
}

/** The folder of everything the stack keeps: `STREAMBOOK_HOME`, or `.streambook` in the project. */
export function homeFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return homeOf(environment); // one reader for set-up and library
}

/**
 * Makes a folder that the user has named, and those it is in.
 *
 * @throws USAGE when it cannot be made
 */
export async function makeOutputFolder(folder: string): Promise<void> {
  try {
    await makeFolder(resolve(folder));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "EEXIST" || code === "ENOTDIR" ? "it is not a folder" : messageOf(cause);
    throw new StreambookError("USAGE", `the folder ${folder} cannot be made (${why})`, {
      cause,
      hint: { change: ["output"] },
    });
  }
}

/**
 * Writes into a folder that the user has named: what the system says when it fails, such as "no space left on device", does not
 * say where.
 *
 * @throws OUTPUT_FAILED when the system refuses; whatever else the operation throws
 */
export async function writingInto<T>(folder: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    if (typeof (cause as NodeJS.ErrnoException | undefined)?.syscall !== "string") throw cause;
    throw new StreambookError("OUTPUT_FAILED", `cannot write into ${folder} (${messageOf(cause)}); free some disk`, {
      cause,
      hint: { change: ["output"] },
    });
  }
}
