/** Runs what a learner has written, and comes back from it: an answer that never ends is a wrong answer, and not the end of the page. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext, Script } from "node:vm";
import { inKernel, interruption, listenAgain } from "./interruption.ts";
import { TURN, watch } from "./watchdog.ts";

/** What came of it: a value, or why there is none. */
export type Outcome = { readonly value: unknown } | { readonly endless: string };

/** What an answer may take. */
export interface Bounds {
  /** Longest time, in milliseconds. */
  readonly timeout: number;
  /** Longest time in which it neither awaits nor gives a value, in milliseconds. */
  readonly busy: number;
  /** Most items that are read of a value that is an iterable, and no list. */
  readonly items: number;
}

const OPERATION = Symbol.for("streambook.operation");
const call = new Script(`globalThis[Symbol.for(${JSON.stringify(OPERATION.description)})]()`);

/**
 * Calls a function and waits for what it gives. Code that never awaits is ended by Node; code that awaits is stopped at its next
 * `await`, or ended by the watchdog where there is none. What takes too much memory is ended, too. An iterable is read, as far as the
 * bounds go.
 *
 * @throws what the function throws
 */
export function within(operation: () => unknown, bounds: Bounds): Outcome | Promise<Outcome> {
  const started = interruption().begin(() => calledInTime(operation, bounds.busy));
  const first = started.value;
  if ("endless" in first) return first;
  const { value } = first;
  if (isPromise(value) || isAsyncIterable(value))
    return awaitedInTime(
      Promise.resolve(value).then((it) => listed(it, bounds)),
      bounds,
      started.stop,
    );
  if (!isIterator(value)) return first;
  return calledInTime(() => itemsOf(value, bounds.items), bounds.busy);
}

function calledInTime(operation: () => unknown, timeout: number): Outcome {
  const globals = globalThis as { [OPERATION]?: () => unknown };
  const before = globals[OPERATION];
  globals[OPERATION] = operation;
  // In the code of a cell no listener is to be seen: Node has taken them away, see listenAgain.
  const breakOnSigint = inKernel() || process.listenerCount("SIGINT") > 0;
  const watched = watch(Infinity, breakOnSigint); // by memory alone: Node itself keeps the time
  try {
    return { value: call.runInThisContext({ timeout, breakOnSigint }) as unknown };
  } catch (error) {
    if (watched.end() === "much") return { endless: tooMuch() };
    if ((error as { code?: unknown } | undefined)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    return { endless: tooLong(timeout) };
  } finally {
    watched.end();
    if (before === undefined) delete globals[OPERATION];
    else globals[OPERATION] = before;
    listenAgain("SIGINT");
  }
}

async function awaitedInTime(value: Promise<unknown>, bounds: Bounds, stop: () => void): Promise<Outcome> {
  const { timeout, busy } = bounds;
  const watched = watch(busy, false);
  const end = performance.now() + timeout;
  let timer: NodeJS.Timeout | undefined;
  const stopped = new Promise<Outcome>((resolve) => {
    timer = setInterval(() => {
      const reason = watched.turn();
      const expired = performance.now() > end;
      if (reason === undefined && !expired) return;
      stop();
      resolve({ endless: reason === "much" ? tooMuch() : tooLong(reason === "long" ? busy : timeout) });
    }, TURN);
  });
  try {
    return await Promise.race([value.then((it) => ({ value: it })), stopped]);
  } finally {
    clearInterval(timer);
    watched.end();
  }
}

function tooLong(timeout: number): string {
  return `it did not end within ${timeout / 1000} s, and was stopped`;
}

/** What was filled is to be free before the next answer is tried. */
function tooMuch(): string {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (options: { type: "major"; flavor: "last-resort" }) => void;
  setImmediate(() => collect({ type: "major", flavor: "last-resort" }));
  return "it filled a gigabyte of memory without coming to an end, and was stopped";
}

/** A value, or the first items of one that is an iterable and no list. */
async function listed(value: unknown, { items }: Bounds): Promise<unknown> {
  if (isIterator(value)) return itemsOf(value, items);
  if (!isAsyncIterable(value)) return value;
  const list: unknown[] = [];
  if (items === 0) return list;
  for await (const item of value) if (list.push(item) >= items) break;
  return list;
}

function itemsOf(value: Iterable<unknown>, most: number): unknown[] {
  const list: unknown[] = [];
  for (const item of value) if (list.push(item) >= most) break;
  return list;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** A generator, or what else is read once; lists, texts and maps are values. */
function isIterator(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    Symbol.iterator in value &&
    typeof (value as { next?: unknown }).next === "function"
  );
}
