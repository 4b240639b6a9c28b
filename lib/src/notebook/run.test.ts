/** What a runner of notebooks must notice: each case is one that other runners have let pass. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { kernelSpecification } from "../../../setup/learner/kernel.mjs";
import { isStreambookError } from "../errors/index.ts";
import { type NotebookReport, failedLine, runNotebook, type RunNotebookOptions } from "./run.ts";
import { failing, TestFolder, type TestCell } from "./notebooks-for-test.ts";
import { streamText } from "./outputs.ts";

const folder = await TestFolder.make();
after(() => folder.remove());
const spec = kernelSpecification();

async function run(
  name: string,
  cells: readonly TestCell[],
  options: RunNotebookOptions = {},
): Promise<NotebookReport> {
  return runNotebook(await folder.write(name, cells), { spec, settle: 100, ...options });
}

/** The failure of a run, as "cell: what". */
function failures({ cells }: NotebookReport): string[] {
  return cells.flatMap(({ number, failure }) => (failure === undefined ? [] : [`${number}: ${failure}`]));
}

const hangs = { timeout: 1500 };
const cases: readonly (readonly [string, readonly TestCell[], RegExp, RunNotebookOptions?])[] = [
  ["throws", ["const a = 1;", 'throw new TypeError("boom");', "a"], /^2: it failed$/],
  ["does not compile", ['const text: number = "text";'], /^1: it failed$/],
  ["never ends", ["while (true) {}", "1"], /^1: it did not end within 1.5 s$/, hangs],
  ["awaits for ever", ["await new Promise(() => undefined);", "1"], /^1: it did not end within 1.5 s$/, hangs],
  ["ends the kernel", ["1", "process.exit(3)", "2"], /^2: the kernel ended while it ran$/],
  ["forgets a promise", ['void Promise.reject(new Error("floating"));', "1"], /^1: a promise was rejected.*floating/],
  [
    "throws late",
    ['setTimeout(() => { throw new Error("late"); }, 1000);', "await new Promise((r) => setTimeout(r, 3000));"],
    /^2: an exception came after it.*late/,
  ],
  ["throws after the end", ['setTimeout(() => { throw new Error("late"); }, 20);'], /^1: an exception came after it/],
  ["shows no error though one is expected", [failing("1")], /^1: it should show an error and shows none$/],
];

for (const [name, cells, expected, options] of cases) {
  test(`a notebook that ${name} fails`, async () => {
    const report = await run(name, cells, options);
    assert.equal(report.ok, false);
    assert.match(failures(report).join("\n"), expected);
  });
}

test("expected errors pass, and the cells after them run", async () => {
  const report = await run("expected", [
    failing('throw new Error("x");'),
    "console.log('one')",
    failing("const z: number = 's';"),
    "console.log('two')",
  ]);
  assert.deepEqual(failures(report), []);
  assert.equal(report.ok, true);
  assert.deepEqual(
    report.cells.map(({ outputs }) => streamText(outputs, "stdout")),
    ["", "one\n", "", "two\n"],
  );
});

test("every line of much output arrives, in order", async () => {
  const report = await run("much", [
    "for (let i = 0; i < 20000; i++) console.log('line ' + i);",
    "console.log('y'.repeat(5_000_000))",
  ]);
  assert.equal(report.ok, true);
  const [lines, long] = report.cells.map(({ outputs }) => streamText(outputs, "stdout"));
  assert.equal(lines, Array.from({ length: 20_000 }, (_, line) => `line ${line}\n`).join(""));
  assert.equal(long?.length, 5_000_001);
  assert.ok((report.peak ?? Infinity) > 0);
});

test("half a character is shown as one that is unknown, as a file can hold it", async () => {
  const shown = 'import { display } from "tslab";\ndisplay.html("a" + "🌍".slice(1));';
  const { cells } = await run("half a character", ['"🌍".slice(0, 1)', 'console.error("🌍".slice(1))', shown]);
  assert.equal(streamText(cells[0]?.outputs ?? [], "stdout"), "�\n");
  assert.equal(streamText(cells[1]?.outputs ?? [], "stderr"), "�\n");
  assert.ok(JSON.stringify(cells[2]?.outputs).includes("a�"));
});

test("an error says where in the cell it comes from, without the kernel's insides", async () => {
  const cell =
    'const shown = 1;\nfunction fail(n: number): never {\n  throw new RangeError("n is " + n);\n}\nfail(shown);';
  const { cells } = await run("where", [cell]);
  assert.equal(cells[0]?.line, 3);
  const text = streamText(cells[0]?.outputs ?? [], "stderr");
  assert.match(text, /^RangeError: n is 1\n {4}in the cell, line 3: throw new RangeError/);
  assert.doesNotMatch(text, /tslab|node:/);
});

