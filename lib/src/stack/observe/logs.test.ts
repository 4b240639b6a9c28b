import assert from "node:assert/strict";
import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { lastRun, explainingLine } from "./log-lines.ts";
import { logs } from "./logs.ts";

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

async function inHome(body: (environment: { STREAMBOOK_HOME: string }, log: string) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "streambook-logs-"));
  try {
    await mkdir(join(home, "logs"));
    await body({ STREAMBOOK_HOME: home }, join(home, "logs", "kafka.log"));
  } finally {
    await rm(home, { recursive: true });
  }
}

test("the last lines come, of a log of any size", () =>
  inHome(async (environment, log) => {
    await writeFile(log, Array.from({ length: 100_000 }, (_, index) => `line ${index}\n`).join(""));
    assert.deepEqual(await all(logs("kafka", { environment, lines: 2 })), ["line 99998", "line 99999"]);
    assert.deepEqual(await all(logs("kafka", { environment, lines: 0 })), []);
  }));

test("new lines follow, also after the log was put aside", () =>
  inHome(async (environment, log) => {
    await writeFile(log, "old\n");
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const line of logs("kafka", { environment, follow: true, signal: stop.signal })) {
      seen.push(line);
      if (line === "old") await appendFile(log, "two\nthree");
      if (line === "two") await appendFile(log, " is whole\n");
      if (line === "three is whole") await writeFile(log, "new\n");
      if (line === "new") stop.abort();
    }
    assert.deepEqual(seen, ["old", "two", "three is whole", "new"]);
  }));

test("the logs of a group come one after the other, and their new lines as they are written", () =>
  inHome(async (environment, log) => {
    await writeFile(log.replace("kafka", "namenode"), "first\nsecond\n");
    await writeFile(log.replace("kafka", "datanode"), "third\n");
    const last = await all(logs("hdfs", { environment, lines: 1 }));
    assert.deepEqual(last, ["── namenode ──", "second", "── datanode ──", "third"]);
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const line of logs("hdfs", { environment, lines: 0, follow: true, signal: stop.signal })) {
      seen.push(line);
      if (seen.length === 2) await appendFile(log.replace("kafka", "datanode"), "fourth\nfif");
      if (line === "datanode: fourth") await appendFile(log.replace("kafka", "datanode"), "th\n");
      if (line === "datanode: fifth") stop.abort();
    }
    assert.deepEqual(seen.slice(2), ["datanode: fourth", "datanode: fifth"]);
    await assert.rejects(all(logs("yarn", { environment })), { code: "NOT_FOUND", message: /none of them/ });
  }));

test("a log that is not there is named; a name that leaves the folder is refused", () =>
  inHome(async (environment) => {
    await assert.rejects(all(logs("hiveserver2", { environment })), { code: "NOT_FOUND" });
    for (const name of ["../state", "a/b", ""])
      await assert.rejects(all(logs(name, { environment })), { code: "USAGE" });
  }));

const endings: [name: string, lines: string[], expected: string | undefined][] = [
  [
    "the root of a chain of causes",
    [
      "x ERROR Server: it failed",
      "java.lang.RuntimeException: outer",
      "Caused by: a.B: inner",
      "\tat a.b(C.java:1)",
      "Caused by: java.net.BindException: Address already in use",
    ],
    "Caused by: java.net.BindException: Address already in use",
  ],
  [
    "an exception, which says more than the line that announces it",
    [
      "x ERROR Kafka$: Exiting Kafka due to fatal exception",
      "java.lang.RuntimeException: Stored node id 99",
      "\tat a.b(C.java:1)",
    ],
    "java.lang.RuntimeException: Stored node id 99",
  ],
  ["a line of level ERROR", ["INFO fine", "x FATAL cannot lock /data", "x ERROR again"], "x FATAL cannot lock /data"],
  [
    "what Java says of its own options",
    ["Error occurred during initialization of VM", "Too small maximum heap"],
    "Error occurred during initialization of VM",
  ],
  ["nothing", ["INFO Error counters are fine"], undefined],
];
for (const [name, lines, expected] of endings) {
  test(`this line of a log's end says why: ${name}`, () => assert.equal(explainingLine(lines), expected));
}

test("the lines of the last run are distinguished from those before", () =>
  inHome(async (_, log) => {
    await writeFile(log, "---- 1 kafka starts ----\nold\n---- 2 kafka starts ----\nnew 1\nnew 2\n");
    assert.deepEqual(await lastRun(log, 10), ["new 1", "new 2"]);
    assert.deepEqual(await lastRun(log, 1), ["new 2"]);
  }));
