/** Where a lesson keeps its files: a folder of its own, which no command uses. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { StreambookError } from "../../errors/index.ts";
import { projectFolder } from "../../stack/index.ts";

/**
 * Makes the folder for the files of a lesson, if it is not there, and gives its absolute path: `work/files/NAME` in the project.
 *
 * @param name `nb00` for lesson 00, `nb00-solutions` for its solutions
 * @throws USAGE for another name: what it names may be removed with all that is in it
 *
 * @example
 * ```ts
 * import { scratchFolder } from "streambook/notebook";
 * console.assert(/nb99$/.test(scratchFolder("nb99")));
 * ```
 */
export function scratchFolder(name: string): string {
  if (!/^nb\d\d(-[a-z]+)?$/.test(name))
    throw new StreambookError(
      "USAGE",
      `"${name}" is no folder of a lesson; give a name such as nb04 or nb04-solutions`,
    );
  const folder = join(projectFolder(), "work", "files", name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
