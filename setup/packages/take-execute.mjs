// The one option of `npm run blog` that set-up itself must know: whether the notebooks are run first, and which.

/**
 * Takes `--execute` and the names behind it out of the arguments.
 * @param {readonly string[]} given
 * @returns {{ execute: string[] | undefined, others: string[] }} the notebooks to run (none: all), if any; and the other arguments
 */
export function takeExecute(given) {
  const at = given.indexOf("--execute");
  if (at === -1) return { execute: undefined, others: [...given] };
  const behind = given.slice(at + 1);
  const next = behind.findIndex((argument) => argument.startsWith("-"));
  const names = next === -1 ? behind : behind.slice(0, next);
  return { execute: names, others: [...given.slice(0, at), ...behind.slice(names.length)] };
}
