import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "../../async/index.ts";
import { processRuns } from "../observe/processes.ts";

/** A program that has started another one and made a folder, and has a guardian for both. */
const PROGRAM = `
  const { spawn } = await import("node:child_process");
  const { startGuardian } = await import(${JSON.stringify(fileURLToPath(new URL("guardian.ts", import.meta.url)))});
  const guardian = await startGuardian({ services: "none", remove: [process.argv[1]] });
  const other = spawn(process.execPath, ["--eval", "setInterval(() => 0, 1000)"], { detached: true, stdio: "ignore" });
  await guardian.watch(other.pid);
  process.on("SIGTERM", async () => {
    await guardian[Symbol.asyncDispose]();
    process.exit();
  });
  setInterval(() => 0, 1000);
  console.log(other.pid);`;

async function withProgram(
  body: (program: ChildProcess, other: number, folder: string, home: string) => Promise<void>,
): Promise<void> {
  const around = await mkdtemp(join(tmpdir(), "streambook-guardian-"));
  const home = join(around, "home");
  const folder = join(around, "scratch");
  await mkdir(join(folder, "inner"), { recursive: true });
  const program = spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM, folder], {
    env: { ...process.env, STREAMBOOK_HOME: home, NODE_TEST_CONTEXT: undefined },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = (await Promise.race([once(program.stdout, "data"), once(program.stdout, "end")])) as [Buffer?];
  const other = Number(String(said));
  try {
    assert.ok(other > 0, "the program has failed before it said which process it has started");
    await body(program, other, folder, home);
  } finally {
    program.kill("SIGKILL");
    if (other > 0 && processRuns(other)) process.kill(other, "SIGKILL");
    await rm(around, { recursive: true, force: true, maxRetries: 5 });
  }
}

for (const signal of ["SIGKILL", "SIGHUP"] as const) {
  test(`a program that ends by ${signal} takes with it what it has started and made`, () =>
    withProgram(async (program, other, folder, home) => {
      program.kill(signal);
      await once(program, "exit");
      await until("the other program to be gone", () => !processRuns(other));
      await until("the folder to be gone", () => !existsSync(folder));
      const log = await readFile(join(home, "logs", "guardian.log"), "utf8");
      assert.match(log, new RegExp(`process ${program.pid} is gone`));
    }));
}

test("a program that has cleaned up itself has a guardian that does nothing", () =>
  withProgram(async (program, other, folder, home) => {
    program.kill("SIGTERM");
    await once(program, "exit");
    const command = `guardian-worker.ts\0${program.pid}\0`;
    await until("the guardian to be gone", async () => {
      const numbers = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
      const all = await Promise.all(numbers.map((name) => readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "")));
      return !all.some((line) => line.includes(command));
    });
    assert.ok(processRuns(other));
    assert.deepEqual(await readdir(folder), ["inner"]);
    assert.equal(await readFile(join(home, "logs", "guardian.log"), "utf8"), "");
  }));
