/** Lessons as a learner has them: in JupyterLab, in a browser, with the pointer on the figures. */
import assert from "node:assert/strict";
import { mkdir, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { noBrowser } from "./fixtures/browser.ts";
import { Lab } from "./fixtures/lab.ts";
import { needsPackages } from "../lib/src/stack/fetch/needs-for-test.ts";
import { JUPYTERLAB } from "../lib/src/cli/jupyter.ts";
import { projectFolder, pythonProgram } from "../lib/src/stack/index.ts";
import { lessonFiles } from "../lib/src/notebook/index.ts";
import { TestFolder } from "../lib/src/notebook/notebooks-for-test.ts";

/** Which lessons are opened: `STREAMBOOK_LAB=all`, or some numbers. The first has all that the others have: cells, figures, services. */
const wanted = (process.env["STREAMBOOK_LAB"] ?? "00").split(",");
/** Where pictures of their figures go. */
const screenshots = process.env["STREAMBOOK_SCREENSHOTS"];

const { skip } = await needsPackages(JUPYTERLAB);

describe("in JupyterLab", { skip: noBrowser || skip }, () => {
  let lab: Lab;
  let scratch: TestFolder;
  /** A run refuses the folder when it holds other things. */
  const output = join(projectFolder(), "output");
  let present: readonly string[];

  before(async () => {
    await pythonProgram(JUPYTERLAB, "jupyter-lab");
    await mkdir(output, { recursive: true });
    present = await readdir(output);
    scratch = await TestFolder.make(output);
    lab = await Lab.start();
  });
  after(async () => {
    await lab?.close();
    await scratch?.remove();
    assert.deepEqual(await readdir(output), present, "nothing is left in the folder of a learner's runs");
  });

  for (const file of lessonFiles().filter(
    (path) => wanted[0] === "all" || wanted.includes(basename(path).slice(0, 2)),
  )) {
    test(`${basename(file, ".ipynb")} runs whole, and its figures answer the pointer`, async () => {
      const notebook = await lab.open(file);
      await notebook.runAll();
      await notebook.finished(240);
      assert.deepEqual(await notebook.errors(), []);
      assert.equal(await notebook.notRun(), 0);
      const pictures = screenshots === undefined ? undefined : join(screenshots, basename(file, ".ipynb"));
      if (pictures !== undefined) await mkdir(pictures, { recursive: true });
      const figures = await notebook.figures(pictures);
      assert.ok(figures.length > 0, "it has a figure");
      for (const { cell, drawn, label } of figures) {
        assert.ok(drawn, `the figure of cell ${cell} is drawn`);
        assert.notEqual(label, "", `the figure of cell ${cell} says something to the pointer`);
      }
      assert.deepEqual(notebook.faults, { errors: [], outside: [] });
      await notebook.page.close();
    });
  }

  test("the stop button ends a loop that waits for Kafka, and the page goes on", async () => {
    const file = await scratch.write("stopped", [
      'import { ensureTopic, openConsumer } from "streambook/kafka";\nimport { ready, stopButton } from "streambook/notebook";\nconst { kafka } = await ready("kafka");\nawait ensureTopic({ broker: kafka, topic: "lab-stop" });',
      'async function readForEver(): Promise<void> {\n  const consumer = await openConsumer({ broker: kafka, topic: "lab-stop", group: "lab-stop", positions: async () => new Map<number, bigint>(), signal: stopButton() });\n  console.log("reading");\n  for await (const { messages } of consumer) console.log(messages.length);\n  await consumer.close();\n  console.log("closed");\n}\nawait readForEver();',
      'console.log("after", stopButton().aborted);',
    ]);
    const notebook = await lab.open(file);
    await notebook.runAll();
    await notebook.page.locator(".jp-OutputArea-output", { hasText: "reading" }).waitFor({ timeout: 60_000 });
    await notebook.stop();
    await notebook.finished(120);
    await notebook.page.locator(".jp-OutputArea-output", { hasText: "closed" }).waitFor({ timeout: 30_000 });
    const text = await notebook.text();
    assert.match(text, /reading[^]*closed/);
    assert.doesNotMatch(text, /after/, "what waited behind the stopped cell has not run");
    await notebook.page.waitForTimeout(1000); // the kernel drops what comes within 200 ms of an error
    await notebook.runLast();
    await notebook.page.locator(".jp-OutputArea-output", { hasText: "after false" }).waitFor({ timeout: 60_000 });
    await notebook.page.close();
  });

  test("a wrong answer is an error that says what was found", async () => {
    const file = await scratch.write("wrong", [
      'import { check } from "streambook/notebook";\nconst double = (n: number): number => n + 2;\ncheck("twice three", () => double(3), 6, { hint: "Multiply." });',
    ]);
    const notebook = await lab.open(file);
    await notebook.runAll();
    await notebook.finished(120);
    const [error = ""] = await notebook.errors();
    assert.match(error, /✗ twice three\s+found\s+5\s+expected\s+6\s+Multiply\./);
    await notebook.page.close();
  });
});
