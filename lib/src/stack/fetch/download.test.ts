import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { until } from "../../async/index.ts";
import { download } from "./download.ts";

const content = randomBytes(3 << 20);
const sha256 = createHash("sha256").update(content).digest("hex");

/** A server of the file that notes which part each request asks for. */
let server: Server;
let url = "";
let asked: (string | undefined)[] = [];
/** How the next requests are answered; as a good server does by default. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let folder = "";
let file = "";

function serve(request: IncomingMessage, response: ServerResponse): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from >= content.length) return void response.writeHead(416).end();
  response.writeHead(from > 0 ? 206 : 200, { "content-length": content.length - from });
  response.end(content.subarray(from));
}

/** Sends half of what is asked for, and then nothing more. */
function serveHalf(request: IncomingMessage, response: ServerResponse): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, { "content-length": content.length - from });
  response.write(content.subarray(from, from + (content.length - from) / 2));
}

before(async () => {
  server = createServer((request, response) => {
    asked.push(request.headers.range);
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.tar.gz`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "streambook-download-"));
  file = join(folder, "a.tar.gz");
  asked = [];
  answer = serve;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function demandWhole(): Promise<void> {
  assert.ok(content.equals(await readFile(file)), "the file is whole");
  assert.deepEqual(await readdir(folder), ["a.tar.gz"], "nothing else is left");
}

test("a file comes whole, and is not asked for again", async () => {
  await download(url, file, { sha256 });
  await demandWhole();
  await download(url, file, { sha256 });
  assert.deepEqual(asked, [undefined]);
});

test("a download whose process was killed at half goes on there", async () => {
  answer = serveHalf;
  const program = `const { download } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, "download.ts")).href)});
    await download(${JSON.stringify(url)}, ${JSON.stringify(file)}, { sha256: ${JSON.stringify(sha256)} });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: "ignore" });
  const ended = once(child, "exit");
  const half = content.length / 2;
  await until("half of the file", async () => (await stat(`${file}.part`).catch(() => undefined))?.size === half);
  child.kill("SIGKILL");
  await ended;
  answer = serve;
  await download(url, file, { sha256 });
  await demandWhole();
  assert.deepEqual(asked, [undefined, `bytes=${half}-`]);
});

test("a connection that breaks, or falls silent, is taken up where it was", async () => {
  answer = (request, response) => {
    serveHalf(request, response);
    answer = (again, silent) => {
      serveHalf(again, silent);
      answer = serve;
    };
    setTimeout(() => response.destroy(), 100);
  };
  await download(url, file, { sha256, timeout: 500 });
  await demandWhole();
  assert.deepEqual(
    asked.map((range) => range?.replace(/\d+/, "N")),
    [undefined, "bytes=N-", "bytes=N-"],
  );
});

test("a server that gives no parts gives the file from its beginning", async () => {
  await writeFile(`${file}.part`, content.subarray(0, 1000));
  answer = (_, response) => response.writeHead(200, { "content-length": content.length }).end(content);
  await download(url, file, { sha256 });
  await demandWhole();
});

test("a file with another checksum is removed, and another try begins anew", async () => {
  await writeFile(`${file}.part`, randomBytes(content.length));
  await assert.rejects(download(url, file, { sha256 }), {
    code: "SETUP_MISSING",
    message: /a\.tar\.gz is not the file that the project recorded/,
  });
  assert.deepEqual(await readdir(folder), []);
  await download(url, file, { sha256 });
  await demandWhole();
});

test("a refusal is final; an overloaded server is asked again", async () => {
  answer = (_, response) => response.writeHead(403).end();
  await assert.rejects(download(url, file, { sha256 }), { code: "NOT_FOUND", message: /HTTP status 403/ });
  assert.equal(asked.length, 1);
  answer = (_, response) => {
    answer = serve;
    response.writeHead(503).end();
  };
  await download(url, file, { sha256 });
  await demandWhole();
});

test("what does not come is one message, with what to do", async () => {
  await assert.rejects(download("http://127.0.0.1:9/a.tar.gz", file, { sha256, attempts: 1 }), {
    code: "UNREACHABLE",
    message: /^a\.tar\.gz cannot be downloaded from 127\.0\.0\.1:9 \(.*\); check the network and try again/,
  });
});
