import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { argumentsFile, type Layout, openLayout } from "./layout.ts";
import { endProcess, findServices, memoryOf, processRuns } from "./processes.ts";

/** A process that is called as a service would be. */
async function pretend(words: readonly string[], program = "setInterval(() => {}, 1000)"): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["-e", `${program}; console.log("ready")`, "--", ...words], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(child.stdout as NodeJS.ReadableStream, "data");
  return child;
}

async function withHome(body: (layout: Layout, start: typeof pretend) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "streambook-processes-"));
  const children: ChildProcess[] = [];
  try {
    await body(openLayout({ STREAMBOOK_HOME: home }), async (...words) => {
      const child = await pretend(...words);
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
    assert.ok((await memoryOf(kafka.pid ?? 0)) > 1 << 20);
  }));

test("a process number that was ours and is somebody else's now is neither shown nor killed", () =>
  withHome(async (layout, start) => {
    const other = await start(["something", "else"]);
    assert.equal((await findServices(layout)).size, 0);
    assert.equal(await endProcess(async () => undefined, 1), "ended");
    assert.ok(processRuns(other.pid ?? 0));
  }));

test("a process is asked to end, and killed when it does not", () =>
  withHome(async (layout, start) => {
    const words = [`@${argumentsFile(layout, "kafka")}`, "x"];
    const find = async (): Promise<number | undefined> => (await findServices(layout)).get("kafka");
    await start(words);
    assert.equal(await endProcess(find, 10), "ended");
    await start(words, 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)');
    assert.equal(await endProcess(find, 0.2), "killed");
    assert.equal((await findServices(layout)).size, 0);
  }));