test("a library that is not built is named with what builds it", async () => {
  const { cells } = await run("not built", ['import { check } from "streambook/notebook";']);
  assert.match(
    streamText(cells[0]?.outputs ?? [], "stderr"),
    /Cannot find module[^]*\nThe library is not built.*npm run setup/,
  );
  assert.equal(cells[0]?.line, 1);
});

test("names of earlier cells serve in short object literals too", async () => {
  const cells = [
    "const broker = 'a'; let count = 1;",
    "({ count } = { count: 2 });\nJSON.stringify([{ broker }, { count, broker }])",
  ];
  const report = await run("shorthand", cells);
  assert.equal(streamText(report.cells[1]?.outputs ?? [], "stdout"), '[{"broker":"a"},{"count":2,"broker":"a"}]\n');
});

test("a part of an earlier cell's value may be given another name", async () => {
  const cells = [
    "interface Message { seq: number; text: string }\nconst message: Message = { seq: 4, text: 'four' };",
    "const { seq: n, text } = message;\nconst first = ({ seq: m }: Message) => m;\nJSON.stringify([n, text, first(message)])",
  ];
  const report = await run("renamed", cells);
  assert.equal(streamText(report.cells[1]?.outputs ?? [], "stdout"), '[4,"four",4]\n');
});

for (const [name, cell] of [
  ["in a declaration", "const found = await (await answer()).json();\nfound"],
  ["as the last value", "await (await answer()).json()"],
  ["among others", "(await (await answer()).json()) + 0"],
  ["alone", "await (answer().then((it) => it.json()))"],
] as const)
  test(`what is awaited may stand in parentheses: ${name}`, async () => {
    const report = await run(`parentheses ${name}`, ["const answer = async () => ({ json: async () => 42 });", cell]);
    assert.equal(streamText(report.cells[1]?.outputs ?? [], "stdout"), "42\n");
  });

test("the stop button ends what waits for its signal, and the kernel lives to say so", async () => {
  const cell = `process.on("SIGINT", () => console.log("told"));
await new Promise<void>((resolve) => process.once("SIGINT", () => setTimeout(resolve, 50)));
console.log("ended");`;
  const { cells } = await run("stop button", [cell], hangs);
  assert.equal(cells[0]?.failure, "it did not end within 1.5 s");
  assert.match(streamText(cells[0]?.outputs ?? [], "stdout"), /told/);
  assert.equal(
    streamText(cells[0]?.outputs ?? [], "stderr"),
    "Stopped. Cells that were waiting behind this one have not run.\n",
  );
});

test("a run that is stopped leaves no kernel", async () => {
  const controller = new AbortController();
  const options = { signal: controller.signal, onCell: () => setTimeout(() => controller.abort(), 50) };
  await assert.rejects(run("stopped", ["1", "await new Promise(() => undefined);"], options), { name: "AbortError" });
});

test("a notebook that is none, or is not there, is named", async () => {
  await assert.rejects(runNotebook(`${folder.path}/none.ipynb`), (error) => isStreambookError(error, "NOT_FOUND"));
  await assert.rejects(runNotebook(import.meta.filename), (error) => isStreambookError(error, "NOTEBOOK_INVALID"));
});

test("a failed line is found by the compiler's number or by its words", () => {
  const source = "const a: number = 1;\nconst b = await load<Row>(a, { wait: true });\nb.rows";
  assert.equal(failedLine(source, "2:5 - Type 'x' is wrong"), 2);
  assert.equal(failedLine(source, "Error: x\n    in the cell, at: b = await load(a, { wait: true });"), 2);
  assert.equal(failedLine(source, "Error: x\n    in the cell, line 3: b.rows"), 3);
  assert.equal(failedLine(source, "Error: x\n    in the cell, at: somethingElse()"), undefined);
  assert.equal(failedLine(source, "Error: x"), undefined);
});

test("a notebook of which every cell is sent twice says which one does something else then", async () => {
  const cells = [
    "const list = [1, 2, 3];",
    "list.pop()",
    "console.log(`${new Date().toISOString()}, 1.${list.length} s`);",
  ];
  const report = await run("twice", cells, { twice: true });
  assert.deepEqual(failures(report), ['2: it says "2" where it said "3" before']);
  assert.deepEqual([report.ok, report.total], [false, 6]);
  assert.deepEqual(
    report.cells.map(({ number, again }) => [number, again ?? false]),
    [1, 2, 3].flatMap((number) => [
      [number, false],
      [number, true],
    ]),
  );
  const once = ["let runs = 0;", 'if (runs++ > 0) throw new Error("only once");', "runs"];
  assert.deepEqual(failures(await run("only once", once, { twice: true })), ["2: it failed"], "and the rest has run");
  const changes = { source: "list.pop()", tags: ["changes"] };
  assert.equal((await run("changes", [cells[0] ?? "", changes], { twice: true })).ok, true);
});
