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
    const why = code === "EEXIST" || code === "ENOTDIR" ? "it is no folder" : messageOf(cause);
    throw new StreambookError("USAGE", `the folder ${folder} cannot be made (${why}); give another with --output`, {
      cause,
    });
  }
}
