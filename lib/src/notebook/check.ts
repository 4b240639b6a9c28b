/** Checks of a lesson: each says in one line whether a value is what the text claims. */
import { isDeepStrictEqual, inspect } from "node:util";
import { messageOf, StreambookError } from "../errors/index.ts";
import { type Outcome, within } from "./learner/bounds.ts";
import { isStop } from "./learner/interruption.ts";
import { noteHeld } from "./learner/progress.ts";

/** Options of {@link check}. */
export interface CheckOptions {
  /** Numbers may differ by this much. @default 0 */
  readonly within?: number;
  /** What to do when the value is wrong, one sentence. */
  readonly hint?: string;
  /** Longest time that a function may take, in milliseconds. @default 60000, of which 10000 without awaiting */
  readonly timeout?: number;
}

/** Longest time of an answer, in milliseconds. */
const TIMEOUT = 60_000;
/** Longest time until something is refused, in milliseconds: it is the lesson's own, and may be a job of a cluster on a busy machine. */
const REFUSAL = 300_000;
/** Longest time that it may keep the kernel busy, in milliseconds: code that never awaits waits for no service. */
const BUSY = 10_000;

/** Longest value that is shown, in characters. */
const SHOWN = 400;

/**
 * Checks a value and prints one line: `✓ name` or what differs. A wrong value fails the cell; an exercise that is not
 * solved yet (see {@link todo}) does not, so that the notebook goes on.
 *
 * @param name what is checked, in words
 * A function that does not end is stopped after its time, and is wrong.
 *
 * @param actual the value; an exercise gives a function, which is called; an async one is awaited: `await check(…)`. A generator, and
 *   any other iterable that a function gives and that is no list, is read into one, at most one item farther than expected
 * @param expected what it should be, compared deeply
 * @throws CHECK_FAILED when they differ
 *
 * @example
 * ```ts
 * import { check } from "streambook/notebook";
 * check("two and two", 2 + 2, 4);
 * check("a third", 1 / 3, 0.333, { within: 0.001 });
 * await check("later", async () => 5, 5);
 * ```
 */
export function check(
  name: string,
  actual: () => PromiseLike<unknown> | AsyncIterable<unknown>,
  expected: unknown,
  options?: CheckOptions,
): Promise<void>;
export function check(name: string, actual: unknown, expected: unknown, options?: CheckOptions): void;
export function check(
  name: string,
  actual: unknown,
  expected: unknown,
  options: CheckOptions = {},
): void | Promise<void> {
  if (typeof actual !== "function") return judgeValue(name, name, actual, expected, options);
  const judge = (outcome: Outcome): void => judgeOutcome(name, outcome, expected, options);
  const items = Array.isArray(expected) ? expected.length + 1 : Infinity;
  let outcome: Outcome | Promise<Outcome>;
  const failed = (error: unknown): Outcome => unsolved(name, error, options);
  try {
    outcome = within(actual as () => unknown, {
      timeout: options.timeout ?? TIMEOUT,
      busy: options.timeout ?? BUSY,
      items,
    });
  } catch (error) {
    return judge(failed(error));
  }
  return outcome instanceof Promise ? outcome.catch(failed).then(judge) : judge(outcome);
}

/** The error of a stub as a value; every other one goes on its way, below the name of the check that met it. */
function unsolved(name: string, error: unknown, options: CheckOptions): Outcome {
  if (error instanceof TodoError) return { value: error };
  if (!isStop(error)) console.error(`✗ ${name}\n  an error came instead of a value${adviceOf(options)}`);
  throw error;
}

function judgeOutcome(name: string, outcome: Outcome, expected: unknown, options: CheckOptions): void {
  if ("value" in outcome) return judgeValue(name, name, outcome.value, expected, options);
  throw new StreambookError("CHECK_FAILED", `✗ ${name}\n  ${outcome.endless}${adviceOf(options)}${STILL_RUNNING}`);
}

/** For what was not stopped all the same: code that never awaits, in a library's callback for example. */
const STILL_RUNNING =
  "\n  Is there a way out of every loop? If the page does not answer any more: Kernel → Restart Kernel and Run up to Selected Cell.";

