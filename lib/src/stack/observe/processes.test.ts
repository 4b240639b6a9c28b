import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { argumentsFile, type Layout, openLayout } from "../layout.ts";
import { endProcess, endTasks, findTasks, memoryOf, processRuns } from "./processes.ts";
import { findServices } from "./running.ts";

/** A program that does not end when it is asked to. */
const DEAF = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)';

/** A process that is called as a service would be. */
async function pretend(
  given: readonly string[],
  program = "setInterval(() => {}, 1000)",
  place: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["-e", `${program}; console.log("ready")`, "--", ...given], {
    ...place,
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(child.stdout as NodeJS.ReadableStream, "data");
  return child;
}

function numberOf({ pid }: ChildProcess): number {
  assert.ok(pid !== undefined, "it could not be started");
  return pid;
}

async function withHome(body: (layout: Layout, start: typeof pretend) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "streambook-processes-"));
  const children: ChildProcess[] = [];
  try {
    await body(openLayout({ STREAMBOOK_HOME: home }), async (...given) => {
      const child = await pretend(...given);
      children.push(child);
      return child;
    });
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await rm(home, { recursive: true });
  }
}

test("a service is known by its arguments file, whatever else runs", () =>
  withHome(async (layout, start) => {
    const kafka = await start([`@${argumentsFile(layout, "kafka")}`, "kafka.Kafka"]);
    await start([`@/another/home/conf/arguments/namenode.args`, "NameNode"]);
    await start([argumentsFile(layout, "datanode")]); // a person who looks at the file
    assert.deepEqual([...(await findServices(layout))], [["kafka", kafka.pid]]);
    assert.ok((await memoryOf(numberOf(kafka))) > 1 << 20);
  }));

const onLinux = { skip: process.platform === "linux" ? false : "only Linux shows the environment of a process" };

test(
  "a task is known by the environment that YARN gave it, and who only looks into its folder is left alone",
  onLinux,
  (context) =>
    withHome(async (layout, start) => {
      const cwd = join(layout.home, "data", "yarn", "local", "usercache");
      await mkdir(cwd, { recursive: true });
      const ofYarn = { env: { ...process.env, CONTAINER_ID: "container_1_0001_01_000002" } };
      const inside = await start([], undefined, { ...ofYarn, cwd });
      const named = await start([`-Djava.io.tmpdir=${cwd}`], undefined, ofYarn);
      const called = await start([`@${argumentsFile(layout, "task")}`]);
      const shell = await start([], undefined, { cwd });
      const reader = await start([join(cwd, "stderr")]);
      const elsewhere = await start([], undefined, ofYarn);
      const ours = [inside, named, called];
      assert.deepEqual((await findTasks(layout)).sort(), ours.map(({ pid }) => pid).sort());

      const kill = process.kill.bind(process);
      context.mock.method(process, "kill", (pid: number, signal: NodeJS.Signals) => {
        if (pid === inside.pid) throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
        return kill(pid, signal);
      });
      const ended = [named, called].map((child) => once(child, "exit"));
      await endTasks(layout);
      for (const end of ended) assert.deepEqual(await end, [null, "SIGKILL"]);
      context.mock.reset();
      for (const child of [inside, shell, reader, elsewhere]) assert.ok(processRuns(numberOf(child)));
    }),
);

test("a process number that was ours and is somebody else's now is neither shown nor killed", () =>
  withHome(async (layout, start) => {
    const pid = numberOf(await start(["something", "else"], DEAF));
    assert.equal((await findServices(layout)).size, 0);
    const answers = [pid, undefined]; // ours when it is asked to end; not any more when it has not
    assert.equal(await endProcess(async () => answers.shift(), 0.1), "ended");
    assert.deepEqual(answers, [], "it was looked at again before it was killed");
    assert.ok(processRuns(pid));
    assert.equal(await endProcess(async () => undefined, 1), "ended");
  }));

test("a process is asked to end, and killed when it does not", () =>
  withHome(async (layout, start) => {
    const given = [`@${argumentsFile(layout, "kafka")}`, "x"];
    const find = async (): Promise<number | undefined> => (await findServices(layout)).get("kafka");
    await start(given);
    assert.equal(await endProcess(find, 10), "ended");
    await start(given, DEAF);
    assert.equal(await endProcess(find, 0.2), "killed");
    assert.equal((await findServices(layout)).size, 0);
  }));
