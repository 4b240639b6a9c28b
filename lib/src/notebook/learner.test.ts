/** The functions of a lesson, outside a kernel, where they print text. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { delay, retry } from "../async/index.ts";
import { isStreambookError } from "../errors/index.ts";
import { TermCounter } from "../text/index.ts";
import { answer, check, checkThrows, todo } from "./check.ts";
import { brokenLines } from "./learner/broken-lines.ts";
import { TURN } from "./learner/watchdog.ts";
import { figure } from "./figure.ts";
import { hintFor } from "./hint.ts";
import { ready } from "./ready.ts";
import { show } from "./show.ts";
import { sourceOf, withoutLinks } from "./source.ts";
import { ownServices } from "../stack/own-services-for-test.ts";

/** What is printed while something runs. */
async function printed(operation: () => unknown): Promise<string> {
  const lines: string[] = [];
  const log = mock.method(console, "log", (line: string) => void lines.push(line));
  try {
    await operation();
  } finally {
    log.mock.restore();
  }
  return lines.join("\n");
}

test("a check says that a value is right, deeply and within a tolerance", async () => {
  const text = await printed(() => {
    check("list", [1, { a: 2 }], [1, { a: 2 }]);
    check("near", { x: [0.3331, 2] }, { x: [1 / 3, 2] }, { within: 0.001 });
    check("map", new Map([["a", 1]]), new Map([["a", 1]]));
  });
  assert.equal(text, "✓ list\n✓ near\n✓ map");
});

test("a wrong value fails with what was found, what was expected, and a hint", () => {
  assert.throws(
    () => check("sum", 3, 4, { hint: "Add the last one too." }),
    (error: Error) =>
      isStreambookError(error, "CHECK_FAILED") &&
      error.message === "✗ sum\n  found    3\n  expected 4\n  Add the last one too.",
  );
  assert.throws(() => check("near", [1, 2, 3], [1, 2], { within: 1 }), /found {4}\[ 1, 2, 3 \]/);
});

test("an answer that throws keeps its error, below the name of the check and its hint", async (t) => {
  const said = t.mock.method(console, "error", () => undefined);
  const parse = (): unknown => JSON.parse("{");
  assert.throws(() => check("thrown", parse, 1, { hint: "Try, and catch." }), SyntaxError);
  await assert.rejects(
    check("fails", async () => Promise.reject(new RangeError("no")), 4),
    RangeError,
  );
  assert.deepEqual(
    said.mock.calls.map(({ arguments: [text] }) => text as unknown),
    ["✗ thrown\n  an error came instead of a value\n  Try, and catch.", "✗ fails\n  an error came instead of a value"],
  );
});

test("an exercise that is not solved says what is missing and lets the notebook go on", async () => {
  const double = (n: number): number => todo(`Give back twice ${n}.`);
  assert.equal(await printed(() => check("twice", () => double(2), 4)), "○ twice: not solved yet. Give back twice 2.");
  const later = async (n: number): Promise<number> => todo(`Wait for ${n}.`);
  assert.equal(await printed(() => check("later", async () => later(2), 4)), "○ later: not solved yet. Wait for 2.");
  assert.match(await printed(() => checkThrows("refuses", () => double(2), "n")), /^○ refuses: not solved yet/);
});

test("an async function is awaited, and fails the cell as a value does", async () => {
  const slow = async (value: number): Promise<number> => Promise.resolve(value);
  assert.equal(await printed(() => check("four", async () => slow(4), 4)), "✓ four");
  await assert.rejects(
    check("four", async () => slow(3), 4, { hint: "Wait for it." }),
    /found {4}3\n.*4\n {2}Wait/,
  );
});

test("checkThrows wants the error that it names", async () => {
  const fail = async (): Promise<never> => Promise.reject(new RangeError("k is 0"));
  assert.equal(await printed(() => checkThrows("k", fail, "k is 0")), "✓ k: k is 0");
  await assert.rejects(checkThrows("k", fail, /k is 1/), /found {4}k is 0/);
  await assert.rejects(
    checkThrows("k", () => 1, "k"),
    /nothing was thrown/,
  );
});

