/** Proxy variables against real servers: what goes to the stack reaches it directly, what is downloaded goes through the proxy. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import { proxyFor } from "../lib/src/address/index.ts";

/** What the proxy was asked for. */
let seen: string[] = [];
const proxy = createServer((request, response) => {
  seen.push(String(request.url));
  response.end("by the proxy");
}).on("connect", (request, socket) => {
  seen.push(String(request.url));
  socket.write("HTTP/1.1 200 OK\r\n\r\n");
  socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\nby the proxy\n"));
});

/** A host that no list names: only the NameNode says where a DataNode is. Elsewhere than on Linux there is but one loopback address. */
const dataNodeHost = process.platform === "linux" ? "127.0.0.2" : "127.0.0.1";
const service = createServer(answer);
const dataNode = createServer(answer);

/** Answers what a stream source, a NameNode, its DataNode and a ResourceManager would. */
function answer(request: IncomingMessage, response: ServerResponse): unknown {
  const { pathname, searchParams } = new URL(String(request.url), "http://localhost");
  const place = `http://${dataNodeHost}:${portOf(service)}/data`;
  if (pathname === "/list_files") return response.end(JSON.stringify({ files: ["a.txt"] }));
  if (pathname === "/stream/a.txt") return response.end('{"chunk": "hello"}\n');
  if (pathname === "/ws/v1/cluster/info") return response.end('{"clusterInfo": {"state": "STARTED"}}');
  if (pathname === "/data") return response.end("bytes");
  if (searchParams.get("op")?.toUpperCase() === "OPEN")
    return searchParams.has("noredirect")
      ? response.end(JSON.stringify({ Location: place }))
      : response.writeHead(307, { location: place }).end();
  const file = { pathSuffix: "x", type: "FILE", length: 5, modificationTime: 0 };
  return response.end(JSON.stringify({ FileStatus: file, FileStatuses: { FileStatus: [file] } }));
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
let folder = "";

before(async () => {
  for (const server of [proxy, service]) await once(server.listen(0, "127.0.0.1"), "listening");
  if (dataNodeHost !== "127.0.0.1") await once(dataNode.listen(portOf(service), dataNodeHost), "listening");
  folder = await mkdtemp(join(tmpdir(), "streambook-proxy-"));
});
beforeEach(() => void (seen = []));
after(async () => {
  for (const server of [proxy, service, dataNode]) server.close().closeAllConnections();
  await rm(folder, { recursive: true });
});

/** Runs code in a Node of its own, because Node reads the variables when it starts. */
async function run(code: string, environment: Record<string, string>, flags: readonly string[] = []): Promise<string> {
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, SERVICE: `127.0.0.1:${portOf(service)}`, FOLDER: folder, ...environment };
  const args = [...flags, "--disable-warning=ExperimentalWarning", "--input-type=module-typescript", "--eval", code];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env,
    cwd: import.meta.dirname,
    timeout: 60_000,
  });
  return stdout;
}

const CLIENTS = `
import { listFiles, readChunks } from "../lib/src/stream/index.ts";
import { Hdfs, openWebHdfsPackage } from "../lib/src/hdfs/index.ts";
import { ResourceManager } from "../lib/src/mapreduce/resource-manager.ts";
import { answers } from "../lib/src/stack/observe/readiness.ts";
const url = "http://" + process.env.SERVICE;
const found = [...(await listFiles(url)), ...(await Array.fromAsync(readChunks(url, "a.txt")))];
found.push(String(await new Hdfs({ address: url, user: "u" }).read("/x")));
const old = await openWebHdfsPackage({ address: url, user: "u" });
found.push(await new Promise((resolve) => old.readdir("/", (error, files) => resolve(error?.message ?? files[0].pathSuffix))));
found.push(String(await new Promise((resolve) => old.createReadStream("/x").on("data", resolve))));
found.push(String(await answers("resourcemanager", url)));
await new ResourceManager(url, "u").counters("a", "j");
console.log(found.join(" "));
process.exit();
`;
const address = (): string => `http://127.0.0.1:${portOf(proxy)}`;

const asked: readonly (readonly [name: string, variables: () => Record<string, string>, flags: readonly string[]])[] = [
  ["NODE_USE_ENV_PROXY", () => ({ NODE_USE_ENV_PROXY: "1", HTTP_PROXY: address() }), []],
  [
    "a list of others in no_proxy",
    () => ({ NODE_USE_ENV_PROXY: "1", http_proxy: address(), no_proxy: "example.org" }),
    [],
  ],
  ["--use-env-proxy", () => ({ HTTP_PROXY: address(), HTTPS_PROXY: address() }), ["--use-env-proxy"]],
  ["NODE_OPTIONS", () => ({ http_proxy: address(), NODE_OPTIONS: "--use-env-proxy" }), []],
  ["the proxy variables alone", () => ({ HTTP_PROXY: address(), http_proxy: address(), ALL_PROXY: address() }), []],
];
for (const [name, variables, flags] of asked) {
  test(`no client of the stack asks the proxy: ${name}`, async () => {
    assert.equal((await run(CLIENTS, variables(), flags)).trim(), "a.txt hello bytes x bytes true");
    assert.deepEqual(seen, []);
  });
}

test("the addresses of an external stack are reached directly, by children too", async () => {
  const code = `
import { addresses } from "../lib/src/stack/index.ts";
await addresses();
console.log(process.env.NO_PROXY);`;
  const external = [
    "KAFKA=kafka:9092",
    "WEBHDFS=http://namenode:9870",
    "HDFS=hdfs://namenode:8020",
    "HIVE=[fe80::1]:10000",
  ];
  const pages = ["RESOURCE_MANAGER=http://yarn:8088", "JOB_HISTORY=http://yarn:19888"];
  const settings = [...external, ...pages, "STACK=external"].map((text) => text.split("=") as [string, string]);
  const variables = Object.fromEntries(settings.map(([name, value]) => [`STREAMBOOK_${name}`, value]));
  const list = (await run(code, { ...variables, HTTPS_PROXY: address(), NO_PROXY: "intranet" })).trim().split(",");
  for (const host of [
    "intranet",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "kafka",
    "namenode",
    "yarn",
    "fe80::1",
    "[fe80::1]",
  ])
    assert.ok(list.includes(host), `${host} in ${list.join()}`);
  assert.equal((await run(code, variables)).trim(), "undefined", "without a proxy nothing changes");
});

const FETCH = `
import { fetchTexts } from "../lib/src/corpus/index.ts";
await fetchTexts(["http://texts.invalid/a.txt"], process.env.FOLDER + "/" + process.env.NAME);
await fetchTexts(["http://" + process.env.SERVICE + "/data"], process.env.FOLDER + "/" + process.env.NAME);
process.exit();
`;
for (const variable of ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]) {
  test(`a text from elsewhere is downloaded through the proxy, one of this machine is not: ${variable}`, async () => {
    await run(FETCH, { [variable]: address(), NAME: variable + portOf(proxy) });
    assert.deepEqual(seen, ["texts.invalid:80"]);
  });
}

test("a message names the proxy without its password, and none for what goes around it", () => {
  const before = { ...process.env };
  Object.assign(process.env, { https_proxy: "http://me:secret@proxy:3128", no_proxy: "localhost,.example.org" });
  try {
    assert.equal(proxyFor(new URL("https://example.com/x")), "proxy:3128");
    assert.equal(proxyFor(new URL("https://www.example.org/x")), undefined);
    assert.equal(proxyFor(new URL("https://localhost:80/x")), undefined);
  } finally {
    process.env = before;
  }
});
