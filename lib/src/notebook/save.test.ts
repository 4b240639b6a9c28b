/** Saving: the lesson's functions in a real kernel, their outputs in the file, and a rerun that changes nothing. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { kernelSpecification } from "../../../setup/learner/kernel.mjs";
import { projectFolder } from "../stack/index.ts";
import { PLOTLY } from "./figure.ts";
import { joined, readNotebook } from "./file.ts";
import { prose, TestFolder } from "./notebooks-for-test.ts";
import { runNotebook } from "./run.ts";
import { sameOutput } from "./outputs.ts";
import { saveNotebook } from "./save.ts";

const folder = await TestFolder.make(join(projectFolder(), ".streambook"));
after(() => folder.remove());
const options = { spec: kernelSpecification(), settle: 50 };

interface FileOutput {
  readonly output_type: string;
  readonly text?: string[];
  readonly data?: Record<string, unknown>;
}

test("a lesson's outputs are kept, with a picture of its figure, and a rerun changes nothing", async () => {
  const file = await folder.write("lesson", [
    'import { check, figure, show, source, todo, stopButton } from "streambook/notebook";\nimport { chunksOf } from "streambook/stream";\nimport { frame } from "streambook/frames";',
    prose("A figure."),
    'figure({ data: [{ type: "bar", x: ["a", "b"], y: new Float32Array([1, 2]) }], layout: { title: { text: "Bars" } } });',
    'check("one", 1, 1);\nconst stub = (): number => todo("Try 2.");\ncheck("two", stub, 2);',
    "show([{ word: 'sea', count: 1 }]);",
    "source(chunksOf);",
    "const table = frame([{ a: 1 }, { a: 2 }]);\nshow(table);",
    "console.log(`took ${(Math.random() * 9).toFixed(3)} ms, stopped: ${stopButton().aborted}`);",
    'import { done, progress } from "streambook/notebook";\nfor (let n = 1; n < 10; n++) progress(`${n} of 9`);\ndone("all");',
  ]);
  const first = await runNotebook(file, options);
  assert.deepEqual(
    first.cells.flatMap(({ failure, outputs }) => (failure === undefined ? [] : [failure, outputs])),
    [],
  );
  assert.equal(await saveNotebook(first), true);
  const saved = await readFile(file, "utf8");

  const { cells } = await readNotebook(file);
  const outputs = cells.map((cell) => (cell.outputs ?? []) as FileOutput[]);
  assert.deepEqual(
    cells.map((cell) => cell.execution_count),
    [1, undefined, 2, 3, 4, 5, 6, 7, 8],
  );
  const figure = outputs[2]?.[0]?.data ?? {};
  assert.deepEqual((figure[PLOTLY] as { data: { y: number[] }[] }).data[0]?.y, [1, 2]);
  assert.match(Buffer.from(String(figure["image/png"]), "base64").toString("latin1"), /^\x89PNG/);
  assert.equal(joined(outputs[3]?.[0]?.text ?? ""), "✓ one\n○ two: not solved yet. Try 2.\n");
  assert.match(joined(outputs[4]?.[0]?.data?.["text/html"] as string[]), /<td style="text-align:right">1<\/td>/);
  assert.match(joined(outputs[5]?.[0]?.data?.["text/markdown"] as string[]), /^\*\*lib\/src\/stream\/chunks\.ts\*\*/);
  assert.match(joined(outputs[6]?.[0]?.data?.["text/plain"] as string[]), /^a\n1\n2$/);
  assert.equal(joined(outputs[8]?.[0]?.text ?? ""), "all\n");
  assert.doesNotMatch(saved, new RegExp(projectFolder()));

  assert.equal(await saveNotebook(await runNotebook(file, options)), false);
  assert.equal(await readFile(file, "utf8"), saved);
});

test("outputs are the same when only times, rates, dates or ports differ", () => {
  const text = (line: string): object => ({ output_type: "stream", name: "stdout", text: [line] });
  const same: readonly (readonly [string, string])[] = [
    ["sent in 1.23 s", "sent in 0.9 s"],
    ["1,234 messages/s", "987 messages/s"],
    ["at 127.0.0.1:9092", "at 127.0.0.1:40123"],
    ["since 2026-01-02T03:04:05.678Z", "since 2027-01-02T03:04:05Z"],
    ["holds 120 MB", "holds 98.5 MB"],
  ];
  for (const [a, b] of same) assert.ok(sameOutput(text(a), text(b)), `${a} | ${b}`);
  assert.ok(!sameOutput(text("12 messages"), text("13 messages")));
  assert.ok(!sameOutput(text("a"), undefined));
});

test("in a measured cell, any numbers may differ", () => {
  const figure = (y: number[]): object => ({
    data: { [PLOTLY]: { data: [{ type: "bar", y }] }, "image/png": String(y) },
  });
  assert.ok(sameOutput(figure([1, 2]), figure([3, 4, 5]), true));
  assert.ok(!sameOutput(figure([1, 2]), figure([3, 4])));
});
