import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { mkdir, mkdtemp, open, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { until } from "../async/index.ts";
import { isStreambookError } from "../errors/index.ts";
import { readChunks, startStreamSource, type StreamSource } from "./index.ts";

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const TRICKY = "\ufeff“Quotes” and \\ and\ttabs,\r\nCRLF,\u2028 U+2028, 漢字, 👩‍👩‍👧, \0, no newline at the end";

let root: string;
let folder: string;
let source: StreamSource;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "streambook-source-"));
  folder = join(root, "texts");
  await mkdir(join(folder, "folder"), { recursive: true });
  await writeFile(join(root, "secret.txt"), "secret");
  await writeFile(join(folder, "tricky.txt"), TRICKY);
  await writeFile(join(folder, "100% odd?#&name+é.md"), "odd");
  await writeFile(join(folder, "empty.txt"), "");
  await writeFile(join(folder, "latin.txt"), Buffer.from([0x63, 0x61, 0x66, 0xe9]));
  await writeFile(join(folder, ".hidden.txt"), "hidden");
  await writeFile(join(folder, "folder", "inner.txt"), "inner");
  await symlink(join(root, "secret.txt"), join(folder, "link.txt"));
  await symlink(root, join(folder, "up"));
  await symlink(join(folder, "nowhere"), join(folder, "dangling.txt"));
  execFileSync("mkfifo", [join(folder, "pipe.txt")]);
  source = await startStreamSource({ folder, chunkSize: 3, port: 0 });
});
after(async () => {
  await source.close();
  await rm(root, { recursive: true });
});

/** A request whose path goes over the wire as it is written here. */
function get(path: string, method = "GET"): Promise<{ status: number; type: string; body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(source.url);
    request({ hostname, port, path, method }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", body }),
      );
      response.on("error", reject);
    })
      .on("error", reject)
      .end();
  });
}

async function chunksOfFile(file: string, options: { from?: number; rate?: number } = {}): Promise<string[]> {
  return collect(readChunks(source.url, file, options));
}

test("lists the regular files that are not hidden, sorted, with and without a slash", async () => {
  const files = ["100% odd?#&name+é.md", "empty.txt", "latin.txt", "tricky.txt"];
  for (const path of ["/list_files", "/list_files/"]) assert.deepEqual(JSON.parse((await get(path)).body), { files });
});

test("streams a text as lines of JSON that are the file when joined", async () => {
  for (const path of ["/stream/tricky.txt", "/stream/tricky.txt/"]) {
    const { status, type, body } = await get(path);
    assert.deepEqual([status, type], [200, "application/x-ndjson"]);
    const lines = body.split("\n");
    assert.equal(lines.pop(), "");
    const chunks = lines.map((line) => (JSON.parse(line) as { chunk: string }).chunk);
    assert.equal(chunks.join(""), TRICKY);
    for (const chunk of chunks.slice(0, -1)) assert.equal([...chunk].length, 3);
  }
});

test("an empty text has no chunks, and an odd name is found", async () => {
  assert.deepEqual(await chunksOfFile("empty.txt"), []);
  assert.deepEqual(await chunksOfFile("100% odd?#&name+é.md"), ["odd"]);
});

test("answers health, the documentation, and 404 for what is not there", async () => {
  assert.deepEqual(JSON.parse((await get("/health")).body), { status: "ok" });
  const openapi = JSON.parse((await get("/docs/json")).body) as { paths: Record<string, unknown> };
  assert.deepEqual(Object.keys(openapi.paths).sort(), ["/health", "/list_files", "/stream/{filename}"]);
  assert.match((await get("/docs")).body, /swagger/i);
  assert.equal((await get("/nothing")).status, 404);
  assert.equal((await get("/list_files", "POST")).status, 404);
});

