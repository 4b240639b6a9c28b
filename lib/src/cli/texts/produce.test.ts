import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { until } from "../../async/index.ts";
import { projectFolder } from "../../stack/index.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "streambook-scripts-"));
  await mkdir(join(folder, "texts"));
  await mkdir(join(folder, "empty"));
  await writeFile(join(folder, "texts", "a.txt"), "“a” é漢😀\r\n".repeat(2000));
});
after(() => rm(folder, { recursive: true }));

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly errors: () => string;
  readonly ended: Promise<number | null>;
}

/** Starts a script of the course, from another folder than the project's. */
function script(name: string, ...args: string[]): Run {
  const child = spawn(join(projectFolder(), "bin", name), args, { cwd: folder });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { child, output: () => output, errors: () => errors, ended };
}

/** Starts the stream source, and says where it answers. */
async function withSource<T>(operation: (url: string) => Promise<T>): Promise<T> {
  const source = script("start_stream_source.sh", "-d", "texts", "-c", "100", "-p", "0");
  const url = await new Promise<string>((resolve, reject) => {
    source.child.stdout?.on("data", () => {
      const match = /http:\/\/[\d.:]+/.exec(source.output());
      if (match !== null) resolve(match[0]);
    });
    void source.ended.then(() => reject(new Error(source.errors())));
  });
  try {
    return await operation(url);
  } finally {
    source.child.kill("SIGINT");
    assert.equal(await source.ended, 0);
  }
}

test("wrong usage ends with 2, a failed run with 1, each with one line that says what to do", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as { port: number };
  const cases: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ["start_stream_source.sh", ["-d", "texts", "-c", "0"], 2, /whole number of 1 or more/],
    ["start_stream_source.sh", ["-d", "texts", "-c", "many"], 2, /whole number of 1 or more/],
    ["start_stream_source.sh", [], 2, /-d, --directory/],
    ["start_stream_source.sh", ["-d", "texts", "--colour"], 2, /--colour/],
    ["start_stream_source.sh", ["-d", "nowhere"], 1, /nowhere does not exist; give a folder/],
    ["start_stream_source.sh", ["-d", "empty"], 1, /holds no texts/],
    ["start_stream_source.sh", ["-d", "texts", "-p", String(port)], 1, /taken.*--port/],
    ["start_producer.sh", [], 2, /-s, --source/],
    ["start_producer.sh", ["-s", "8000", "-k", "9092"], 2, /-k and -t belong together/],
    ["start_producer.sh", ["-s", "8000", "-t", "chunks"], 2, /-k and -t belong together/],
    ["start_producer.sh", ["-s", "eight"], 2, /port/],
    ["start_producer.sh", ["-s", "8000", "-k", "kafka"], 2, /port/],
    ["start_producer.sh", ["-s", String(port), "--agents", "0"], 2, /whole number/],
  ];
  await Promise.all(
    cases.map(async ([name, args, code, message]) => {
      const run = script(name, ...args);
      assert.deepEqual([name, args, await run.ended], [name, args, code], run.errors());
      const lines = run.errors().trimEnd().split("\n");
      assert.match(lines.join("\n"), message);
      assert.equal(lines.length, 1, run.errors());
    }),
  );
  taken.close();
});

test("each script has help with its options and an example", async () => {
  for (const [name, options] of [
    ["start_stream_source.sh", ["-d", "-c", "-p"]],
    ["start_producer.sh", ["-s", "-k", "-t", "-l"]],
  ] as const) {
    const run = script(name, "--help");
    assert.equal(await run.ended, 0);
    for (const option of options) assert.match(run.output(), new RegExp(`^ +${option}, --`, "m"));
    assert.match(run.output(), new RegExp(`bin/${name}`));
  }
});

test("without a sink: a warning, and the messages go to standard output, whole", async () => {
  await withSource(async (url) => {
    const run = script("start_producer.sh", "-s", new URL(url).port);
    assert.equal(await run.ended, 0, run.errors());
    assert.match(run.errors(), /warning: neither Kafka .* nor a log/);
    const chunks = run
      .output()
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { chunk: string }).chunk);
    assert.equal(chunks.join(""), "“a” é漢😀\r\n".repeat(2000));
  });
});

test("a reader of standard output that goes away ends the producer quietly", async () => {
  await withSource(async (url) => {
    const run = script("start_producer.sh", "-s", url, "--rate", "50");
    run.child.stdout?.once("data", () => run.child.stdout?.destroy());
    assert.equal(await run.ended, 0, run.errors());
    assert.doesNotMatch(run.errors(), /EPIPE|Error/);
  });
});

test("Ctrl-C: the producer stops taking in, writes what it has, and says where", async () => {
  await withSource(async (url) => {
    const run = script("start_producer.sh", "-s", url, "-l", "log", "--rate", "20");
    await until("the producer to read", () => /\d+ messages/.test(run.errors()));
    run.child.kill("SIGINT");
    assert.equal(await run.ended, 0, run.errors());
    assert.match(run.errors(), /stopped before the end; log .*chunks_[\dT.]+Z\.ndjson/);
  });
});
