import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const SOURCE = `
  import { startStreamSource } from ${JSON.stringify(import.meta.resolve("./index.ts"))};
  const { url } = await startStreamSource({ folder: process.argv.at(-1), port: 0 });
  let peak = 0;
  setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss()); }, 20);
  process.on("message", () => process.send(peak));
  process.send(url);`;

let folder: string;
let source: ChildProcess;
let url: URL;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "streambook-memory-"));
  await writeFile(join(folder, "text.txt"), "Zwölf Boxkämpfer jagen “Viktor” quer über den Deich.\n".repeat(250_000));
  await writeFile(join(folder, "source.mts"), SOURCE);
  source = fork(join(folder, "source.mts"), [folder], { execArgv: ["--disable-warning=ExperimentalWarning"] });
  url = new URL(((await once(source, "message")) as [string])[0]);
});
after(async () => {
  source.kill();
  await rm(folder, { recursive: true });
});

/** The most memory that the source has used so far, in bytes. */
async function peak(): Promise<number> {
  source.send("peak");
  return ((await once(source, "message")) as [number])[0];
}

/** A reader that has begun, and reads no further. */
async function resting(): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  socket.on("error", () => undefined);
  socket.write("GET /stream/text.txt HTTP/1.1\r\nHost: x\r\n\r\n");
  await once(socket, "readable");
  return socket;
}

test("100 readers that do not read cost the source little, and one that reads gets its text", async () => {
  const response = await fetch(new URL("/stream/text.txt", url));
  const length = (await response.arrayBuffer()).byteLength;
  const before = await peak();
  const sockets = await Promise.all(Array.from({ length: 100 }, resting));
  try {
    const again = await fetch(new URL("/stream/text.txt", url));
    assert.equal((await again.arrayBuffer()).byteLength, length);
    const grown = (await peak()) - before;
    assert.ok(grown < 110 << 20, `100 readers made it grow by ${(grown / 2 ** 20).toFixed(0)} MB`);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});
