/** A service whose port was taken while it was dead comes back on another, and all that depends on it follows. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { until } from "../lib/src/async/index.ts";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { openHive } from "../lib/src/hive/index.ts";
import {
  addresses,
  doctor,
  down,
  type Finding,
  type Guardian,
  homeFolder,
  isHealthy,
  startGuardian,
  status,
  up,
} from "../lib/src/stack/index.ts";
import { ownServices } from "../lib/src/stack/own-services-for-test.ts";

suite("HDFS and Hive, when the NameNode's ports are taken while it is dead", () => {
  let home = "";
  let environment: NodeJS.ProcessEnv = {};
  let guardian: Guardian;
  const strangers: Server[] = [];
  const children: ChildProcess[] = [];

  before(async () => {
    home = await mkdtemp(join(tmpdir(), "streambook-moved-"));
    const jars = process.env["STREAMBOOK_JARS"] ?? join(homeFolder({}), "jars");
    const rest = ownServices();
    environment = { ...rest, STREAMBOOK_HOME: home, STREAMBOOK_JARS: jars, STREAMBOOK_PORTS: "free" };
    guardian = await startGuardian({ services: "all", remove: [home] }, environment);
    await up({ services: ["hive"], environment });
  });
  after(async () => {
    for (const stranger of strangers) stranger.close();
    for (const child of children) child.kill("SIGKILL");
    await down({ environment });
    await guardian[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  async function query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    await using hive = await openHive({ address: (await addresses(environment)).hive });
    return await hive.query(sql);
  }
  /** What the doctor has to say of the services and their connections. */
  async function complaints(): Promise<string[]> {
    const findings = await doctor({ environment, askHive: (sql) => query(sql) });
    const ofServices = ({ name }: Finding): boolean => /→|HDFS|Hive/.test(name);
    return findings.filter((one) => ofServices(one) && !one.ok).map(({ name, found }) => `${name}: ${found}`);
  }
  async function processOf(service: string): Promise<number> {
    const { pid } = (await status({ environment })).find(({ name }) => name === service) ?? {};
    assert.ok(pid !== undefined, `${service} runs`);
    return pid;
  }
  async function gone(pid: number): Promise<void> {
    process.kill(pid, "SIGKILL");
    await until("it to be gone", async () => (await status({ environment })).every((service) => service.pid !== pid));
  }
  async function occupy(address: string): Promise<void> {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(Number(address.split(":").at(-1)), "127.0.0.1", resolve));
    strangers.push(server);
  }

  test("`up namenode` starts DataNode and HiveServer2 again, with the new address, and what was stored is there", async () => {
    const before = await addresses(environment);
    const hdfs = new Hdfs({ address: before.webhdfs });
    await hdfs.write("/kept.txt", Buffer.from("kept"));
    await query("CREATE TABLE moved (n INT) STORED AS PARQUET");
    await query("INSERT INTO moved VALUES (1), (2), (3)");
    assert.deepEqual(await complaints(), []);

    await gone(await processOf("namenode"));
    assert.match((await complaints()).join("\n"), /HDFS NameNode: died/);
    await occupy(before.hdfs);
    await occupy(before.webhdfs);
    const notices: string[] = [];
    const { started, addresses: now } = await up({
      services: ["namenode"],
      environment: { ...environment, STREAMBOOK_PORTS: "well-known" },
      onProgress: ({ kind, message }) => kind === "notice" && notices.push(message),
    });
    assert.notEqual(now.hdfs, before.hdfs);
    assert.deepEqual([...started].sort(), ["datanode", "hiveserver2", "namenode"]);
    assert.match(notices.join("\n"), /datanode, hiveserver2: started again, because an address/);
    assert.equal(String(await new Hdfs({ address: now.webhdfs }).read("/kept.txt")), "kept");
    await new Hdfs({ address: now.webhdfs }).write("/new.txt", Buffer.from("new"));
    assert.deepEqual(await query("SELECT SUM(n) AS sum FROM moved"), [{ sum: 6 }]);
    assert.ok(isHealthy(await status({ environment })));
    assert.deepEqual(await complaints(), []);
  });

  test("the doctor sees a DataNode that has stopped to work, though it lives and the NameNode still counts it", async () => {
    const pid = await processOf("datanode");
    process.kill(pid, "SIGSTOP");
    try {
      assert.match((await complaints()).join("\n"), /HDFS DataNode → HDFS: waited 5 s for HDFS DataNode to answer/);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    assert.deepEqual(await complaints(), []);
  });

  test("the doctor sees a DataNode that calls another address than the NameNode's", async () => {
    const pid = await processOf("datanode");
    const [program = "", ...args] = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").slice(0, -1);
    await gone(pid);
    await up({ services: ["namenode"], environment });
    const { state } = (await status({ environment })).find(({ name }) => name === "datanode") ?? {};
    assert.equal(state, "died", "it is not forgotten because another service was asked for");
    const { hdfs } = await addresses(environment);
    const port = hdfs.split(":").at(-1) ?? "";
    const files = ["core-site.xml", "hdfs-site.xml"].map((name) => join(home, "conf", "hadoop", name));
    const good = await Promise.all(files.map((file) => readFile(file, "utf8")));
    for (const [index, file] of files.entries())
      await writeFile(file, (good[index] ?? "").replaceAll(`:${port}<`, ":1<"));
    children.push(spawn(program, args, { cwd: home, stdio: "ignore" }));
    const complaint = /HDFS DataNode → HDFS: it looks for files at hdfs:\/\/127\.0\.0\.1:1, but HDFS is at hdfs/;
    const found = await until("the complaint", async () => complaint.test((await complaints()).join("\n")), {
      timeout: 180_000, // a doctor asks Hive too, which takes its time beside other tests
    });
    assert.ok(found);
    const said: string[] = [];
    await down({ environment, services: ["datanode"], onProgress: ({ message }) => said.push(message) });
    assert.match(said.join("\n"), /^HiveServer2 ends too, because it uses .*HDFS DataNode/m);
    await up({ environment, services: ["hive"] });
    assert.deepEqual(await complaints(), []);
  });
});
