import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isStreambookError, type ErrorCode } from "../errors/index.ts";
import { fetchTexts } from "./index.ts";

const BOOK =
  "Head\n*** START OF THE PROJECT GUTENBERG EBOOK X ***\n\nOnce upon a tïme 🐝.\n\n*** END OF THE PROJECT GUTENBERG EBOOK X ***\nLicence\n";
let failures = 0;

const pages: Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => void>> = {
  "/files/84/84-0.txt": (response) => response.end(BOOK),
  "/other/84-0.txt": (response) => response.end("Another text.\n"),
  "/plain": (response) => response.end("\uFEFFPlain.\r\n"),
  "/notes.md": (response) => response.end("# Notes\n"),
  "/moved": (response) => response.writeHead(302, { location: "/plain" }).end(),
  "/page.txt": (response) => response.end("<!-- x -->\n<!DOCTYPE html><html><body>Hello</body></html>"),
  "/xhtml": (response) => response.end('<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"></html>'),
  "/latin1.txt": (response) => response.end(Buffer.from("caf\u00e9 au lait", "latin1")),
  "/cut.txt": (response) => response.end(Buffer.from("caf\u00e9").subarray(0, 4)),
  "/image.png": (response) => response.end(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0])),
  "/blank.txt": (response) => response.end(" \n \n"),
  "/large.txt": (response) => response.end("x".repeat(5000)),
  "/large-unannounced.txt": (response) => {
    response.write("x".repeat(3000));
    setTimeout(() => response.end("x".repeat(3000)), 20);
  },
  "/broken.txt": (response) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write("half");
    setTimeout(() => response.destroy(), 20);
  },
  "/sometimes.txt": (response) => (failures++ === 0 ? response.writeHead(503).end() : response.end("At last.\n")),
  "/secret.txt": (response) => response.writeHead(403).end(),
  "/slow.txt": (response) => void response.write("…"),
  "/steady.txt": (response) => {
    let left = 6;
    const timer = setInterval(
      () => (--left > 0 ? response.write("word ") : (clearInterval(timer), response.end())),
      250,
    );
  },
  "/a%2f..%2f..%2fetc%2fpasswd": (response) => response.end("x\n"),
  "/..%5cwin%3a.txt": (response) => response.end("y\n"),
};

const server = createServer((request, response) => {
  const page = pages[request.url ?? ""];
  if (page === undefined) response.writeHead(404).end();
  else page(response, request);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const home = await mkdtemp(join(tmpdir(), "streambook-fetch-"));
after(async () => {
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true, force: true });
});

let folders = 0;
const folder = (): string => join(home, String(++folders));
const code =
  (code: ErrorCode, message: RegExp) =>
  (error: unknown): boolean =>
    isStreambookError(error, code) && message.test(error.message);

test("texts arrive without header, footer and byte order mark, and nothing else changes", async () => {
  const output = folder();
  const reported: string[] = [];
  const texts = await fetchTexts([`${site}/files/84/84-0.txt`, `${site}/plain`, `${site}/notes.md`], output, {
    onText: ({ file }) => void reported.push(file),
  });
  assert.equal(await readFile(join(output, "84-0.txt"), "utf8"), "Once upon a tïme 🐝.\n");
  assert.equal(await readFile(join(output, "plain.txt"), "utf8"), "Plain.\r\n");
  assert.equal(await readFile(join(output, "notes.md"), "utf8"), "# Notes\n");
  assert.deepEqual(
    reported,
    texts.map(({ file }) => file),
  );
  assert.equal(texts[0]?.stripped, Buffer.byteLength(BOOK) - Buffer.byteLength("Once upon a tïme 🐝.\n"));
  assert.deepEqual(texts[0]?.header, {
    lines: 2,
    first: "Head",
    last: "*** START OF THE PROJECT GUTENBERG EBOOK X ***",
  });
  assert.deepEqual(texts[0]?.footer, {
    lines: 2,
    first: "*** END OF THE PROJECT GUTENBERG EBOOK X ***",
    last: "Licence",
  });
  assert.deepEqual([texts[1]?.header, texts[1]?.footer], [undefined, undefined]);
  assert.deepEqual((await readdir(output)).sort(), ["84-0.txt", "notes.md", "plain.txt"]);
});