const notFound = [
  "/stream/nothing.txt",
  "/stream/",
  "/stream/../secret.txt",
  "/stream/..%2fsecret.txt",
  "/stream/%2e%2e%2fsecret.txt",
  "/stream/%2e%2e/secret.txt",
  "/stream/..%252fsecret.txt",
  "/stream/%252e%252e%252fsecret.txt",
  "/stream/..%5csecret.txt",
  "/stream/..%c0%afsecret.txt",
  "/stream/%2fetc%2fpasswd",
  "/stream//etc/passwd",
  "/stream/folder",
  "/stream/folder/inner.txt",
  "/stream/folder%2finner.txt",
  "/stream/.hidden.txt",
  "/stream/%2ehidden.txt",
  "/stream/.",
  "/stream/..",
  "/stream/%2e%2e",
  "/stream/link.txt",
  "/stream/up",
  "/stream/up%2fsecret.txt",
  "/stream/dangling.txt",
  "/stream/pipe.txt",
  "/stream/tricky.txt%00",
  "/stream/tricky.txt%00.md",
  "/stream/%zz",
  `/stream/${"x".repeat(300)}`,
  `/stream/${"x".repeat(5000)}`,
];
test("a file that is not there and a path that leaves the folder get the same 404", async () => {
  for (const path of notFound) {
    const { status, body } = await get(path);
    assert.deepEqual([path, status, JSON.parse(body)], [path, 404, { detail: "File not found" }]);
  }
});

test("a file that is not UTF-8 gets 422 with the position, again and again, until it is fixed", async () => {
  for (let time = 0; time < 2; time++) {
    const { status, body } = await get("/stream/latin.txt");
    assert.equal(status, 422);
    assert.match((JSON.parse(body) as { detail: string }).detail, /latin\.txt is not UTF-8.*byte 3$/);
  }
  const path = join(folder, "fixed.txt");
  await writeFile(path, Buffer.from([0xff]));
  assert.equal((await get("/stream/fixed.txt")).status, 422);
  await writeFile(path, "ab");
  assert.deepEqual(await chunksOfFile("fixed.txt"), ["ab"]);
  await rm(path);
});

test("?from= begins at a chunk, wherever that is", async () => {
  const all = await chunksOfFile("tricky.txt");
  await fc.assert(
    fc.asyncProperty(fc.nat(all.length + 3), async (from) =>
      assert.deepEqual(await chunksOfFile("tricky.txt", { from }), all.slice(from)),
    ),
    { numRuns: 25 },
  );
});

test("?rate= changes when the chunks come, not what comes", async () => {
  const all = await chunksOfFile("tricky.txt");
  assert.deepEqual(await chunksOfFile("tricky.txt", { rate: 1000 }), all);
  assert.deepEqual(await chunksOfFile("tricky.txt", { rate: 1e9, from: 2 }), all.slice(2));
});

test("a query that makes no sense gets 400", async () => {
  for (const query of ["from=-1", "from=x", "from=1.5", "rate=0", "rate=-1", "rate=x"]) {
    const { status, body } = await get(`/stream/tricky.txt?${query}`);
    assert.equal(status, 400, query);
    assert.ok((JSON.parse(body) as { detail: string }).detail.includes(query.slice(0, 4)));
  }
});

test("a text larger than a block comes whole", async () => {
  const text = "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich 😀. ".repeat(6000);
  await writeFile(join(folder, "large.txt"), text);
  assert.equal((await chunksOfFile("large.txt")).join(""), text);
  await rm(join(folder, "large.txt"));
});

test("a reader that does not read keeps the source from reading on", async () => {
  const path = join(folder, "huge.txt");
  await writeFile(path, "");
  await truncate(path, 300 << 20); // zeros: UTF-8, and no space on the disk
  const { hostname, port } = new URL(source.url);
  const socket = connect(Number(port), hostname);
  const before = process.memoryUsage();
  socket.write("GET /stream/huge.txt HTTP/1.1\r\nHost: x\r\n\r\n");
  await new Promise((resolve) => socket.once("readable", resolve));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const now = process.memoryUsage();
  assert.ok(now.heapUsed + now.external - before.heapUsed - before.external < 40 << 20);
  socket.destroy();
  await rm(path);
});

