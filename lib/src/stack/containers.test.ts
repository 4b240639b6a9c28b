import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { containerSettings, runInContainer } from "./container-run.ts";
import { containerAddresses, publishedPorts } from "./containers.ts";
import { openLayout } from "./layout.ts";
import { everyHost, renderConfiguration, type Settings } from "./render.ts";
import { SERVICE_NAMES, SERVICES } from "./services.ts";

/** Renders conf/ and gives every file's text, with the home's path taken out. */
async function rendered(settings: (home: string) => Settings): Promise<Map<string, string>> {
  const home = await mkdtemp(join(tmpdir(), "streambook-container-"));
  try {
    await renderConfiguration(settings(home));
    const files = await readdir(join(home, "conf"), { recursive: true, withFileTypes: true });
    const texts = files
      .filter((file) => file.isFile())
      .map(async (file) => [file.name, await readFile(join(file.parentPath, file.name), "utf8")] as const);
    return new Map((await Promise.all(texts)).map(([name, text]) => [name, text.replaceAll(home, "HOME")]));
  } finally {
    await rm(home, { recursive: true });
  }
}

test("host names and folders are all that containers and processes configure differently", async () => {
  const layout = (home: string) => openLayout({ STREAMBOOK_HOME: home, STREAMBOOK_JARS: "/jars" });
  const container = await rendered((home) => containerSettings(layout(home), "ada"));
  const machine = await rendered((home) => ({
    ...containerSettings(layout(home), "ada"),
    bind: "127.0.0.1",
    hosts: everyHost("127.0.0.1"),
  }));
  assert.deepEqual([...container.keys()].sort(), [...machine.keys()].sort());
  const hosts = new RegExp(`(?<![\\w.-])(?:${SERVICE_NAMES.join("|")}|0\\.0\\.0\\.0|127\\.0\\.0\\.1)(?=[:<])`, "g");
  const plain = (text: string | undefined): string | undefined =>
    text?.replace(hosts, "HOST").replace(/@\w+(?=:9093)/, "@HOST");
  for (const [name, text] of container) assert.equal(plain(text), plain(machine.get(name)), name);
});

test("each service is called by its own name on its well-known port", () => {
  assert.deepEqual(containerAddresses(), {
    kafka: `kafka:${SERVICES.kafka.ports["broker"]}`,
    webhdfs: `http://namenode:${SERVICES.namenode.ports["http"]}`,
    hdfs: `hdfs://namenode:${SERVICES.namenode.ports["rpc"]}`,
    resourceManager: `http://resourcemanager:${SERVICES.resourcemanager.ports["web"]}`,
    jobHistory: `http://historyserver:${SERVICES.historyserver.ports["web"]}`,
    hive: `hiveserver2:${SERVICES.hiveserver2.ports["thrift"]}`,
  });
});

test("a container runs one service, not a group", async () => {
  for (const name of ["hdfs", "all", "hbase"]) {
    await assert.rejects(runInContainer(name), { code: "USAGE" });
  }
});

test("published ports are told to the services, and checked", () => {
  assert.deepEqual(publishedPorts({}), { kafka: 9092, datanode: 9864 });
  assert.deepEqual(publishedPorts({ STREAMBOOK_KAFKA_PORT: "19092", STREAMBOOK_DATANODE_PORT: "" }), {
    kafka: 19092,
    datanode: 9864,
  });
  for (const port of ["0", "65536", "9092x", "-1", "9092:9092"])
    assert.throws(() => publishedPorts({ STREAMBOOK_KAFKA_PORT: port }), { code: "USAGE", message: /no port/ });
});
