import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { choosePorts as choose, claimsFolder, type PortOptions, portIsFree } from "./ports.ts";
import { resolveServices, service } from "../catalog/index.ts";
import { allWellKnownPorts } from "../place.ts";
import type { Ports } from "../service.ts";

const nobody = new Set<string>();
const core = resolveServices();
const portsOf = (ports: Ports): number[] => core.flatMap((name) => Object.values(ports[name] ?? {}));

// Claims of their own: a stack that just starts on this machine has some too.
const temporary = await mkdtemp(join(tmpdir(), "streambook-ports-test-"));
after(() => rm(temporary, { recursive: true }));
const claims = join(temporary, "claims");
const choosePorts = (options: PortOptions): ReturnType<typeof choose> => choose({ claims, ...options });
beforeEach(() => rm(claims, { recursive: true, force: true }));

async function claimAs(pid: number, port: number): Promise<void> {
  await mkdir(claims, { recursive: true });
  await writeFile(join(claims, String(port)), String(pid));
}

async function goneProcess(): Promise<number> {
  const child = spawn(process.execPath, ["--eval", ""]);
  await once(child, "exit");
  assert.ok(child.pid !== undefined);
  return child.pid;
}

test("every service gets its well-known ports when they are free", async () => {
  const { ports, release } = await choosePorts({ wanted: core, running: nobody, isFree: async () => true });
  for (const name of core) assert.deepEqual(ports[name], service(name).ports);
  await release();
});

test("where one is taken, the next free one that is nobody's is used, and it is said", async () => {
  const taken = new Set([9870, 9871, 8030]);
  const reported: unknown[] = [];
  const { ports, release } = await choosePorts({
    wanted: core,
    running: nobody,
    isFree: async (port) => !taken.has(port),
    onTaken: (...taken) => reported.push(taken),
  });
  assert.equal(ports["namenode"]?.["http"], 9872);
  assert.equal(ports["resourcemanager"]?.["scheduler"], 8034, "8031 to 8033 are wanted by the same service");
  assert.deepEqual(reported, [
    ["namenode", "http", 9870, 9872],
    ["resourcemanager", "scheduler", 8030, 8034],
  ]);
  await release();
});

test("a service that runs keeps its ports, and nobody else is given them", async () => {
  const first = await choosePorts({ wanted: core, running: nobody, isFree: async (port) => port !== 9092 });
  await first.release();
  assert.equal(first.ports["kafka"]?.["broker"], 9095);
  const running = new Set(["kafka"]);
  const second = await choosePorts({
    wanted: core,
    running,
    previous: first.ports,
    isFree: async (port) => port !== 9095,
  });
  assert.equal(second.ports["kafka"]?.["broker"], 9095);
  await second.release();
});

test("a port that was used instead the last time is preferred to a new one", async () => {
  const previous = { ...allWellKnownPorts(), namenode: { ...service("namenode").ports, rpc: 8123 } };
  const { ports, release } = await choosePorts({
    wanted: core,
    running: nobody,
    previous,
    isFree: async (port) => port !== 8020,
  });
  assert.equal(ports["namenode"]?.["rpc"], 8123);
  await release();
});

test("a port by which instances remember each other is taken again, whatever the mode, where it is free", async () => {
  const kept = { kafka: { controller: 9777 } };
  for (const isTaken of [false, true]) {
    const isFree = async (port: number): Promise<boolean> => !isTaken || port !== 9777;
    const { ports, release } = await choosePorts({ wanted: core, running: nobody, kept, mode: "free", isFree });
    assert.equal(ports["kafka"]?.["controller"] === 9777, !isTaken);
    await release();
  }
});

test("no port is given twice", async () => {
  const { ports, release } = await choosePorts({ wanted: core, running: nobody, mode: "free" });
  const all = portsOf(ports);
  assert.equal(new Set(all).size, all.length);
  await release();
});

