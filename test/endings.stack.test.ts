/** Every way to end a run ends what it has started: signals, a closed terminal, Ctrl-C twice, `kill -9`, the death of npm. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "../lib/src/async/index.ts";
import {
  down,
  type Guardian,
  homeFolder,
  startGuardian,
  projectFolder,
  status,
  temporaryServices,
  up,
  useStack,
} from "../lib/src/stack/index.ts";
import { withLock } from "../setup/lock.mjs";
import { ownServices } from "../lib/src/stack/own-services-for-test.ts";

/** `npm start` of a small run, on a terminal of its own. */
interface OnTerminal {
  /** The terminal: killed, it is a window that was closed. */
  readonly terminal: ChildProcess;
  readonly closed: Promise<unknown>;
  /** What is to be read there. */
  readonly text: () => string;
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
}

const onLinux = {
  skip: process.platform === "linux" ? false : "`script` takes other arguments elsewhere than on Linux",
};

suite("a run that has started Kafka", onLinux, () => {
  let folder = "";
  let home = "";
  let environment: NodeJS.ProcessEnv = {};
  let guardian: Guardian;
  const terminals: ChildProcess[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "streambook-endings-"));
    home = join(folder, "home");
    const start = `"${process.execPath}" "${join(projectFolder(), "test", "fixtures", "kafka-run.mjs")}"`;
    await writeFile(join(folder, "package.json"), JSON.stringify({ scripts: { start } }));
    const jars = process.env["STREAMBOOK_JARS"] ?? join(homeFolder({}), "jars");
    const { NODE_TEST_CONTEXT: _context, ...rest } = ownServices();
    environment = { ...rest, STREAMBOOK_HOME: home, STREAMBOOK_JARS: jars, STREAMBOOK_PORTS: "free" };
    guardian = await startGuardian({ services: "all", remove: [folder] }, environment);
  });
  after(async () => {
    for (const terminal of terminals) terminal.kill("SIGKILL");
    await down({ environment });
    await guardian[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  function start(): OnTerminal {
    return begin("npm start");
  }
  function begin(command: string): OnTerminal {
    const terminal = spawn("script", ["-qefc", command, "/dev/null"], { cwd: folder, env: environment });
    terminals.push(terminal);
    let said = "";
    for (const stream of [terminal.stdout, terminal.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (said += text));
    const says = (pattern: RegExp): Promise<RegExpExecArray> =>
      until(`the run to say ${String(pattern)}`, () => pattern.exec(said) ?? undefined, { timeout: 60_000 }).catch(
        (error: Error) => {
          throw new Error(`${error.message}; it said: ${said}`);
        },
      );
    return { terminal, closed: once(terminal, "close"), text: () => said, says };
  }

  /** Processes of this test's stack and its runs, by what their command lines or their environments name. */
  async function left(): Promise<string[]> {
    const found: string[] = [];
    for (const name of await readdir("/proc")) {
      if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
      const variables = await readFile(`/proc/${name}/environ`, "utf8").catch(() => "");
      const command = (await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ");
      if (command.includes(`guardian-worker.ts ${process.pid} `)) continue; // this test's own
      if (command.includes(home) || variables.includes(`STREAMBOOK_HOME=${home}\0`)) found.push(command.slice(0, 120));
    }
    return found;
  }
  async function nothingIsLeft(): Promise<void> {
    await until("everything to end", async () => (await left()).length === 0, { timeout: 40_000 }).catch(async () =>
      assert.deepEqual(await left(), []),
    );
    assert.deepEqual(
      (await readdir(join(home, "users"))).filter((name) => name.endsWith(".lock")),
      [],
    );
  }
  async function processOf(run: OnTerminal): Promise<number> {
    return Number((await run.says(/process (\d+) starts/))[1]);
  }
  async function npmOf(run: OnTerminal): Promise<number> {
    for (let pid = await processOf(run); pid > 1;) {
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8");
      if (command.startsWith("npm")) return pid;
      const stat = await readFile(`/proc/${pid}/stat`, "utf8");
      pid = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    }
    throw new Error("there is no npm above the run");
  }

  const endings: readonly (readonly [string, RegExp, (run: OnTerminal) => Promise<unknown>])[] = [
    ["the terminal is closed", /Kafka runs/, async ({ terminal }) => terminal.kill("SIGKILL")],
    ["SIGTERM reaches npm alone", /Kafka: starting/, async (run) => process.kill(await npmOf(run), "SIGTERM")],
    ["npm is killed while Kafka starts", /Kafka: starting/, async (run) => process.kill(await npmOf(run), "SIGKILL")],
    [
      "Ctrl-C is pressed twice",
      /Kafka runs/,
      ({ terminal, closed, says }) =>
        // While another command is using the stack, the run cannot end it: so the second one always finds it there.
        withLock(join(home, "stack.lock"), "a test", async () => {
          terminal.stdin?.write("\x03");
          await says(/cleaning up/);
          await delay(300); // sooner, it would be the first one heard again
          terminal.stdin?.write("\x03");
          await closed;
        }),
    ],
    [
      "kill -9 hits it while Kafka starts",
      /Kafka: starting/,
      async (run) => process.kill(await processOf(run), "SIGKILL"),
    ],
  ];
  for (const [what, when, end] of endings) {
    test(`leaves nothing when ${what}`, async () => {
      const run = start();
      await run.says(when);
      await end(run);
      await nothingIsLeft();
    });
  }

  test("leaves nothing of the whole stack when the terminal is closed 8 s into `npm start`", async () => {
    const run = begin(`npm --prefix "${projectFolder()}" start -- --output "${join(home, "output")}"`);
    await run.says(/Start the stack/);
    await delay(8000);
    run.terminal.kill("SIGKILL");
    await nothingIsLeft();
  });

  test("leaves Kafka to another program that uses it; the last run ends it", async () => {
    const first = start();
    await first.says(/Kafka runs/);
    await using other = await useStack("streambook consume", environment);
    first.terminal.stdin?.write("\x03");
    await first.says(/ended: ; stays for: streambook consume/);
    await first.closed;
    assert.deepEqual(await temporaryServices({ environment }), ["kafka"]);
    const second = start();
    await second.says(/Kafka runs/);
    assert.doesNotMatch(second.text(), /Kafka: starting/);
    process.kill(await processOf(second), "SIGKILL");
    await second.closed;
    const { state } = (await status({ environment })).find(({ name }) => name === "kafka") ?? {};
    assert.equal(state, "running");
    await other[Symbol.asyncDispose]();
    const last = start();
    await last.says(/Kafka runs/);
    process.kill(await processOf(last), "SIGINT");
    await last.says(/ended: kafka; stays for: $/m);
    await nothingIsLeft();
  });

  test("leaves Kafka alone when somebody has asked for it by `up`, also while the run was going", async () => {
    const run = start();
    await run.says(/Kafka runs/);
    assert.deepEqual((await up({ services: ["kafka"], environment })).started, []);
    process.kill(await processOf(run), "SIGTERM");
    await run.says(/ended: ; stays for: $/m);
    await run.closed;
    assert.deepEqual(await temporaryServices({ environment }), []);
    assert.equal((await status({ environment })).find(({ name }) => name === "kafka")?.state, "running");
    await down({ environment });
    await nothingIsLeft();
  });
});
