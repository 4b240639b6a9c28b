/** The stop button, and answers that never end, in a real kernel: the page goes on, and so do the programs beside it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { kernelSpecification } from "../../../setup/learner/kernel.mjs";
import { delay } from "../async/index.ts";
import { projectFolder } from "../stack/index.ts";
import { Kernel } from "./kernel.ts";
import { TestFolder } from "./notebooks-for-test.ts";
import { runNotebook } from "./run.ts";
import { streamText } from "./outputs.ts";

const folder = await TestFolder.make(join(projectFolder(), ".streambook"));
after(() => folder.remove());
const spec = kernelSpecification();

/** Runs cells one after the other, in one kernel, whatever becomes of them; those of `limits` are stopped after so many milliseconds. */
async function runAll(cells: readonly string[], limits: Readonly<Record<number, number>> = {}) {
  await using kernel = await Kernel.start({ folder: folder.path, spec });
  // The first cell waits for the compiler, on a busy machine for seconds: one that is stopped is to have begun.
  await kernel.execute("1", { timeout: 60_000 });
  const said: string[] = [];
  for (const [index, cell] of cells.entries()) {
    const run = await kernel.execute(cell, { timeout: limits[index] ?? 60_000 });
    said.push(`${streamText(run.outputs, "stdout")}${streamText(run.outputs, "stderr")}`);
  }
  return said;
}

/** Tells, later, whether a loop that counts has run at all, and whether it still does. */
const LOOK = `await new Promise((r) => setTimeout(r, 3000));
const before = globalThis.count;
await new Promise((r) => setTimeout(r, 300));
[before > 10, globalThis.count - before]`;

for (const [name, loop] of [
  ["that waits", "while (true) { globalThis.count++; await new Promise((r) => setTimeout(r, 5)); }"],
  ["that never waits", "while (true) { globalThis.count++; await null; }"],
  ["that catches everything", "while (true) { try { globalThis.count++; await null; } catch {} }"],
  [
    "over a stream that never ends",
    "async function* numbers() { for (;;) yield 1; }\nfor await (const n of numbers()) globalThis.count += n;",
  ],
] as const)
  test(`the stop button ends an async loop ${name}`, async () => {
    const [stopped = "", after = ""] = await runAll([`globalThis.count = 0;\n${loop}`, LOOK], { 0: 1000 });
    assert.match(stopped, /^Stopped\./);
    assert.equal(after, "[ true, 0 ]\n");
  });

test("a server of an earlier cell answers after the stop button, what it had begun has ended, and what was stopped stays so", async () => {
  const server = `import { createServer } from "node:http";
globalThis.count = 0;
const server = createServer(async (_, response) => {
  await new Promise((r) => setTimeout(r, 5));
  response.end("answer");
});
await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as { port: number };
const ask = async (): Promise<string> => (await fetch("http://127.0.0.1:" + port)).text();
async function count() { while (true) { globalThis.count++; await new Promise((r) => setTimeout(r, 5)); } }
void count();`;
  const loop = "while (true) { try { await ask(); } catch {} }";
  const [, stopped = "", answer, after] = await runAll([server, loop, "await ask()", LOOK, "server.close()"], {
    1: 1000,
  });
  assert.match(stopped, /^Stopped\./);
  assert.equal(answer, "answer\n");
  assert.equal(after, "[ true, 0 ]\n");
});

test("the stop button says once that it has stopped, also where the cell had begun something beside itself", async () => {
  const cell = `const pause = () => new Promise((r) => setTimeout(r, 5));
async function look(): Promise<void> { for (;;) await pause(); }
async function watch(): Promise<void> { const looking = look(); for (;;) await pause(); await looking; }
await watch();`;
  const [stopped = "", after = ""] = await runAll([cell, "await new Promise((r) => setTimeout(r, 500))"], { 0: 800 });
  assert.match(`${stopped}${after}`, /^Stopped\. [^\n]*\n$/);
});

