/** Checks of a lesson: each says in one line whether a value is what the text claims. */
import { isDeepStrictEqual, inspect } from "node:util";
import { messageOf, StreambookError } from "../errors/index.ts";

/** Options of {@link check}. */
export interface CheckOptions {
  /** Numbers may differ by this much. @default 0 */
  readonly within?: number;
  /** What to do when the value is wrong, one sentence. */
  readonly hint?: string;
}

/** Longest value that is shown, in characters. */
const SHOWN = 400;

/**
 * Checks a value and prints one line: `✓ name` or what differs. A wrong value fails the cell; an exercise that is not
 * solved yet (see {@link todo}) does not, so that the notebook goes on.
 *
 * @param name what is checked, in words
 * @param actual the value; an exercise gives a function, which is called; an async one is awaited: `await check(…)`
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
  actual: () => PromiseLike<unknown>,
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
  const judge = (value: unknown): void => judgeValue(name, value, expected, options);
  if (typeof actual !== "function") return judge(actual);
  let value: unknown;
  try {
    value = (actual as () => unknown)();
  } catch (error) {
    return judge(unsolved(error));
  }
  return value instanceof Promise ? value.catch(unsolved).then(judge) : judge(value);
}

/** The error of a stub as a value; every other one goes on its way. */
function unsolved(error: unknown): TodoError {
  if (error instanceof TodoError) return error;
  throw error;
}

function judgeValue(name: string, value: unknown, expected: unknown, { within = 0, hint }: CheckOptions): void {
  if (value instanceof TodoError) {
    console.log(`○ ${name}: not solved yet. ${value.message}`);
    return;
  }
  if (agree(value, expected, within)) {
    console.log(`✓ ${name}`);
    return;
  }
  const advice = hint === undefined ? "" : `\n  ${hint}`;
  throw new StreambookError(
    "CHECK_FAILED",
    `✗ ${name}\n  found    ${shown(value)}\n  expected ${shown(expected)}${advice}`,
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
  const error: unknown = await new Promise<unknown>((resolve) => resolve(operation())).then(
    () => undefined,
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
  check(`${name}  ${seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(1)} s`}`, value, expected);
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