test("a file that stops being UTF-8 while it is read cuts the stream, so that nobody takes it for whole", async () => {
  const path = join(folder, "changing.txt");
  await writeFile(path, "x".repeat(4 << 20));
  const { body } = await fetch(`${source.url}/stream/changing.txt`);
  assert.ok(body !== null);
  const reader = body.getReader();
  await reader.read();
  const file = await open(path, "r+");
  await file.write(Buffer.alloc(1 << 20, 0xff), 0, 1 << 20, 3 << 20);
  await file.close();
  await assert.rejects(async () => {
    while (!(await reader.read()).done);
  });
  await rm(path);
});

test("says what is wrong at the start: no folder, no texts, a port that is taken, a chunk size of 0", async () => {
  const empty = join(root, "empty");
  await mkdir(empty, { recursive: true });
  const port = Number(new URL(source.url).port);
  const refused: readonly (readonly [Parameters<typeof startStreamSource>[0], string, RegExp])[] = [
    [{ folder: join(root, "none"), port: 0 }, "NOT_FOUND", /none does not exist; give a folder/],
    [{ folder: join(root, "secret.txt"), port: 0 }, "NOT_FOUND", /is not a folder/],
    [{ folder: empty, port: 0 }, "NO_TEXTS", /holds no texts/],
    [{ folder, port }, "PORT_TAKEN", new RegExp(`port ${port} is taken`)],
    [{ folder, port: 0, host: "203.0.113.1" }, "USAGE", /no address 203\.0\.113\.1/],
    [{ folder, port: 0, chunkSize: 0 }, "USAGE", /chunk size/],
  ];
  for (const [options, code, message] of refused) {
    await assert.rejects(
      startStreamSource(options),
      (error) => isStreambookError(error) && error.code === code && message.test(error.message),
    );
  }
});

test(
  "a file is open once, however many read it, and is closed with the last",
  { skip: !existsSync("/proc/self/fd") },
  async () => {
    const path = join(folder, "shared.txt");
    await writeFile(path, "x".repeat(8 << 20));
    const open = (): number =>
      readdirSync("/proc/self/fd").filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`) === path;
        } catch {
          return false; // closed meanwhile
        }
      }).length;
    const readers = Array.from({ length: 5 }, () => readChunks(source.url, "shared.txt"));
    for (const reader of readers) await reader.next();
    assert.equal(open(), 1);
    for (const reader of readers) await reader.return(undefined);
    await until("the file to be closed", () => Promise.resolve(open() === 0));
    await rm(path);
  },
);

test("a large text begins before all of it is checked; bad bytes in it break the stream, and are named from then on", async () => {
  const path = join(folder, "late.txt");
  const good = 40 << 20;
  await writeFile(path, Buffer.concat([Buffer.alloc(good, "x"), Buffer.from([0xff]), Buffer.alloc(100, "y")]));
  const position = new RegExp(`late\\.txt is not UTF-8.* byte ${good}`);
  await assert.rejects(chunksOfFile("late.txt"), { code: "NOT_UTF8", message: position });
  for (const query of ["", "?from=5"]) {
    const { status, body } = await get(`/stream/late.txt${query}`);
    assert.equal(status, 422);
    assert.match((JSON.parse(body) as { detail: string }).detail, position);
  }
  await rm(path);
});

test("a stream that is taken up after its file was changed is refused, and never a mixture of two texts", async () => {
  const path = join(folder, "rewritten.txt");
  await writeFile(path, "old ".repeat(1 << 18));
  const pieces = readChunks(source.url, "rewritten.txt", { retryDelay: 1 })[Symbol.asyncIterator]();
  await pieces.next();
  await writeFile(path, "new ".repeat(1 << 18)); // the stream that is open meets this at its end, and breaks
  await assert.rejects(
    async () => {
      while (!(await pieces.next()).done);
    },
    { code: "STREAM_BROKEN", message: /rewritten\.txt was changed while it was read/ },
  );
  await rm(path);
});

test("closes when its signal aborts, streams that are open included", async () => {
  const stop = new AbortController();
  const other = await startStreamSource({ folder, chunkSize: 1, port: 0, signal: stop.signal });
  const response = await fetch(`${other.url}/stream/tricky.txt?rate=1`);
  stop.abort();
  await other.closed;
  await assert.rejects(response.text());
  await assert.rejects(fetch(`${other.url}/health`));
});
