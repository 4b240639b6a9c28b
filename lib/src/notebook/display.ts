/** How a function of the library shows something in the notebook that calls it. */
import { createRequire } from "node:module";
import { StreambookError } from "../errors/index.ts";

/** One thing to show, in several formats by MIME type; the reader's program takes the richest it can draw. */
export interface DisplayData {
  readonly [type: string]: unknown;
}

interface KernelModule {
  readonly lastWriteDisplayData:
    ((content: { data: DisplayData; metadata: object; transient: object }, update: boolean) => void) | null;
}

/** The kernel's own copy of tslab: another copy would not know the notebook. */
function kernelModule(): KernelModule | undefined {
  const { cache } = createRequire(import.meta.url);
  const file = Object.keys(cache).find((path) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(path));
  return file === undefined ? undefined : (cache[file]?.exports as KernelModule);
}

/** Whether this code runs in a kernel. */
export function isNotebook(): boolean {
  return (kernelModule()?.lastWriteDisplayData ?? null) !== null;
}

/**
 * Shows something: in a notebook as its richest format, elsewhere its `text/plain` on standard output.
 */
export function display(data: DisplayData): void {
  const write = kernelModule()?.lastWriteDisplayData ?? null;
  if (write === null) console.log(String(data["text/plain"]));
  else write({ data, metadata: {}, transient: {} }, false);
}

let shownLength = 0;

/**
 * Says how far something is, on one line that the next call writes over.
 *
 * @example
 * ```ts
 * import { done, progress } from "streambook/notebook";
 * for (let n = 1; n <= 3; n++) progress(`${n} of 3`);
 * done("all three");
 * ```
 */
export function progress(text: string): void {
  process.stdout.write(`\r${text.padEnd(shownLength)}`);
  shownLength = text.length;
}

/** Writes over the line of {@link progress} for the last time, and ends it. */
export function done(text: string): void {
  progress(text);
  process.stdout.write("\n");
  shownLength = 0;
}

/**
 * @throws SETUP_MISSING in a kernel that is not the project's: it runs another Node, and loses output
 */
export function requireOwnKernel(environment: NodeJS.ProcessEnv = process.env): void {
  if (!isNotebook() || environment["STREAMBOOK_KERNEL"] !== undefined) return;
  throw new StreambookError(
    "SETUP_MISSING",
    'this kernel is not the project\'s; choose "TypeScript (streambook)" at the top right of the notebook, or open it by `npm run lab`',
  );
}
