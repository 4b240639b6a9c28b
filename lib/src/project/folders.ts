/** The folders of the project, and of all that it makes. */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { homeFolder as homeOf } from "../../../setup/paths.mjs";

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