test("two addresses that end alike get two files, and a redirection is followed", async () => {
  const output = folder();
  await fetchTexts([`${site}/files/84/84-0.txt`, `${site}/other/84-0.txt`, `${site}/moved`], output);
  assert.deepEqual((await readdir(output)).sort(), ["84-0-2.txt", "84-0.txt", "moved.txt"]);
});

test("a file that is there stays, unless it may be replaced", async () => {
  const output = folder();
  await fetchTexts([`${site}/plain`], output);
  await writeFile(join(output, "plain.txt"), "mine");
  await assert.rejects(fetchTexts([`${site}/plain`], output), code("USAGE", /plain\.txt already exists$/));
  assert.equal(await readFile(join(output, "plain.txt"), "utf8"), "mine");
  await fetchTexts([`${site}/plain`], output, { overwrite: true });
  assert.equal(await readFile(join(output, "plain.txt"), "utf8"), "Plain.\r\n");
  assert.deepEqual(await readdir(output), ["plain.txt"]);
});

test("an address cannot name a file outside the folder", async () => {
  const output = folder();
  for (const { file } of await fetchTexts([`${site}/a%2f..%2f..%2fetc%2fpasswd`, `${site}/..%5cwin%3a.txt`], output)) {
    assert.equal(join(output, file.slice(output.length + 1)), file);
    assert.match(file.slice(output.length + 1), /^[\w][\w.-]*\.txt$/);
  }
  assert.equal((await readdir(output)).length, 2);
});

const refused: readonly (readonly [what: string, path: string, code: ErrorCode, message: RegExp])[] = [
  ["a web page", "/page.txt", "TEXT_REFUSED", /is a web page/],
  ["a web page in XHTML", "/xhtml", "TEXT_REFUSED", /is a web page/],
  ["Latin-1", "/latin1.txt", "NOT_UTF8", /byte 3 /],
  ["UTF-8 that ends within a character", "/cut.txt", "NOT_UTF8", /byte 3 /],
  ["a picture", "/image.png", "TEXT_REFUSED", /is not text: byte 4 is 0/],
  ["nothing but spaces", "/blank.txt", "TEXT_REFUSED", /holds no text/],
  ["what is too large", "/large.txt", "TEXT_REFUSED", /larger than 4 kB/],
  ["what is too large without saying so", "/large-unannounced.txt", "TEXT_REFUSED", /larger than 4 kB/],
  ["what is not there", "/missing.txt", "NOT_FOUND", /HTTP 404/],
  ["what is forbidden", "/secret.txt", "UNREACHABLE", /HTTP 403/],
];
for (const [what, path, expected, message] of refused) {
  test(`refused: ${what}`, async () => {
    const output = folder();
    await assert.rejects(fetchTexts([`${site}${path}`], output, { maximumBytes: 4000 }), code(expected, message));
    assert.deepEqual(await readdir(output), [], "nothing is left behind");
  });
}

test("what can succeed later is tried again", async () => {
  const [text] = await fetchTexts([`${site}/sometimes.txt`], folder());
  assert.equal(text?.bytes, "At last.\n".length);
});

test("a text that breaks off is an error, not half a text", async () => {
  const output = folder();
  await assert.rejects(fetchTexts([`${site}/broken.txt`], output), code("UNREACHABLE", /broke off/));
  assert.deepEqual(await readdir(output), []);
});

test("waiting has a limit, and can be stopped", async () => {
  await assert.rejects(fetchTexts([`${site}/slow.txt`], folder(), { timeout: 50 }), code("TIMEOUT", /slow\.txt/));
  const signal = AbortSignal.timeout(50);
  await assert.rejects(fetchTexts([`${site}/slow.txt`], folder(), { signal }), { name: "TimeoutError" });
});

test("a slow text may take its time, as long as something comes", async () => {
  const [text] = await fetchTexts([`${site}/steady.txt`], folder(), { timeout: 1000 });
  assert.equal(text?.bytes, "word ".length * 5);
});

test("a server that is not there is named", async () => {
  await assert.rejects(fetchTexts(["http://127.0.0.1:9/x.txt"], folder()), code("UNREACHABLE", /127\.0\.0\.1:9/));
});

test("only http and https are fetched, and nothing is when one address is wrong", async () => {
  const output = folder();
  for (const url of ["file:///etc/passwd", "ftp://x.org/a", "data:text/plain,hello", "notes.txt", ""]) {
    await assert.rejects(fetchTexts([`${site}/plain`, url], output), code("USAGE", /must begin with http/));
  }
  await assert.rejects(readdir(output), { code: "ENOENT" });
});
