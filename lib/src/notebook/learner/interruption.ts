/** What the kernel does for code that can be stopped, as the library sees it: both have their own copies of every module. */

/** Under this name the kernel keeps it among the globals. */
export const INTERRUPTION = Symbol.for("streambook.interruption");

/** The kernel's part in stopping code. */
export interface Interruption {
  /** Begins something that can be stopped by itself, at its next `await` in a cell's code. */
  begin<T>(operation: () => T): { readonly value: T; readonly stop: () => void };
  /** The running code has asked for the stop button's signal: it ends in its own way, if it is quick. */
  listen(): void;
}

const NONE: Interruption = {
  begin: (operation) => ({ value: operation(), stop: () => undefined }),
  listen: () => undefined,
};

/** That of the kernel; outside of one, nothing can be stopped. */
export function interruption(): Interruption {
  return (globalThis as { [INTERRUPTION]?: Interruption })[INTERRUPTION] ?? NONE;
}

/** Whether this is the kernel, and no other program that uses the library. */
export function inKernel(): boolean {
  return interruption() !== NONE;
}

/** What tslab, and Node, say of code that the stop button has ended. */
const STOPPED = /^(Interrupted asynchronously|Script execution was interrupted by `SIGINT`)$/;

/** Whether an error is nothing but the end that the stop button made. */
export function isStop(error: unknown): boolean {
  return error instanceof Error && STOPPED.test(error.message);
}

/**
 * Node takes the listeners of a signal away while code runs that the signal ends, and puts them back. Where the code has added one
 * of its own, the signal then ends the process: only listening anew helps.
 */
export function listenAgain(signal: NodeJS.Signals): void {
  const listeners = process.rawListeners(signal) as NodeJS.SignalsListener[];
  process.removeAllListeners(signal);
  for (const listener of listeners) process.on(signal, listener);
}
