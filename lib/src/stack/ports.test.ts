import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { choosePorts, portIsFree } from "./ports.ts";
import { SERVICE_NAMES, type ServiceName, SERVICES } from "./services.ts";

const nobody = new Set<ServiceName>();

test("every service gets its well-known ports when they are free", async () => {
  const { ports, release } = await choosePorts({ running: nobody, isFree: async () => true });
  for (const name of SERVICE_NAMES) assert.deepEqual(ports[name], SERVICES[name].ports);
  await release();
});

test("where one is taken, the next free one that is nobody's is used, and it is said", async () => {
  const taken = new Set([9870, 9871, 8030]);
  const told: unknown[] = [];
  const { ports, release } = await choosePorts({
    running: nobody,
    isFree: async (port) => !taken.has(port),
    onTaken: (...words) => told.push(words),
  });
  assert.equal(ports.namenode["http"], 9872);
  assert.equal(ports.resourcemanager["scheduler"], 8034, "8031 to 8033 are wanted by the same service");
  assert.deepEqual(told, [
    ["namenode", "http", 9870, 9872],
    ["resourcemanager", "scheduler", 8030, 8034],
  ]);
  await release();
});

test("a service that runs keeps its ports, and nobody else is given them", async () => {
  const first = await choosePorts({ running: nobody, isFree: async (port) => port !== 9092 });
  await first.release();
  assert.equal(first.ports.kafka["broker"], 9095);
  const running = new Set<ServiceName>(["kafka"]);
  const second = await choosePorts({ running, previous: first.ports, isFree: async (port) => port !== 9095 });
  assert.equal(second.ports.kafka["broker"], 9095);
  await second.release();
});

test("a port that was used instead the last time is preferred to a new one", async () => {
  const previous = Object.fromEntries(SERVICE_NAMES.map((name) => [name, { ...SERVICES[name].ports }])) as Record<
    ServiceName,
    Record<string, number>
  >;
  previous.namenode["rpc"] = 8123;
  const { ports, release } = await choosePorts({ running: nobody, previous, isFree: async (port) => port !== 8020 });
  assert.equal(ports.namenode["rpc"], 8123);
  await release();
});

test("two stacks that start at the same moment get different ports", async () => {
  // The other stack is another process; a claim of this one is its own.
  const { ports, release } = await choosePorts({ running: nobody, mode: "free" });
  const all = SERVICE_NAMES.flatMap((name) => Object.values(ports[name]));
  assert.equal(new Set(all).size, all.length);
  await release();
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
    choosePorts({ running: nobody, isFree: async () => false }),
    /no free port was found on 127\.0\.0\.1/,
  );
});