function adviceOf({ hint }: CheckOptions): string {
  return hint === undefined ? "" : `\n  ${hint}`;
}

function judgeValue(name: string, label: string, value: unknown, expected: unknown, options: CheckOptions): void {
  if (value instanceof TodoError) {
    console.log(`○ ${name}: not solved yet. ${value.message}`);
    return;
  }
  if (agree(value, expected, options.within ?? 0)) {
    console.log(`✓ ${label}`);
    return noteHeld(name);
  }
  throw new StreambookError(
    "CHECK_FAILED",
    `✗ ${label}\n  found    ${shown(value)}\n  expected ${shown(expected)}${adviceOf(options)}`,
  );
}

/**
 * Checks that something throws, and prints its message.
 *
 * @param expected what the message (or the code of a library's error) must contain
 * @throws CHECK_FAILED when it does not throw, or throws something else
 */
export async function checkThrows(
  name: string,
  operation: () => unknown,
  expected: string | RegExp = "",
): Promise<void> {
  const outcome = new Promise<Outcome>((resolve) =>
    resolve(within(operation, { timeout: REFUSAL, busy: BUSY, items: Infinity })),
  );
  const error: unknown = await outcome.then(
    (it) => ("endless" in it ? new StreambookError("CHECK_FAILED", it.endless) : undefined),
    (reason: unknown) => reason ?? new Error("undefined was thrown"),
  );
  if (error instanceof TodoError) return void console.log(`○ ${name}: not solved yet. ${error.message}`);
  if (error === undefined)
    throw new StreambookError(
      "CHECK_FAILED",
      `✗ ${name}\n  nothing was thrown; it should fail with ${String(expected)}`,
    );
  const { code } = error as { code?: unknown };
  const text = `${typeof code === "string" ? `[${code}] ` : ""}${messageOf(error)}`;
  const fits = typeof expected === "string" ? text.includes(expected) : expected.test(text);
  if (!fits) throw new StreambookError("CHECK_FAILED", `✗ ${name}\n  found    ${text}\n  expected ${String(expected)}`);
  console.log(`✓ ${name}: ${text}`);
  noteHeld(name);
}

/** What a stub of an exercise throws. */
class TodoError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NotSolvedYet";
  }
}

/**
 * The body of an exercise that waits for its solution.
 *
 * @param hint what is missing and where to begin, one sentence
 *
 * @example
 * ```ts
 * import { check, todo } from "streambook/notebook";
 * function double(n: number): number {
 *   return todo("Give back twice n.");
 * }
 * check("twice three", () => double(3), 6); // ○ twice three: not solved yet. Give back twice n.
 * ```
 */
export function todo(hint: string): never {
  throw new TodoError(hint);
}

/**
 * Runs something, checks what it gives, and says how long it took: `✓ name  1.2 s`.
 *
 * @returns the value
 * @throws CHECK_FAILED when the value differs
 */
export async function answer<T>(name: string, operation: () => T | Promise<T>, expected: T): Promise<T> {
  const started = performance.now();
  const value = await operation();
  const seconds = (performance.now() - started) / 1000;
  const time = seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(1)} s`;
  judgeValue(name, `${name}  ${time}`, value, expected, {});
  return value;
}

/** Deep equality, numbers within a tolerance. */
function agree(actual: unknown, expected: unknown, within: number): boolean {
  if (within === 0) return isDeepStrictEqual(actual, expected);
  if (typeof actual === "number" && typeof expected === "number") return Math.abs(actual - expected) <= within;
  if (actual === null || expected === null || typeof actual !== "object" || typeof expected !== "object")
    return Object.is(actual, expected);
  const keys = Object.keys(expected);
  const members = (value: object, key: string): unknown => (value as Record<string, unknown>)[key];
  return (
    Object.keys(actual).length === keys.length &&
    keys.every((key) => key in actual && agree(members(actual, key), members(expected, key), within))
  );
}

function shown(value: unknown): string {
  const text = inspect(value, { depth: 4, breakLength: 100, maxArrayLength: 20 });
  return text.length > SHOWN ? `${text.slice(0, SHOWN)} …` : text;
}
