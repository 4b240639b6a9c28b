/** The commands and scripts with wrong input: one line that says what is wrong and what to do, exit code 2, no stack trace. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { callersFolder } from "../lib/bin/find-node.mjs";
import { homeFolder, projectFolder } from "../lib/src/stack/index.ts";
import { noAddresses } from "../lib/src/stack/own-services-for-test.ts";
import { command, start } from "./fixtures/command.ts";

const folder = await mkdtemp(join(tmpdir(), "streambook commands "));
after(() => rm(folder, { recursive: true, force: true }));
await writeFile(join(folder, "broken.json"), `{"name": "x"`);
await writeFile(join(folder, "empty.json"), `{"name": "x", "fields": []}`);
/** A home without a stack. */
const nowhere = { ...noAddresses(), STREAMBOOK_HOME: join(folder, "home") };

const consumer = ["--schema-file", "schemas/chunks.json", "--topic", "t", "--hive-table", "x"];
const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["start_stream_source.sh", ["-d", "data/texts", "--no-such-option"], /unknown option '--no-such-option'/],
  ["start_stream_source.sh", ["-d", "data/texts", "-c", "0"], /whole number of 1 or more/],
  ["start_stream_source.sh", ["-d", "data/texts", "-c", "many"], /whole number/],
  ["start_stream_source.sh", ["-d", "data/texts", "-p", "70000"], /65535/],
  ["start_producer.sh", [], /required option.*-s/],
  ["start_producer.sh", ["-s", "8000", "-k", "9092"], /-k.*-t|-t.*-k/],
  ["start_producer.sh", ["-s", "8000", "-t", "chunks"], /-k.*-t|-t.*-k/],
  ["start_consumer.sh", [], /required option/],
  ["start_consumer.sh", [...consumer, "--clusters", "0"], /whole number/],
  ["start_consumer.sh", [...consumer, "--flush-seconds", "-1"], /number above 0/],
  ["start_consumer.sh", [...consumer, "--kafka-broker-port", "x:y"], /port or host:port/],
  [
    "start_consumer.sh",
    ["--schema-file", "no/such.json", ...consumer.slice(2)],
    /cannot read the schema file \/.*\/no\/such\.json/,
  ],
  ["start_consumer.sh", ["--schema-file", join(folder, "broken.json"), ...consumer.slice(2)], /is not JSON/],
  ["start_consumer.sh", ["--schema-file", join(folder, "empty.json"), ...consumer.slice(2)], /"fields" must be a list/],
  ["ingest", [], /required option.*--topic/],
  ["ingest", ["--topic", "chunks,"], /names with commas between them/],
  ["ingest", ["--topic", "chunks,chunks"], /the topic chunks is given twice; give each topic once/],
  ["ingest", ["--topic", "no such"], /no schema for the topic no such/],
  ["ingest", ["--topic", "no such", "--schema-file", "schemas/chunks.json"], /"no such" is not a topic name/],
  ["ingest", ["--topic", "clicks"], /no schema for the topic clicks .*--schema-file clicks=FILE/],
  ["ingest", ["--topic", "chunks", "--schema-file", "chunk=x.json"], /the topic chunk is not read; name one of chunks/],
  ["ingest", ["--topic", "chunks", "--schema-file", join(folder, "broken.json")], /is not JSON/],
  ["ingest", ["--topic", "chunks", "--time-field", "seq"], /a field "seq" of type int/],
  ["ingest", ["--topic", "chunks", "--to", "streambook"], /the HDFS path "streambook" does not begin with \//],
  ["ingest", ["--topic", "chunks", "--format", "csv"], /Allowed choices are ndjson, parquet/],
  ["ingest", ["--topic", "chunks", "--by", "minute"], /Allowed choices are hour, date/],
  ["ingest", ["--topic", "chunks", "--hive-table", "drop me"], /the Hive name "drop me" cannot be used/],
  [
    "ingest",
    ["--topic", "chunks,others", "--schema-file", "schemas/chunks.json", "--hive-table", "both"],
    /chunks and others would both be rows of the table both/,
  ],
  ["rebuild_texts.sh", ["--reducers", "0"], /whole number/],
  ["run", ["--chunk-size", "0"], /whole number of 1 or more/],
  ["run", ["texts"], /there is no further pipeline "texts"; there are campaigns, clicks/],
  ["run", ["campaigns", "now"], /too many arguments for 'campaigns'/],
  ["run", ["campaigns", "--late", "2"], /a share from 0 to 1/],
  ["run", ["clicks", "--chunk-size", "5"], /unknown option '--chunk-size'/],
  ["run", ["clicks", "--seed", "7", "--data", "."], /unknown option '--data'/],
  ["run", ["clicks", "--start", "yesterday"], /a time such as .*, or now/],
  ...["campaigns", "clicks", "tweets", "ratings"].map(
    (name) => ["run", [name, "--output", "/dev/null"], /the folder \/dev\/null cannot be made .*--output/] as const,
  ),
  ["generate", ["clicks", "--forever", "--events", "4"], /contradict each other/],
  ["generate", ["texts"], /unknown command 'texts'/],
  ["job", ["clicks", "--hour", "2026-10-24T24"], /hours in UTC, such as/],
  ["job", ["clicks", "--every", "1 hour"], /1h|time/],
  ["job", ["clicks", "--every", "0s"], /would never pause; give a length of time/],
  ["run", ["ratings", "--rate", "-1"], /number above 0/],
  ["generate", ["ratings", "--malformed", "half"], /a share from 0 to 1/],
  ["job", ["ratings", "--interval", "0"], /number above 0/],
  ["job", ["ratings", "--most", "0"], /whole number of 1 or more/],
  ["job", ["ratings", "--copies", "10"], /whole number from 1 to 9/],
  ["compact", [], /--hive-table NAME, or --from FOLDER/],
  ["compact", ["--hive-table", "a", "--from", "/b"], /--hive-table NAME, or --from FOLDER/],
  ["compact", ["--hive-table", "drop me"], /must be the name of a table/],
  ["compact", ["--from", "streambook"], /the HDFS path "streambook" does not begin with \//],
  ["compact", ["--hive-table", "a", "--target-mb", "0"], /whole number from 1 to 1024/],
  ["query", ["--cassandra", "--spark", "SELECT 1"], /--spark and --cassandra contradict each other; leave one out/],
  ["run", ["--data", ""], /must be a path, and is empty/],
  ["watch", ["--terminal", "--json"], /--terminal and --json exclude each other/],
  ["watch", ["--port", "70000"], /65535/],
  ["up", ["kafak"], /no service "kafak"/],
  ["data", ["generate", "--size", "lots", "--output", join(folder, "x")], /size/],
  ["lab", ["99"], /no notebook "99"; the lessons are 00-welcome, /],
  ["no-such-command", [], /unknown command/],
];

for (const [name, args, expected] of wrong) {
  test(`${name} ${args.join(" ")}: wrong usage`, async () => {
    const { code, stderr } = await command(name, args, nowhere);
    assert.match(stderr, expected);
    assert.doesNotMatch(stderr, /^\s+at /m, "no stack trace");
    assert.equal(code, 2, stderr);
  });
}

/** A script of npm, called in a folder, and what it says on standard error. */
async function npm(cwd: string, args: readonly string[]): Promise<string> {
  const jars = process.env["STREAMBOOK_JARS"] ?? join(homeFolder(), "jars");
  const settings = {
    ...nowhere,
    STREAMBOOK_JARS: jars,
    STREAMBOOK_IGNORE: "memory,disk",
    NODE_TEST_CONTEXT: undefined,
  };
  const environment = { ...process.env, ...settings };
  const child = spawn("npm", args, { cwd, env: environment, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  await once(child, "close");
  return said;
}

for (const script of [
  ["start", "--"],
  ["run", "streambook", "--", "run"],
]) {
  test(`npm ${script.join(" ")} looks for a folder where the user stands, and says where it has looked`, async () => {
    const here = join(projectFolder(), "notebooks");
    const said = await npm(here, [...script, "--data", "no-such-texts"]);
    assert.ok(said.includes(`the folder ${join(here, "no-such-texts")} does not exist`), said);
  });
}

test("the folder in which npm was called counts for the script that npm has called, and for nothing that the script starts", async () => {
  const real = await realpath(folder);
  const project = join(real, "project");
  const script = join(project, "setup", "start.mjs");
  await mkdir(join(project, "setup"), { recursive: true });
  await writeFile(script, "");
  const called = {
    INIT_CWD: real,
    npm_package_json: join(project, "package.json"),
    npm_lifecycle_script: "node setup/start.mjs",
  };
  assert.equal(callersFolder(script, called, project), real);
  assert.equal(callersFolder(script, {}, project), project);
  assert.equal(callersFolder(script, called, folder), folder, "a program that stands elsewhere");
  assert.equal(callersFolder(join(project, "other.mjs"), called, project), project, "another program");
  assert.equal(callersFolder(script, { ...called, INIT_CWD: join(folder, "gone") }, project), project);
});

test("with services somewhere else, a port alone is one of theirs", async () => {
  const args = ["-s", "9", "-k", "9", "-t", "chunks"];
  const external = { ...nowhere, STREAMBOOK_STACK: "external", STREAMBOOK_KAFKA: "" };
  const missing = await command("start_producer.sh", args, external);
  assert.match(missing.stderr, /^streambook: .*STREAMBOOK_KAFKA is not set/m);
  assert.equal(missing.code, 2, missing.stderr);
});

test("without a stack, a command names what starts it", async () => {
  for (const [name, args] of [
    ["start_consumer.sh", consumer],
    ["ingest", ["--topic", "chunks"]],
    ["query", ["SELECT 1"]],
    ["rebuild_texts.sh", ["--input", "hdfs:///streambook/log", "--output", join(folder, "o")]],
  ] as const) {
    const { code, stderr } = await command(name, args, nowhere);
    assert.match(stderr, /^streambook: the stack is not running .*npx streambook up/m);
    assert.doesNotMatch(stderr, /^\s+at /m);
    assert.equal(code, 1);
  }
});

test("every command and script explains itself", async () => {
  const all = [
    "start_stream_source.sh",
    "start_producer.sh",
    "start_consumer.sh",
    "rebuild_texts.sh",
    "ingest",
    "run",
    "up",
    "down",
    "status",
    "logs",
    "doctor",
    "reset",
    "query",
    "data",
  ];
  for (const name of all) {
    const { code, stdout } = await command(name, ["--help"]);
    assert.equal(code, 0, name);
    assert.match(stdout, /^Usage: /, name);
  }
});

test("--verbose shows where an error comes from", async () => {
  const { stderr } = await command("query", ["SELECT 1", "--verbose"], nowhere);
  assert.match(stderr, /^\s+at /m);
});

test("a command keeps its sources in compiled form, where the user says or beside the jars", async () => {
  const folder = await mkdtemp(join(tmpdir(), "streambook-compiled-"));
  after(() => rm(folder, { recursive: true, force: true }));
  await command("query", ["--help"], { NODE_COMPILE_CACHE: folder });
  const [version = ""] = await readdir(folder);
  const kept = await readdir(join(folder, version));
  assert.ok(kept.length > 10, `${kept.length} files`);
  await command("query", ["--help"], { NODE_COMPILE_CACHE: undefined });
  assert.ok((await readdir(join(projectFolder(), ".streambook", "compiled"))).includes(version));
});

test("a script that is killed leaves nothing behind: kill -9 reaches the process that does the work", async () => {
  const source = start("start_stream_source.sh", ["-d", "data/texts", "-p", "0"], nowhere);
  try {
    await source.said(/http:\/\/127\.0\.0\.1:\d+/);
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(source.text())?.[0] ?? "";
    source.child.kill("SIGKILL");
    await source.ended; // its output closes when the last process that holds it has ended
    await assert.rejects(fetch(address));
  } finally {
    source.stop();
  }
});
