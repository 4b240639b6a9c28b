/** Runs what a learner has written, and comes back from it: an answer that never ends is a wrong answer, and not the end of the page. */
import { Script } from "node:vm";
import { interruption, listenAgain } from "./interruption.ts";

/** What came of it: a value, or why there is none. */
export type Outcome = { readonly value: unknown } | { readonly endless: string };

/** What an answer may take. */
export interface Bounds {
  /** Longest time, in milliseconds. */
  readonly timeout: number;
  /** Longest time until it first awaits or gives a value, in milliseconds. */
  readonly busy: number;
  /** Most items that are read of a value that is an iterable, and no list. */
  readonly items: number;
}

const OPERATION = Symbol.for("streambook.operation");
const call = new Script(`globalThis[Symbol.for(${JSON.stringify(OPERATION.description)})]()`);

/**
 * Calls a function and waits for what it gives. Code that never awaits is ended by Node; code that awaits is stopped at its next
 * `await`. An iterable is read, as far as the bounds go.
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
      bounds.timeout,
      started.stop,
    );
  if (!isIterator(value)) return first;
  return calledInTime(() => itemsOf(value, bounds.items), bounds.busy);
}

function calledInTime(operation: () => unknown, timeout: number): Outcome {
  const globals = globalThis as { [OPERATION]?: () => unknown };
  const before = globals[OPERATION];
  globals[OPERATION] = operation;
  try {
    return { value: call.runInThisContext({ timeout, breakOnSigint: process.listenerCount("SIGINT") > 0 }) as unknown };
  } catch (error) {
    if ((error as { code?: unknown } | undefined)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    return { endless: tooLong(timeout) };
  } finally {
    if (before === undefined) delete globals[OPERATION];
    else globals[OPERATION] = before;
    listenAgain("SIGINT");
  }
}

async function awaitedInTime(value: Promise<unknown>, timeout: number, stop: () => void): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => {
      stop();
      resolve({ endless: `${tooLong(timeout)}, and was stopped` });
    }, timeout);
  });
  try {
    return await Promise.race([value.then((it) => ({ value: it })), expired]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLong(timeout: number): string {
  return `it did not end within ${timeout / 1000} s`;
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