test("where any free port will do, a service that comes back takes its own, and another only if that is taken", async () => {
  const free = { wanted: core, running: nobody, mode: "free" } as const;
  const { ports: first, release } = await choosePorts(free);
  await release();
  const again = await choosePorts({ ...free, wanted: ["kafka"], previous: first });
  await again.release();
  assert.deepEqual(again.ports["kafka"], first["kafka"]);
  const taken = first["kafka"]?.["broker"];
  const isFree = async (port: number): Promise<boolean> => port !== taken;
  const moved = await choosePorts({ ...free, wanted: ["kafka"], previous: first, isFree });
  await moved.release();
  assert.notEqual(moved.ports["kafka"]?.["broker"], taken);
  assert.equal(moved.ports["kafka"]?.["controller"], first["kafka"]?.["controller"]);
});

test("where any free port will do, a service that has never run does not take its well-known one", async () => {
  const { ports, release } = await choosePorts({
    ...{ wanted: ["kafka"], running: nobody, mode: "free", isFree: async () => true },
    previous: allWellKnownPorts(),
  });
  await release();
  assert.notDeepEqual(ports["kafka"], service("kafka").ports);
});

test("a port that another process has claimed is passed over, until that process is gone", async () => {
  await claimAs(process.ppid, 9870);
  await claimAs(await goneProcess(), 9092);
  const { ports, release } = await choosePorts({ wanted: core, running: nobody, isFree: async () => true });
  assert.equal(ports["namenode"]?.["http"], 9871);
  assert.equal(ports["kafka"]?.["broker"], 9092);
  await release();
  assert.deepEqual(await readdir(claims), ["9870"], "the claim of the other process is its own to release");
});

test("stacks that start at the same moment get different ports, also those whose last owner is gone", async () => {
  const gone = await goneProcess();
  const wanted = core.flatMap((name) => Object.values(service(name).ports));
  for (const port of new Set(wanted.flatMap((first) => [0, 1, 2, 3, 4, 5].map((more) => first + more))))
    await claimAs(gone, port);
  const program = `
    import { choosePorts } from ${JSON.stringify(new URL("./ports.ts", import.meta.url).href)};
    console.log("ready");
    await new Promise((resolve) => process.stdin.once("data", resolve));
    const claims = ${JSON.stringify(claims)};
    const wanted = ${JSON.stringify(core)};
    const { ports } = await choosePorts({ wanted, running: new Set(), isFree: async () => true, claims });
    console.log(JSON.stringify(ports)); // and waits, since a claim ends with its process`;
  const stacks = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: ["pipe", "pipe", "inherit"] }),
  );
  try {
    await Promise.all(stacks.map(({ stdout }) => once(stdout, "data")));
    for (const { stdin } of stacks) stdin.write("go");
    const given = await Promise.all(stacks.map(async ({ stdout }) => String((await once(stdout, "data"))[0])));
    const all = given.flatMap((text) => portsOf(JSON.parse(text) as Ports));
    assert.equal(new Set(all).size, all.length);
  } finally {
    for (const stack of stacks) stack.kill();
  }
});

test("ports are claimed at one place, whatever the folder for temporary files of a shell is", async () => {
  const before = process.env["TMPDIR"];
  const places = ["/tmp/one", "/tmp/two words", ""].map((folder) => {
    process.env["TMPDIR"] = folder;
    return claimsFolder();
  });
  if (before === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = before;
  assert.equal(new Set(places).size, 1, places.join());
  assert.match(places[0] ?? "", /^\/(?:var\/)?tmp\/streambook-ports-/);
});

test("a port on which somebody listens is not free", async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
  assert.equal(await portIsFree(port), false);
  await new Promise((resolve) => server.close(resolve));
  assert.equal(await portIsFree(port), true);
});

test("when no port is free, that is what the error says", async () => {
  await assert.rejects(
    choosePorts({ wanted: core, running: nobody, isFree: async () => false }),
    /no free port was found on 127\.0\.0\.1/,
  );
});
