import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { containerSettings, runInContainer } from "./run.ts";
import { containerAddresses, publishedPorts } from "./containers.ts";
import { openLayout } from "../layout.ts";
import { service, serviceNames } from "../catalog/index.ts";
import { keysForTest } from "../own-services-for-test.ts";
import { everyHost } from "../place.ts";
import { renderConfiguration, type Settings } from "../launch/render.ts";

/** Renders conf/ and gives every file's text, with the home's path taken out. */
async function rendered(settings: (home: string) => Settings): Promise<Map<string, string>> {
  const home = await mkdtemp(join(tmpdir(), "streambook-container-"));
  try {
    await renderConfiguration(serviceNames(), settings(home));
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
  const settings = (home: string) => containerSettings(layout(home), "ada", keysForTest(), serviceNames());
  const container = await rendered(settings);
  const machine = await rendered((home) => {
    const { topology, ...rest } = settings(home);
    return { ...rest, topology: { ...topology, bind: "127.0.0.1", hosts: everyHost("127.0.0.1") } };
  });
  assert.deepEqual([...container.keys()].sort(), [...machine.keys()].sort());
  const hosts = new RegExp(
    `(?<![\\w.-])(?:${serviceNames().join("|")}|0\\.0\\.0\\.0|127\\.0\\.0\\.1)(?=[:<"\\n])`,
    "g",
  );
  const plain = (text: string | undefined): string | undefined =>
    text?.replace(hosts, "HOST").replace(/@\w+(?=:9093)/, "@HOST");
  for (const [name, text] of container) assert.equal(plain(text), plain(machine.get(name)), name);
});

test("each service is called by its own name on its well-known port", () => {
  assert.deepEqual(containerAddresses(), {
    kafka: `kafka:${service("kafka").ports["broker"]}`,
    webhdfs: `http://namenode:${service("namenode").ports["http"]}`,
    hdfs: `hdfs://namenode:${service("namenode").ports["rpc"]}`,
    resourceManager: `http://resourcemanager:${service("resourcemanager").ports["web"]}`,
    jobHistory: `http://historyserver:${service("historyserver").ports["web"]}`,
    hive: `hiveserver2:${service("hiveserver2").ports["thrift"]}`,
  });
});

test("a container has the keys of its service, and of those that it uses, from its environment, or says which is missing", () => {
  const layout = openLayout({ STREAMBOOK_HOME: "/nowhere" });
  const settings = (environment: NodeJS.ProcessEnv, own: string) =>
    containerSettings(layout, "ada", environment, [own]).topology;
  const keys = { STREAMBOOK_S3_ACCESS_KEY: "an-access-key", STREAMBOOK_S3_SECRET_KEY: "a-secret-key-of-mine" };
  const known = { accessKey: "an-access-key", secretKey: "a-secret-key-of-mine" };
  assert.deepEqual(settings(keys, "s3").secrets?.["s3"], known);
  const beside = settings({ ...keys, STREAMBOOK_S3: "http://s3:9000" }, "trino");
  assert.deepEqual(
    [beside.secrets?.["s3"], beside.running.has("s3"), beside.running.has("kafka")],
    [known, true, true],
  );
  assert.equal(settings({}, "trino").secrets?.["s3"], undefined, "where S3 does not run, nobody needs its keys");
  settings({ STREAMBOOK_S3: "http://s3:9000" }, "kafka");
  for (const [environment, message] of [
    [{}, /STREAMBOOK_S3_ACCESS_KEY is not set: give the access key of S3/],
    [{ ...keys, STREAMBOOK_S3_SECRET_KEY: "short" }, /STREAMBOOK_S3_SECRET_KEY cannot be the secret key of S3/],
    [{ ...keys, STREAMBOOK_S3_SECRET_KEY: "one with blanks in it" }, /STREAMBOOK_S3_SECRET_KEY cannot be/],
  ] as const)
    assert.throws(() => settings(environment, "s3"), { code: "USAGE", message });
});

test("a container runs one service, not a group", async () => {
  for (const name of ["hdfs", "all", "hbase"]) {
    await assert.rejects(runInContainer(name), { code: "USAGE" });
  }
});

test("services are given their published ports, which are checked", () => {
  assert.deepEqual(publishedPorts({}), { kafka: 9092, "kafka-2": 9095, "kafka-3": 9098, datanode: 9864 });
  const { kafka, datanode } = publishedPorts({ STREAMBOOK_KAFKA_PORT: "19092", STREAMBOOK_DATANODE_PORT: "" });
  assert.deepEqual([kafka, datanode], [19092, 9864]);
  for (const port of ["0", "65536", "9092x", "-1", "9092:9092"])
    assert.throws(() => publishedPorts({ STREAMBOOK_KAFKA_PORT: port }), { code: "USAGE", message: /no port/ });
});
