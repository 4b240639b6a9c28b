/** What reaches a program of the project when it, its terminal, its shell or its npm is ended. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "../lib/src/async/index.ts";
import { projectFolder } from "../lib/src/stack/index.ts";

interface Listener {
  readonly starter: ChildProcess;
  readonly pid: number;
  /** What it has written by now. */
  readonly text: () => Promise<string>;
  readonly says: (pattern: RegExp) => Promise<unknown>;
}

/** Starts the listener by a shell's command, in which `RUN` stands for its own call, and waits until it works. */
async function listening(command: string, body: (listener: Listener) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "streambook-signals-"));
  const file = join(folder, "log");
  const run = `"${process.execPath}" "${join(projectFolder(), "test", "fixtures", "listener.mjs")}" "${file}"`;
  await writeFile(join(folder, "package.json"), JSON.stringify({ scripts: { start: run } }));
  const starter = spawn("sh", ["-c", command.replace("RUN", run)], {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const text = async (): Promise<string> => readFile(file, "utf8").catch(() => "");
  const says = (pattern: RegExp): Promise<unknown> =>
    until(`the program to say ${String(pattern)}`, async () => pattern.exec(await text()) ?? undefined, {
      interval: 20,
    });
  let pid = 0;
  try {
    await says(/beat 1\n/);
    pid = Number(/process (\d+)/.exec(await text())?.[1]);
    await body({ starter, pid, text, says });
  } finally {
    if (pid > 0) endIfThere(pid);
    starter.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function endIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
  }
}

test("npm that is ended, by any signal, is heard of once, and as a closed terminal", async () => {
  for (const signal of ["SIGTERM", "SIGKILL"] as const)
    await listening("exec npm start", async ({ starter, text, says }) => {
      starter.kill(signal);
      await says(/first SIGHUP\n/);
      await says(new RegExp(`first SIGHUP\n(beat \\d+\n){15}`)); // it goes on, and hears nothing more
      assert.doesNotMatch(await text(), /again/);
    });
});

test("a program in the background goes on when the shell that started it is gone", async () => {
  for (const command of ["RUN & sleep 1", "npm start & sleep 1"])
    await listening(command, async ({ starter, text, says }) => {
      if (starter.exitCode === null) await once(starter, "exit");
      const beats = Number(/.*beat (\d+)/s.exec(await text())?.[1]);
      await says(new RegExp(`beat ${beats + 20}\n`));
      assert.doesNotMatch(await text(), /first/);
    });
});

test("a second signal means it, but not SIGHUP, and not the echo of the first", async () => {
  await listening("exec RUN", async ({ pid, text, says }) => {
    process.kill(pid, "SIGINT");
    process.kill(pid, "SIGTERM");
    await says(/first SIG(?:INT|TERM)\n/); // two that wait for a busy process arrive in any order
    await delay(300);
    process.kill(pid, "SIGHUP");
    await delay(100);
    assert.doesNotMatch(await text(), /again/);
    process.kill(pid, "SIGTERM");
    await says(/again SIGTERM\n/);
  });
});

test("a reader that goes away is heard of, and ends nothing", async () => {
  await listening("exec RUN", async ({ starter, text, says }) => {
    starter.stdout?.destroy();
    await says(/nobody reads\n(beat \d+\n){3}/);
    assert.equal((await text()).match(/nobody reads/g)?.length, 1);
  });
});