test("what a stopped cell has opened can be closed", async () => {
  const cell = `async function use() { try { for (;;) await new Promise((r) => setTimeout(r, 5)); } finally { await null; console.log("closed"); } }\nawait use();`;
  const [stopped] = await runAll([cell, "1"], { 0: 800 });
  assert.match(stopped ?? "", /closed/);
});

test("code that listens to the stop button ends in its own way", async () => {
  const cell = `import { stopButton } from "streambook/notebook";
async function use() {
  const signal: AbortSignal = stopButton();
  async function* ticks() { while (!signal.aborted) { await new Promise((r) => setTimeout(r, 5)); yield 1; } }
  for await (const tick of ticks()) tick;
  await null;
  console.log("closed");
}
await use();`;
  const [stopped] = await runAll([cell, "1"], { 0: 2500 });
  assert.match(stopped ?? "", /closed/);
});

const CHECK = 'import { check, checkThrows, startProgram } from "streambook/notebook";';

for (const [name, cell, expected] of [
  [
    "loops",
    'check("loops", () => { while (true) {} }, 1, { timeout: 500, hint: "Count." });',
    /✗ loops\n {2}it did not end within 0.5 s, and was stopped\n {2}Count/,
  ],
  [
    "loops after something",
    'await null;\ncheck("loops", () => { while (true) {} }, 1, { timeout: 500 });',
    /✗ loops\n {2}it did not end/,
  ],
  [
    "awaits for ever",
    'await check("waits", async () => { for (;;) await null; }, 1, { timeout: 500 });',
    /✗ waits\n {2}it did not end within 0.5 s, and was stopped/,
  ],
  ["never resolves", 'await check("hangs", () => new Promise<void>(() => undefined), 1, { timeout: 500 });', /✗ hangs/],
  [
    "gives items for ever",
    'await check("items", async function* () { for (let n = 0; ; n++) yield n; }, [0, 1]);',
    /found {4}\[ 0, 1, 2 \]/,
  ],
  [
    "generates for ever",
    'check("items", function* () { for (let n = 0; ; n++) yield n; }, [0, 1]);',
    /found {4}\[ 0, 1, 2 \]/,
  ],
  [
    "awaits items that never come",
    'await check("none", async function* () { for (;;) await null; yield 1; }, [0], { timeout: 500 });',
    /✗ none\n {2}it did not end/,
  ],
] as const)
  test(`an answer that ${name} is wrong, and the page goes on`, async () => {
    const [, wrong = "", next] = await runAll([CHECK, cell, "1 + 1"]);
    assert.match(wrong, expected);
    assert.equal(next, "2\n");
  });

const FILL = "const all: number[][] = []; for (;;) all.push([])";
for (const [name, answer] of [
  ["at once", `() => { ${FILL}; }`],
  ["after it has awaited", `async () => { await null; ${FILL}; }`],
  ["after a pause", `async () => { await new Promise((r) => setTimeout(r, 300)); ${FILL}; }`],
  [
    "a piece at a time",
    "async () => { const all: Buffer[] = []; for (;;) { await null; all.push(Buffer.alloc(1e6, 1)); } }",
  ],
  ["by a generator", `function* () { ${FILL}; yield 1; }`],
  ["by an async generator", `async function* () { yield 1; ${FILL}; }`],
] as const)
  test(`an answer that fills memory ${name} is wrong, long before the machine has none left`, async () => {
    await using kernel = await Kernel.start({ folder: folder.path, spec });
    const said = async (cell: string): Promise<string> => {
      const { outputs } = await kernel.execute(cell, { timeout: 60_000 });
      return `${streamText(outputs, "stdout")}${streamText(outputs, "stderr")}`;
    };
    await said(CHECK);
    const before = (await kernel.memory())?.peak ?? 0;
    assert.match(await said(`await check("fills", ${answer}, [1, 2]);`), /✗ fills\n {2}it filled a gigabyte of memory/);
    assert.equal(await said("1 + 1"), "2\n");
    // Twice as much as allowed: what is measured grows while it is measured.
    assert.ok(((await kernel.memory())?.peak ?? 0) - before < 2e9, "the kernel took less than 2 GB more");
  });

