import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { linkLayout, openLayout, removePlainName } from "../layout.ts";
import { instanceNames, resolveServices } from "../catalog/index.ts";
import { secretsForTest } from "../own-services-for-test.ts";
import { allWellKnownPorts, everyHost } from "../place.ts";
import { render, renderConfiguration } from "./render.ts";

/** Renders what some services read of conf/, and gives each file's text without its comments. */
async function rendered(
  bind: string,
  host: string,
  names: readonly string[] = resolveServices(),
): Promise<Map<string, string>> {
  const home = await mkdtemp(join(tmpdir(), "streambook conf "));
  try {
    const layout = openLayout({ STREAMBOOK_HOME: home, STREAMBOOK_JARS: "/jars" });
    await linkLayout(layout);
    const running = new Set(names);
    const secrets = secretsForTest();
    const topology = { bind, hosts: everyHost(host), ports: allWellKnownPorts(), running, secrets };
    await renderConfiguration(names, { topology, user: "ada", layout });
    const files = await readdir(join(home, "conf"), { recursive: true, withFileTypes: true });
    const texts = files
      .filter((file) => file.isFile())
      .map(async (file) => [file.name, await readFile(join(file.parentPath, file.name), "utf8")] as const);
    return new Map((await Promise.all(texts)).map(([name, text]) => [name, text.replace(/<!--[^]*?-->|^#.*$/gm, "")]));
  } finally {
    await removePlainName(home);
    await rm(home, { recursive: true });
  }
}

function properties(text: string): Map<string, string> {
  const found = text.matchAll(/<property><name>(.*?)<\/name><value>(.*?)<\/value><\/property>/g);
  return new Map([...found].map(([, name, value]) => [String(name), String(value)]));
}

test("the configuration of each service is filled when it is alone, as in its container", async () => {
  for (const name of instanceNames())
    for (const [file, text] of await rendered("0.0.0.0", "host", [name]))
      assert.doesNotMatch(text, /\{\{/, `${name}: ${file}`);
});

test("a file that is of use only beside another service is filled while that one runs, and removed when it does not", async () => {
  const home = await mkdtemp(join(tmpdir(), "streambook-beside-"));
  try {
    const layout = openLayout({ STREAMBOOK_HOME: home, STREAMBOOK_JARS: "/jars" });
    await linkLayout(layout);
    const catalogs = async (...beside: string[]): Promise<string[]> => {
      const running = new Set(["trino", ...beside]);
      const secrets = secretsForTest();
      const hosts = everyHost("127.0.0.1");
      const topology = { bind: "127.0.0.1", hosts, ports: allWellKnownPorts(), running, secrets };
      await renderConfiguration(["trino"], { topology, user: "ada", layout });
      return (await readdir(join(home, "conf", "trino", "catalog"))).sort();
    };
    assert.deepEqual(await catalogs(), ["memory.properties"]);
    assert.deepEqual(await catalogs("s3", "kafka"), ["delta.properties", "kafka.properties", "memory.properties"]);
    assert.deepEqual(await catalogs("metastore"), ["hive.properties", "memory.properties"]);
  } finally {
    await rm(home, { recursive: true });
  }
});

test("nobody but the user reads what was filled: there are keys among it", async () => {
  const home = await mkdtemp(join(tmpdir(), "streambook-keys-"));
  try {
    const layout = openLayout({ STREAMBOOK_HOME: home, STREAMBOOK_JARS: "/jars" });
    const [hosts, ports] = [everyHost("127.0.0.1"), allWellKnownPorts()];
    const topology = { bind: "127.0.0.1", hosts, ports, running: new Set(["s3"]), secrets: secretsForTest() };
    await renderConfiguration(["s3"], { topology, user: "ada", layout });
    const file = join(home, "conf", "s3", "s3proxy.conf");
    assert.match(await readFile(file, "utf8"), /^s3proxy\.credential=key-of-s3$/m);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  } finally {
    await rm(home, { recursive: true });
  }
});

test("every template of conf/ is filled, and XML stays XML", async () => {
  const files = await rendered("127.0.0.1", "127.0.0.1");
  assert.deepEqual([...files.keys()].sort(), [
    "capacity-scheduler.xml",
    "core-site.xml",
    "hdfs-site.xml",
    "hive-log4j2.properties",
    "hive-site.xml",
    "log4j.properties",
    "log4j2.properties",
    "mapred-site.xml",
    "server.properties",
    "yarn-site.xml",
  ]);
  for (const [name, text] of files) {
    assert.doesNotMatch(text, /\{\{|\}\}/, name);
    if (!name.endsWith(".xml")) continue;
    const rest = text.replace(/<property><name>[\w.-]+<\/name><value>[^<>]*<\/value><\/property>/g, "");
    assert.match(
      rest,
      /^<\?xml version="1\.0"\?>\s*<configuration>\s*<\/configuration>\s*$/,
      `${name} has nothing but properties`,
    );
    assert.equal(properties(text).size, text.split("<property>").length - 1, `${name} says nothing twice`);
  }
});

test("a folder whose name has spaces reaches the services under a name without", async () => {
  const yarn = properties((await rendered("127.0.0.1", "127.0.0.1")).get("yarn-site.xml") ?? "");
  assert.match(yarn.get("yarn.nodemanager.local-dirs") ?? "", /^[\w./-]+\/data\/yarn\/local$/);
});

test("on a machine only loopback is bound", async () => {
  for (const [name, text] of await rendered("127.0.0.1", "127.0.0.1")) {
    assert.doesNotMatch(text, /0\.0\.0\.0|localhost/, name);
    for (const [key, value] of properties(text)) {
      if (/bind-host$|bind\.host$/.test(key)) assert.equal(value, "127.0.0.1", key);
    }
  }
});

test("in a container a service listens on all addresses and is called by its name", async () => {
  const files = await rendered("0.0.0.0", "stack");
  const hdfs = properties(files.get("hdfs-site.xml") ?? "");
  assert.equal(hdfs.get("dfs.namenode.rpc-address"), "stack:8020");
  assert.equal(hdfs.get("dfs.namenode.rpc-bind-host"), "0.0.0.0");
  const kafka = files.get("server.properties") ?? "";
  assert.match(kafka, /^listeners=PLAINTEXT:\/\/0\.0\.0\.0:9092,/m);
  assert.match(
    kafka,
    /^advertised\.listeners=PLAINTEXT:\/\/stack:9092,OUTSIDE:\/\/127\.0\.0\.1:9094,CONTROLLER:\/\/stack:9093$/m,
  );
});

test("values are escaped in XML, and a name without a value is a fault of ours", () => {
  const values = new Map([["a.b", "x & <y>"]]);
  assert.equal(render("<{{a.b}}>", values, { xml: true }), "<x &amp; &lt;y&gt;>");
  assert.equal(render("{{a.b}}", values), "x & <y>");
  assert.throws(() => render("{{nope}}", values), { code: "INTERNAL" });
});

test("as many copies are kept as there are Kafka nodes, and all but one of them must have a message", async () => {
  for (const [names, copies, needed, nodes] of [
    [["kafka"], "1", "1", "9093"],
    [["kafka", "kafka-2"], "2", "1", "9093,stack:9096"],
    [["kafka", "kafka-2", "kafka-3"], "3", "2", "9093,stack:9096,stack:9099"],
  ] as const) {
    const text = (await rendered("127.0.0.1", "stack", names)).get("server.properties") ?? "";
    const found = new Map([...text.matchAll(/^([\w.]+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
    assert.equal(found.get("default.replication.factor"), copies);
    assert.equal(found.get("offsets.topic.replication.factor"), copies);
    assert.equal(found.get("min.insync.replicas"), needed);
    assert.equal(found.get("controller.quorum.bootstrap.servers"), `stack:${nodes}`);
  }
});

test("Trino asks any of the brokers that run", async () => {
  const files = await rendered("127.0.0.1", "stack", ["trino", "kafka", "kafka-2", "kafka-3"]);
  assert.match(files.get("kafka.properties") ?? "", /^kafka\.nodes=stack:9092,stack:9095,stack:9098$/m);
});
