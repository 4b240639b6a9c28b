import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { parseStat, runMeasured } from "./process-tree.ts";

const linux = { skip: process.platform === "linux" ? false : "measured by Linux's /proc" };
const folder = await mkdtemp(join(tmpdir(), "streambook-tree-"));
after(() => rm(folder, { recursive: true, force: true }));

const node = (script: string, ...given: string[]): { program: string; arguments: string[] } => ({
  program: process.execPath,
  arguments: ["-e", script, ...given],
});
/** A script that takes so many seconds of CPU. */
const busy = (seconds: number): string =>
  `for (const end = process.cpuUsage().user + ${seconds * 1e6}; process.cpuUsage().user < end; ) for (let i = 0; i < 1e6; i++);`;
const BUSY = busy(0.4);
const LARGE = `globalThis.held = Buffer.alloc(150e6, 1); const late = Date.now() + 1500; while (Date.now() < late);`;

test("CPU time and memory are of the program and of what it starts", linux, async () => {
  const script = `require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(BUSY + LARGE)}]); ${BUSY}`;
  const { seconds, cpuSeconds = 0, peakBytes = 0 } = await runMeasured(node(script));
  assert.ok(cpuSeconds >= 0.8, `${cpuSeconds} s of CPU`);
  assert.ok(peakBytes >= 150e6, `${peakBytes} bytes`);
  assert.ok(seconds > 0);
});

test("a server that works for it counts with what it used meanwhile", linux, async () => {
  const file = join(folder, "served");
  const before = 2; // far more than starting the program that waits can take, on a machine however busy
  const work = `${busy(before)} console.log();`;
  const done = `require("node:fs").writeFileSync(process.argv[1], "")`;
  const server = spawn(process.execPath, [
    "-e",
    `${work} process.stdin.once("data", () => { ${BUSY} ${done}; });`,
    file,
  ]);
  await once(server.stdout, "data"); // what it used before is not the run's
  try {
    const waiting = `setInterval(() => require("node:fs").existsSync(process.argv[1]) && process.exit(), 50)`;
    const running = runMeasured({ ...node(waiting, file), servers: [server.pid ?? Number.NaN] });
    server.stdin.write("go");
    const { cpuSeconds = 0, peakBytes = 0 } = await running;
    assert.ok(cpuSeconds >= 0.4 && cpuSeconds < before, `${cpuSeconds} s of CPU`);
    assert.ok(peakBytes > 50e6, `${peakBytes} bytes`);
    assert.equal(server.exitCode, null, "and it goes on");
  } finally {
    server.kill();
  }
});

test("a program that fails is named with its exit code and its last lines", async () => {
  await assert.rejects(runMeasured(node(`console.error("no broker"); process.exit(3)`)), {
    name: "EngineFailure",
    message: /ended with exit code 3:\n {2}no broker/,
  });
});

test("what a program leaves behind is counted, and waited for", linux, async () => {
  const file = join(folder, "pid");
  const orphan = `require("fs").writeFileSync(process.argv[1], String(process.pid)); ${BUSY} setTimeout(() => {}, 800)`;
  const script = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(orphan)}, process.argv[1]], { detached: true, stdio: "inherit" }).unref(); setTimeout(() => process.exit(), 600)`;
  await runMeasured(node(script, file));
  assert.ok(!(await lives(file)), "it has ended");
});

test("stopped, a program ends with all that it has started", linux, async () => {
  const file = join(folder, "stopped");
  const child = `require("fs").writeFileSync(process.argv[1], String(process.pid)); setInterval(() => {}, 1000)`;
  const script = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}, process.argv[1]]); setInterval(() => {}, 1000)`;
  const stop = new AbortController();
  setTimeout(() => stop.abort(new DOMException("stopped", "AbortError")), 1000);
  await assert.rejects(runMeasured(node(script, file), { signal: stop.signal }), { name: "AbortError" });
  while (await lives(file)) await delay(20); // it has been killed
});

test("a program that there is not is named", async () => {
  await assert.rejects(runMeasured({ program: join(folder, "none"), arguments: [] }), {
    name: "EngineFailure",
    message: /none cannot be started: .*ENOENT/,
  });
});

test("a program that does not end in time is ended, and named", async () => {
  await assert.rejects(runMeasured(node("setInterval(() => {}, 1000)"), { limit: 1 }), {
    message: /did not end within 1 s/,
  });
});

async function lives(file: string): Promise<boolean> {
  const pid = Number(await readFile(file, "utf8"));
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => undefined);
  return stat !== undefined && !parseStat(stat).isZombie;
}

test("a name with blanks and parentheses does not shift the fields", () => {
  const fields = [
    "S",
    7,
    ...Array.from({ length: 9 }, () => 0),
    30,
    12,
    ...Array.from({ length: 6 }, () => 0),
    999,
    0,
    5,
  ];
  assert.deepEqual(parseStat(`42 (a (b) c) ${fields.join(" ")}`), {
    pid: 42,
    parent: 7,
    ticks: 42,
    started: 999,
    pages: 5,
    isZombie: false,
  });
});