test("an answer that loops after it has awaited is ended, and everything else goes on", async () => {
  const cells = [
    `${CHECK}\nimport { setTimeout as delay } from "node:timers/promises";\nlet ticks = 0; const ticker = setInterval(() => void ticks++, 20);`,
    'await check("loops", async () => { await new Promise((r) => setTimeout(r, 50)); for (;;); }, 1, { timeout: 700, hint: "Count." });',
    'await check("loops at once", async () => { await null; for (;;); }, 1, { timeout: 700 });',
    "const before: number = ticks; await new Promise((r) => setTimeout(r, 300)); clearInterval(ticker); ticks > before",
    'void (await Promise.all([check("one", async () => delay(50, 1), 1), check("two", async () => delay(100, 2), 2)]));',
    'await checkThrows("never", async () => { await null; for (;;); }, "x");',
    'check("right after it", () => 1, 1);',
  ];
  const [, late, atOnce, ticked, both, never, right] = await runAll(cells);
  assert.match(late ?? "", /✗ loops\n {2}it did not end within 0.7 s, and was stopped\n {2}Count/);
  assert.match(atOnce ?? "", /✗ loops at once\n {2}it did not end within 0.7 s, and was stopped/);
  assert.equal(ticked, "true\n");
  assert.equal(both, "✓ one\n✓ two\n");
  assert.match(never ?? "", /it did not end within 10 s/);
  assert.equal(right, "✓ right after it\n");
});

test("a right answer may be a stream", async () => {
  const [, said] = await runAll([
    CHECK,
    'await check("items", async function* () { yield 1; yield 2; }, [1, 2]);\ncheck("sync", function* () { yield 1; }, [1]);',
  ]);
  assert.equal(said, "✓ items\n✓ sync\n");
});

test("a job can be bundled after the stop button, and a program beside the page lives on", async () => {
  const job = join(projectFolder(), "lib", "src", "texts", "rebuild", "rebuild-job.ts");
  const bundle = `const { bundleJob } = await import(${JSON.stringify(join(projectFolder(), "lib", "dist", "mapreduce", "bundle.js"))});\nawait (await bundleJob(${JSON.stringify(job)})).remove();\nconsole.log("bundled");`;
  const cells = [
    `${CHECK}\nconst clock = await startProgram("clock", ["--eval", "setInterval(() => undefined, 1000)"]);\n${bundle}`,
    "await new Promise(() => undefined);",
    `process.kill(clock.pid, 0);\n${bundle}`,
    "await clock.kill()",
  ];
  const said = await runAll(cells, { 1: 1000 });
  assert.deepEqual(
    said.map((text) => text.replace(/^(Stopped)\..*\n/, "$1")),
    ["bundled\n", "Stopped", "bundled\n", "SIGKILL\n"],
  );
});

test("functions of a cell travel to another process as they are", async () => {
  const cell =
    'async function add(n: number) { let sum = 0; for await (const x of [n, Promise.resolve(1)]) sum += await x; return sum; }\nimport { execFileSync } from "node:child_process";\nconsole.log(execFileSync(process.execPath, ["--eval", `(${String(add)})(2).then(console.log)`]).toString().trim());';
  assert.deepEqual(await runAll([cell]), ["3\n"]);
});

test("await stands in blocks at the top of a cell, and for await stands alone", async () => {
  const report = await runNotebook(
    await folder.write("top", [
      "const seen: number[] = [];\nasync function* numbers() { yield 1; yield 2; }",
      "for await (const n of numbers()) seen.push(n);\nif (seen.length > 0) { await null; seen.push(3); }\ntry { await Promise.reject(new Error()); } catch { seen.push(4); }\nfor (const n of [5]) seen.push(await Promise.resolve(n));\nconsole.log(seen.join());",
    ]),
    { spec, settle: 50 },
  );
  assert.equal(streamText(report.cells[1]?.outputs ?? [], "stdout"), "1,2,3,4,5\n");
  await delay(0);
});
