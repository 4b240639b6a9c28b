import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { isStreambookError, type ErrorCode } from "../../errors/index.ts";
import { rebuild, type RebuildOptions } from "./rebuild.ts";

/** Nothing listens there: these tests need no service. */
const addresses = {
  webhdfs: "http://127.0.0.1:9",
  hdfs: "hdfs://127.0.0.1:9",
  hive: "127.0.0.1:9",
  resourceManager: "http://127.0.0.1:9",
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rebuild-"));
  await mkdir(join(folder, "log"));
});
afterEach(() => rm(folder, { recursive: true }));

function run(input: string, options: Partial<RebuildOptions> = {}) {
  return rebuild({ input, output: join(folder, "refresh"), addresses, local: true, ...options });
}

function rejects(promise: Promise<unknown>, code: ErrorCode, words: RegExp): Promise<void> {
  return assert.rejects(promise, (error) => {
    assert.ok(isStreambookError(error, code), String(error));
    assert.match(error.message, words);
    return true;
  });
}

const line = (seq: number, chunk: string, is_last: boolean): string =>
  JSON.stringify({ destination_uri: "/ada.md", stream_id: "s", seq, chunk, is_last });

test("a log of several files on this machine is rebuilt in this process", async () => {
  await writeFile(join(folder, "log", "a.ndjson"), `${line(1, '"two"\t\r\n', true)}\nnot a message\n`);
  await writeFile(
    join(folder, "log", "b.ndjson"),
    Buffer.concat([Buffer.from(line(0, "one ", false)), Buffer.from([0x0a, 0xff])]),
  );
  await writeFile(join(folder, "log", "_c.ndjson"), line(9, "not this", true));
  const report = await run(`file:${join(folder, "log")}`);
  assert.equal(await readFile(join(folder, "refresh", "ada.md"), "utf8"), 'one "two"\t\r\n');
  const { streams, complete, messages, malformed, duplicates } = report;
  assert.deepEqual(
    { streams, complete, messages, malformed, duplicates },
    { streams: 1, complete: 1, messages: 2, malformed: 2, duplicates: 0 },
  );
  assert.deepEqual(await readdir(join(folder, "refresh")), ["ada.md"]);
});

test("an input that is not there, or holds nothing, is named", async () => {
  await rejects(run(`file:${join(folder, "none")}`), "NOT_FOUND", /none is not there/);
  await rejects(run(`file:${join(folder, "log")}`), "NOT_FOUND", /holds no log/);
});

for (const input of [
  "",
  "x",
  "http://h/x",
  "hive:",
  "hive:a b",
  "hive:a;drop",
  "file:",
  "hdfs:x",
  "hdfs:///a/../b",
  "hdfs://other:1/x",
]) {
  test(`the input ${JSON.stringify(input)} is refused`, async () => {
    await assert.rejects(run(input), (error) => isStreambookError(error, "USAGE"));
  });
}

test("services that are down are named", async () => {
  await rejects(run("hdfs:///log"), "UNREACHABLE", /127\.0\.0\.1:9/);
  await rejects(run("hive:chunks"), "UNREACHABLE", /127\.0\.0\.1:9/);
});

test("a job on YARN needs Hadoop's client", async () => {
  await writeFile(join(folder, "log", "a.ndjson"), line(0, "x", true));
  await rejects(run("/log", { local: false }), "UNREACHABLE", /127\.0\.0\.1:9/);
});

test("an interruption leaves no file", async () => {
  await writeFile(join(folder, "log", "a.ndjson"), line(0, "x", true));
  await assert.rejects(
    run(`file:${join(folder, "log")}`, { signal: AbortSignal.abort(new Error("enough")) }),
    /enough/,
  );
  assert.deepEqual(await readdir(join(folder, "refresh")), []);
});
