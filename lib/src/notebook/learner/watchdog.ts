/**
 * Ends code that fills the memory, or that never comes back: a thread beside the process looks, for the process itself cannot while it
 * is busy. Node ends what never awaits by time (`vm`); that is blind to memory, and to a loop behind an answer's first `await`.
 */
import { Worker } from "node:worker_threads";
import { inKernel } from "./interruption.ts";
import { LOOK, MEMORY, Slot, SLOTS, TOO_LONG, TOO_MUCH } from "./watchdog-memory.ts";

/** Memory that an answer may take beyond what the process has at its start, in bytes: no exercise needs a hundredth of it. */
const ALLOWED = 1e9;

/** Why code was ended: it was busy for too long, or it took too much memory. */
export type Reason = "long" | "much";

interface Watch {
  readonly bySignal: boolean;
  readonly busy: number;
  /** In units of {@link MEMORY}. */
  readonly most: number;
  reason: Reason | undefined;
}

/** Code under watch. */
export interface Watched {
  /** Called at every turn of the loop. @returns why the code was ended, or is to be ended now */
  turn(): Reason | undefined;
  /** The code has ended. @returns why, if it did not do so by itself */
  end(): Reason | undefined;
}

/** Watches that are on; the thread keeps the last, which is the innermost. */
const watches: Watch[] = [];
let state: Int32Array | undefined;
let number = 0;

/**
 * Watches code until its `end()`. Outside of the kernel nothing is watched.
 *
 * @param busy longest time in which the loop of the process does not turn, in milliseconds
 * @param bySignal whether SIGINT ends the code, as it does in a `vm` script with `breakOnSigint`
 */
export function watch(busy: number, bySignal: boolean): Watched {
  if (!inKernel()) return { turn: () => undefined, end: () => undefined };
  const most = Math.ceil((process.memoryUsage.rss() + ALLOWED) / MEMORY);
  const one: Watch = { bySignal, busy, most, reason: undefined };
  settle();
  watches.push(one);
  arm();
  return {
    turn() {
      settle();
      if (process.memoryUsage.rss() / MEMORY > most) one.reason ??= "much";
      if (one.reason === undefined) arm();
      return one.reason;
    },
    end() {
      if (!watches.includes(one)) return one.reason;
      settle();
      watches.splice(watches.indexOf(one), 1);
      arm();
      return one.reason;
    },
  };
}

/** Takes the watch down, and notes what the thread has done to the code of the last one. */
function settle(): void {
  if (state === undefined) return;
  Atomics.store(state, Slot.armed, 0);
  const reason = Atomics.exchange(state, Slot.reason, 0);
  const last = watches.at(-1);
  if (last !== undefined && reason !== 0) last.reason ??= REASONS[reason];
}

const REASONS: Readonly<Record<number, Reason>> = { [TOO_LONG]: "long", [TOO_MUCH]: "much" };

/** Has the thread look after the last watch. */
function arm(): void {
  const last = watches.at(-1);
  if (last === undefined) return;
  const numbers = (state ??= started());
  Atomics.add(numbers, Slot.beat, 1);
  Atomics.store(numbers, Slot.busy, Math.min(last.busy, 2 ** 31 - 1));
  Atomics.store(numbers, Slot.most, last.most);
  Atomics.store(numbers, Slot.bySignal, last.bySignal ? 1 : 0);
  Atomics.store(numbers, Slot.armed, (number = (number % 1e9) + 1));
  Atomics.notify(numbers, Slot.armed);
}

function started(): Int32Array {
  const memory = new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT);
  const file = import.meta.url.endsWith(".ts") ? "./watchdog-thread.ts" : "./watchdog-thread.js";
  const thread = new Worker(new URL(file, import.meta.url), { workerData: memory, execArgv: [] });
  thread.on("error", (error) => console.error(error));
  thread.unref();
  return new Int32Array(memory);
}

/** Time between two turns that a watch needs, in milliseconds. */
export const TURN = LOOK;
