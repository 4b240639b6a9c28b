/** What a visit to a lesson leaves behind: its files, and when they are removed. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { workFolder } from "../../../../setup/learner/work.mjs";
import { isStreambookError } from "../../errors/index.ts";
import { projectFolder } from "../../project/index.ts";

/** Set by the course's own runner, which leaves nothing behind. */
export const RUNNER = "STREAMBOOK_RUNNER";

/**
 * A folder for the files of a lesson, made if it is not there. It is the learner's to look into, and git ignores it.
 *
 * @param name what the lesson calls its things: `nb00`
 * @returns its path, absolute: `work/files/NAME` of the project
 */
export function scratchFolder(name: string): string {
  const folder = join(workFolder(projectFolder()), "files", name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Whether this kernel has cleaned before: then its connections may be closed. */
let cleaned = false;

/**
 * Removes what a lesson has made, when the learner says so: whoever presses Shift-Enter to the end of the page still has exercises to
 * do. The course's own runner always cleans.
 *
 * @param finished whether the learner has done with the page
 * @param remove removes it all
 */
export async function cleanUp(finished: boolean, remove: () => unknown): Promise<void> {
  if (!finished && process.env[RUNNER] === undefined) {
    console.log(
      "Nothing was removed: the exercises need it. When you have done with this page, write `true` above and run this cell again.",
    );
    return;
  }
  try {
    await remove();
  } catch (error) {
    if (!cleaned || !isStreambookError(error, "USAGE")) throw error;
    return void console.log(
      "What this page had made was removed before, and its connections are closed. To use it again, or to remove what its cells have made since, begin at its first cell.",
    );
  }
  cleaned = true;
  console.log("What this page has made is removed. To use it again, begin at its first cell.");
}