test("checkThrows waits for a refusal that takes minutes: a job of a busy cluster, not an answer that hangs", async () => {
  const now = performance.now.bind(performance);
  let skipped = 0;
  const clock = mock.method(performance, "now", () => now() + skipped);
  const failing = async (): Promise<never> => {
    await delay(1);
    skipped = 200_000;
    await delay(3 * TURN);
    throw new RangeError("a map task failed");
  };
  assert.equal(await printed(() => checkThrows("the job", failing, "map task")), "✓ the job: a map task failed");
  clock.mock.restore();
});

test("answer checks, times and gives the value", async () => {
  let value: number | undefined;
  const text = await printed(async () => (value = await answer("six", async () => 6, 6)));
  assert.match(text, /^✓ six {2}\d+ ms$/);
  assert.equal(value, 6);
});

test("a table has its columns, its first rows, and says how many more there are", async () => {
  const rows = Array.from({ length: 12 }, (_, n) => ({ word: `w<${n}>`, count: n * 1000 }));
  const text = await printed(() => show(rows, { rows: 2 }));
  assert.equal(text, "word  count\nw<0>      0\nw<1>   1000\n10 more of 12 rows");
  const columns = { columns: ["a", "b"], values: [[1, "x"]] };
  assert.equal(await printed(() => show(columns, { columns: ["b"] })), "b\nx");
});

test("a figure is told in words where nothing can draw it", async () => {
  const data = [{ type: "bar", name: "one", y: [1] }, { y: [2] }];
  const text = await printed(() => figure({ data, layout: { title: { text: "Two" } } }));
  assert.equal(text, "Figure: Two: one (bar), scatter");
});

test("source finds a function, a class and a method with their comments", () => {
  const { file, text, line } = sourceOf(retry);
  assert.equal(file, "lib/src/async/retry.ts");
  assert.ok(line > 1);
  assert.match(text, /^\/\*\*\n \* Tries an operation[^]*export async function retry<T>[^]*\n\}$/);
  assert.match(sourceOf(TermCounter).text, /export class TermCounter \{[^]*\n\}$/);
  const method = Object.getOwnPropertyDescriptor(TermCounter.prototype, "count")?.value as unknown;
  assert.match(sourceOf(method).text, /^(\/\*\*[^]*\*\/\n)?count\([^]*\n\}$/);
});

test("long lines of shown code are broken at words, strings are left whole where they can be", () => {
  assert.equal(brokenLines("  short();"), "  short();");
  assert.equal(
    brokenLines("  return first(argument) + second('a b c d e f', other) + third(more);", 40),
    "  return first(argument) +\n      second('a b c d e f', other) +\n      third(more);",
  );
  assert.equal(
    brokenLines(" * one two three four five six seven eight", 24),
    " * one two three four\n * five six seven eight",
  );
  assert.equal(brokenLines(`x(${"y".repeat(60)})`, 40), `x(${"y".repeat(60)})`);
});

test("source refuses what is not the library's", () => {
  assert.throws(() => sourceOf(test), /`test` is not the library's/);
  assert.throws(() => sourceOf(3), /takes a function or a class/);
});

test("a lesson without the stack says what to do", async () => {
  const environment = process.env;
  process.env = { ...ownServices(), STREAMBOOK_HOME: "/nowhere" };
  try {
    await assert.rejects(ready("kafka"), (error) => {
      assert.equal(hintFor(error), "In a terminal: `npx streambook up`. Then run the first cell again.");
      return true;
    });
    await ready(); // a lesson that uses no service
  } finally {
    process.env = environment;
  }
});

test("a lesson names the service beyond the core that it lacks, what it fetches, and what starts it", async () => {
  const environment = process.env;
  process.env = { ...ownServices(), STREAMBOOK_HOME: "/nowhere", STREAMBOOK_JARS: "/nowhere/jars" };
  try {
    await assert.rejects(ready("spark"), (error: Error) => {
      assert.match(error.message, /needs Spark \(stopped\); its first start fetches .*[Ss]park.*\(\d+ MB\)/);
      assert.equal(hintFor(error), "In a terminal: `npx streambook up core spark`. Then run the first cell again.");
      return true;
    });
  } finally {
    process.env = environment;
  }
});

test("links for editors are names in shown code", () => {
  assert.equal(
    withoutLinks("/** As {@link readChunks}, or {@link a.b | the other}; {@linkcode C}, {@link D it}. */"),
    "/** As `readChunks`, or the other; `C`, it. */",
  );
  assert.equal(withoutLinks("const a = { link };"), "const a = { link };");
});
