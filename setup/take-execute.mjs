// The one option of `npm run blog` that set-up itself must know: whether the notebooks are run first, and which.

/**
 * Takes `--execute` and the names behind it out of the words.
 * @param {readonly string[]} words
 * @returns {{ execute: string[] | undefined, others: string[] }} the notebooks to run (none: all), if any; and the other words
 */
export function takeExecute(words) {
  const at = words.indexOf("--execute");
  if (at === -1) return { execute: undefined, others: [...words] };
  const behind = words.slice(at + 1);
  const next = behind.findIndex((word) => word.startsWith("-"));
  const names = next === -1 ? behind : behind.slice(0, next);
  return { execute: names, others: [...words.slice(0, at), ...behind.slice(names.length)] };
}
