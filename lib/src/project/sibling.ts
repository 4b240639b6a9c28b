/**
 * The address of a module beside the calling one, for a thread or a job that loads it by itself: its source where the caller
 * runs from source, or else what was built of it.
 *
 * @param name of the file, without its ending: `./row-worker`
 * @param base the caller's `import.meta.url`
 */
export function siblingModule(name: string, base: string): URL {
  return new URL(`${name}${base.endsWith(".ts") ? ".ts" : ".js"}`, base);
}
