/** What a lesson needs of a program beside it: killed at once, replaced by its successor, gone with the kernel. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { until } from "../../async/index.ts";
import { killPrograms, type Program, startProgram } from "./program.ts";

const forever = ["--eval", "console.log('up'); setInterval(() => undefined, 1000)"];

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("a program says what it has to say, and how it ended", async () => {
  const program = await startProgram("talker", [
    "--eval",
    "console.log('out'); console.error('error'); process.exitCode = 3",
  ]);
  assert.equal(await program.ended, "exit code 3");
  assert.match(program.said(), /out/);
  assert.match(program.said(), /error/);
});

test("a killed program is gone when kill resolves", async () => {
  const program = await startProgram("victim", forever);
  assert.equal(await program.kill(), "SIGKILL");
  assert.equal(isThere(program.pid), false);
  assert.equal(await program.kill(), "SIGKILL");
});

test("a program of the same name takes the place of the one before", async () => {
  const first = await startProgram("same", forever);
  const second = await startProgram("same", forever);
  assert.equal(isThere(first.pid), false);
  assert.equal(isThere(second.pid), true);
  await second.kill();
});

test("what a program has started ends with it", async () => {
  const code = `const { pid } = require("node:child_process").spawn(process.execPath, ${JSON.stringify(forever)}, { stdio: "inherit" });
    console.log("child", pid);`;
  const ends: readonly ((program: Program) => unknown)[] = [(program) => program.kill(), () => killPrograms()];
  for (const end of ends) {
    const program = await startProgram("parent", ["--eval", code]);
    await until("its child to be up", () => program.said().includes("up"));
    const child = Number(/child (\d+)/.exec(program.said())?.[1]);
    assert.equal(isThere(child), true);
    await end(program);
    await until("the child to be gone", () => !isThere(child));
  }
});

test("all programs can be killed at once", async () => {
  const both = [await startProgram("one", forever), await startProgram("two", forever)];
  await killPrograms();
  assert.deepEqual(
    both.map(({ pid }) => isThere(pid)),
    [false, false],
  );
  await killPrograms();
});

test("a signal stops the program as Ctrl-C does", async () => {
  const controller = new AbortController();
  const code =
    "process.on('SIGINT', () => { console.log('drained'); process.exit(0); }); setInterval(() => {}, 1000); console.log('up')";
  const program = await startProgram("drains", ["--eval", code], { signal: controller.signal });
  await until("the program to be up", () => program.said().includes("up"));
  controller.abort();
  assert.equal(await program.ended, "exit code 0");
  assert.match(program.said(), /drained/);
  await assert.rejects(startProgram("late", forever, { signal: controller.signal }), { name: "AbortError" });
});

test("a program does not outlive the process that started it, even when that is killed", async () => {
  const code = `import { startProgram } from ${JSON.stringify(new URL("./program.ts", import.meta.url).href)};
    const { pid } = await startProgram("orphan", ${JSON.stringify(forever)});
    console.log(pid);
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = (await once(parent.stdout, "data")) as [Buffer];
  const pid = Number(String(said));
  assert.equal(isThere(pid), true);
  parent.kill("SIGKILL");
  await until("the program to be gone", () => !isThere(pid), { timeout: 10_000 });
});
