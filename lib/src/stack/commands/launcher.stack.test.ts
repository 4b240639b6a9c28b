import assert from "node:assert/strict";
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { jarsFolder } from "../../../../setup/paths.mjs";
import { addresses } from "../addresses.ts";
import { down } from "./down.ts";
import type { StackEvent } from "../events.ts";
import { type Guardian, startGuardian } from "./guardian.ts";
import { openLayout } from "../layout.ts";
import { portIsFree } from "../launch/ports.ts";
import { reset } from "./reset.ts";
import { findServices } from "../observe/running.ts";
import { deadServices, isHealthy, type ServiceStatus, status } from "./status.ts";
import { up, type UpOptions } from "./up.ts";
import { ownServices } from "../own-services-for-test.ts";

/** A stack of its own, of Kafka alone, in a folder whose name wants quoting, on the well-known ports where they are free. */
suite("the launcher", () => {
  let home = "";
  let environment: NodeJS.ProcessEnv = {};
  let events: StackEvent[] = [];
  let occupied: Server | undefined;
  let guardian: Guardian;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), "streambook it's a home, "));
    const jars = jarsFolder();
    const { STREAMBOOK_PORTS: _ports, ...rest } = ownServices();
    environment = { ...rest, STREAMBOOK_HOME: home, STREAMBOOK_JARS: jars };
    guardian = await startGuardian({ services: "all", remove: [home] }, environment);
    occupied = await listenOn(9092); // undefined when a stack of the user has it already
  });
  after(async () => {
    await reset({ environment });
    await rm(home, { recursive: true, force: true });
    occupied?.close();
    await guardian[Symbol.asyncDispose]();
  });

  function upKafka(more: UpOptions = {}): ReturnType<typeof up> {
    events = [];
    return up({ services: ["kafka"], environment, onProgress: (event) => events.push(event), ...more });
  }
  async function kafka(): Promise<ServiceStatus> {
    const found = (await status({ environment })).find(({ name }) => name === "kafka");
    assert.ok(found);
    return found;
  }
  async function running(): Promise<string[]> {
    return [...(await findServices(openLayout(environment))).keys()];
  }

  test("an interrupted start leaves no process", async () => {
    const stop = new AbortController();
    const starting = upKafka({
      signal: stop.signal,
      onProgress: ({ kind }) => kind === "starting" && stop.abort(new DOMException("stopped", "AbortError")),
    });
    await assert.rejects(starting, { name: "AbortError" });
    assert.deepEqual(await running(), []);
  });

  test("of two that start at once, one starts Kafka and the other finds it", async () => {
    const [first, second] = await Promise.all([upKafka(), up({ services: ["kafka"], environment })]);
    assert.deepEqual([...first.started, ...second.started], ["kafka"]);
    assert.deepEqual(first.addresses, second.addresses);
    assert.deepEqual(await addresses(environment), first.addresses);
    assert.deepEqual((await upKafka()).started, []);
  });

  test("a well-known port that is taken is said, and another one used", async () => {
    const { addresses: places } = await upKafka();
    assert.notEqual(places.kafka, "127.0.0.1:9092");
    await down({ environment });
    await upKafka();
    assert.ok(
      events.some(
        ({ kind, message }) => kind === "notice" && /Kafka: port 9092 \(broker\) is taken, using \d+/.test(message),
      ),
    );
  });

  test("status shows what runs and what nobody wants to run", async () => {
    const { state, pid, memory = 0, started, place } = await kafka();
    assert.deepEqual([state, place], ["running", (await addresses(environment)).kafka]);
    assert.ok(pid !== undefined && memory > 1 << 20 && started !== undefined);
    assert.ok(isHealthy(await status({ environment })));
  });

  test("a shell with another folder for temporary files finds the same stack", async () => {
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = await mkdtemp(join(tmpdir(), "streambook another shell "));
    try {
      assert.equal((await kafka()).state, "running");
      assert.deepEqual((await upKafka()).started, []);
    } finally {
      await rm(process.env["TMPDIR"], { recursive: true });
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
  });

  test("a service that dies is noticed and named, with the end of its log, and started again", async () => {
    const { pid } = await kafka();
    assert.ok(pid !== undefined);
    process.kill(pid, "SIGKILL");
    while ((await running()).length > 0);
    const died = await kafka();
    assert.deepEqual(await deadServices({ environment }), [died]);
    assert.equal(died.state, "died");
    assert.ok(
      (died.log ?? []).some((line) => /Kafka Server started/.test(line)),
      died.log?.join("\n"),
    );
    assert.equal(isHealthy(await status({ environment })), false);
    assert.deepEqual((await upKafka()).started, ["kafka"]);
    assert.equal((await kafka()).state, "running");
  });

  test("services whose state file is lost are found all the same", async () => {
    await rm(join(home, "state.json"));
    assert.deepEqual((await upKafka()).started, ["kafka"]);
    assert.deepEqual(await running(), ["kafka"]);
  });

  test("down leaves no process and keeps what was stored", async () => {
    const { kafka: place } = await addresses(environment);
    assert.deepEqual(await down({ environment }), ["kafka"]);
    assert.deepEqual(await running(), []);
    assert.ok(await portIsFree(Number(place.split(":")[1])));
    assert.ok((await readdir(join(home, "data", "kafka"))).includes("meta.properties"));
    await assert.rejects(addresses(environment), { code: "STACK_DOWN" });
    assert.deepEqual(await down({ environment }), []);
  });

  test("a service that cannot start ends the command with its reason", async () => {
    const file = join(home, "data", "kafka", "meta.properties");
    const good = await readFile(file, "utf8");
    await writeFile(file, good.replace(/node\.id=\d+/, "node.id=99"));
    await assert.rejects(upKafka(), {
      code: "SERVICE_DIED",
      message: /Kafka ended while it started \(exit code 1\): .*99.*; its log is .*kafka\.log/,
    });
    assert.ok((events.find(({ kind }) => kind === "died")?.log?.length ?? 0) > 0);
    await writeFile(file, good);
    await upKafka();
  });

  test("a log that has grown large is put aside at the next start", async () => {
    await down({ environment });
    const log = join(home, "logs", "kafka.log");
    await appendFile(log, "x".repeat(9 << 20));
    await upKafka();
    assert.ok((await readdir(join(home, "logs"))).includes("kafka.log.1"));
  });

  test("reset asks first, then removes everything it made", async () => {
    assert.equal(await reset({ environment, confirm: async () => false }), false);
    assert.deepEqual(await running(), ["kafka"]);
    assert.equal(await reset({ environment, confirm: async (folders) => folders.includes(join(home, "data")) }), true);
    assert.deepEqual(await running(), []);
    await assert.rejects(readdir(home), { code: "ENOENT" });
  });
});

/** Occupies a port if it is free. */
function listenOn(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(undefined)).listen(port, "127.0.0.1", () => resolve(server));
  });
}
