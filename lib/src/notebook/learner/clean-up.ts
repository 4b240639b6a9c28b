/** The last cell of a lesson: it removes what the lesson made, and only when the learner says that the work is done. */

/**
 * Removes what a lesson made, once the learner has finished. Until then it says how to, and removes nothing: whoever presses
 * Shift-Enter to the end of a page keeps what the exercises need.
 *
 * @param finished what the learner writes in the cell
 * @param remove what removes it
 *
 * @example
 * ```ts
 * import { cleanUp } from "streambook/notebook";
 * let files = 3;
 * await cleanUp(false, () => void (files = 0));
 * console.assert(files === 3);
 * ```
 */
export async function cleanUp(finished: boolean, remove: () => unknown): Promise<void> {
  if (!finished) return console.log("nothing was removed: write `true` in this cell when you have done the exercises");
  await remove();
  console.log("removed; to go on with this page, run it again from its first cell");
}
