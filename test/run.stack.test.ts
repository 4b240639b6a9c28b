/** The whole course as its user runs it: `streambook run` on texts of one's own, good and bad. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { identifier, openHive, stringLiteral } from "../lib/src/hive/index.ts";
import { BatchingProducer, ensureTopic, topicOffsets } from "../lib/src/kafka/index.ts";
import { judge, type RunReport } from "../lib/src/report/index.ts";
import { loadSchema } from "../lib/src/schema/index.ts";
import { addresses, hadoopClient, projectFolder } from "../lib/src/stack/index.ts";
import { StageRecorder } from "../lib/src/report/index.ts";
import { run } from "../lib/src/texts/index.ts";
import { command } from "./fixtures/command.ts";

const folder = await mkdtemp(join(tmpdir(), "streambook run "));
after(() => rm(folder, { recursive: true, force: true }));

async function texts(name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  for (const [file, content] of Object.entries(files)) await writeFile(join(path, file), content);
  return path;
}

test("the course's own texts come back byte for byte, each in a cluster of its own", async () => {
  const output = join(folder, "course output");
  const { code, stdout, stderr } = await command("run", ["--output", output]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /All 10 texts came back identical/);
  const report = JSON.parse(await readFile(join(output, "report.json"), "utf8")) as RunReport;
  assert.equal(report.identical, true);
  assert.deepEqual(report.counts, { sent: report.messages, rows: report.messages, distinctOffsets: report.messages });
  const source = join(projectFolder(), "data", "texts");
  assert.deepEqual(report.texts.map(({ file }) => file).sort(), (await readdir(source)).sort());
  for (const { file, uri, sha256, rebuiltSha256 } of report.texts) {
    const sha = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
    assert.equal(sha256, sha(await readFile(join(source, file))));
    assert.equal(rebuiltSha256, sha(await readFile(join(output, "refresh", (uri ?? "/").slice(1)))));
  }
  assert.ok((report.quality.purity ?? 0) >= 0.8, `purity ${report.quality.purity}`);
  const sizes = report.clusters.map(({ size }) => size);
  assert.equal(sizes.length, 9, "one for each text that is not empty");
  assert.ok(Math.min(...sizes) > 0 && Math.max(...sizes) < report.counts.rows / 2, `sizes ${sizes.join(", ")}`);
  assert.ok(report.clusters.every(({ terms }) => terms.length >= 5));
  assert.match(await readFile(join(output, "report.html"), "utf8"), /^<!doctype html>/i);
});

test("texts of one's own: one character, no line end, one huge line, only blanks, bytes that look like markup", async () => {
  const data = await texts("own", {
    a: "x",
    "b.txt": "no line end",
    "c.txt": `${"a very long line with words, ".repeat(40_000)}`,
    "d.txt": " \t\r\n \n",
    'e "quoted" & <b>.txt': "</script><script>alert(1)</script>\u2028\u0000\ufeff",
    "ż🦉.md": "sowa 🦉 i żółw 🐢\r\n".repeat(50),
  });
  const output = join(folder, "own output");
  const { code, stderr } = await command("run", [
    "--data",
    data,
    "--output",
    output,
    "--chunk-size",
    "1000",
    "--clusters",
    "3",
  ]);
  assert.equal(code, 0, stderr);
  const report = JSON.parse(await readFile(join(output, "report.json"), "utf8")) as RunReport;
  assert.equal(report.texts.length, 6);
  assert.ok(report.identical);
});

test("a second run into the same folder replaces the first", async () => {
  const data = await texts("second", { "only.txt": "one small text\n".repeat(30) });
  const output = join(folder, "own output");
  const { code, stderr } = await command("run", ["--data", data, "--output", output]);
  assert.equal(code, 0, stderr);
  assert.equal((await readdir(join(output, "refresh"))).length, 1);
});

test("a topic that somebody has filled is refused before anything is removed, and other names are taken", async () => {
  const { kafka: broker } = await addresses();
  const topic = "run-somebodys";
  await ensureTopic({ broker, topic });
  await using producer = await BatchingProducer.open({ broker });
  await producer.send({ topic, key: "k", value: "somebody's message" });
  const data = await texts("for somebody's", { "only.txt": "one small text\n" });
  const output = join(folder, "own output");
  const before = await readdir(output, { recursive: true });
  const refused = await command("run", ["--data", data, "--output", output, "--topic", topic, "--table", "run_names"]);
  assert.match(
    refused.stderr,
    /^streambook: the topic run-somebodys holds messages that no run has sent, .*--replace$/m,
  );
  assert.equal(refused.code, 2);
  const ends = [...(await topicOffsets({ broker, topic })).values()];
  assert.equal(
    ends.reduce((sum, { low, high }) => sum + Number(high - low), 0),
    1,
  );
  assert.deepEqual(await readdir(output, { recursive: true }), before, "the last report is there");
  const wrong = await command("run", ["--data", data, "--output", output, "--topic", "no topic"]);
  assert.match(wrong.stderr, /^streambook: "no topic" is not a topic name/m);
  assert.equal(wrong.code, 2);
});

/** Does something of its own when a stage has ended. */
class Meddler extends StageRecorder {
  readonly #after: Readonly<Record<string, () => Promise<void>>>;

  constructor(after: Readonly<Record<string, () => Promise<void>>>) {
    super();
    this.#after = after;
  }

  override async run<T>(...[name, ...rest]: Parameters<typeof StageRecorder.prototype.run<T>>): Promise<T> {
    const result = await super.run(name, ...rest);
    await this.#after[name]?.();
    return result;
  }
}

test("a message that is not of the producer, and a row that is doubled in another cluster, are seen", async () => {
  const at = await addresses();
  const schema = await loadSchema(join(projectFolder(), "schemas", "chunks.json"));
  const [topic, table] = ["run-meddled", "run_meddled"];
  const stranger = {
    agent_id: "Agent_Stranger",
    destination_uri: "/stranger.md",
    event_time: "2026-01-01T00:00:00.000000Z",
    chunk: "not one of the texts",
    stream_id: "stranger",
    seq: 0,
    is_last: true,
  };
  const sendOne = async (): Promise<void> => {
    await using producer = await BatchingProducer.open({ broker: at.kafka });
    await producer.send({ topic, key: stranger.destination_uri, value: JSON.stringify(stranger) });
  };
  const doubleOne = async (): Promise<void> => {
    await using hive = await openHive({ address: at.hive });
    const [first] = await hive.query(`SELECT event_date FROM ${identifier(table)} WHERE seq = 1`);
    const columns = [...schema.fields.map(({ name }) => name), "model_version", "kafka_partition", "kafka_offset"];
    const partition = `PARTITION (event_date = ${stringLiteral(String(first?.["event_date"]))})`;
    const names = columns.map(identifier).join(", ");
    await hive.execute(
      `INSERT INTO ${identifier(table)} ${partition} (${names}, cluster) SELECT ${names}, 1 - cluster FROM ${identifier(table)} WHERE seq = 1`,
    );
  };
  const { report } = await run({
    data: await texts("meddled", { "only.txt": "a text that is changed below\n".repeat(30) }),
    output: join(folder, "meddled output"),
    addresses: at,
    hadoop: await hadoopClient(),
    schema,
    topic,
    table,
    clusters: 2,
    recorder: new Meddler({ "Stream → Kafka": sendOne, "Kafka → clusters → Hive": doubleOne }),
  });
  const { sent } = report.counts;
  assert.equal(report.messages, sent + 1);
  assert.deepEqual(report.counts, { sent, rows: sent + 2, distinctOffsets: sent + 1 });
  assert.ok(report.identical);
  assert.deepEqual(judge(report).failures, [
    `The producer sent ${sent} messages, but the topic holds ${sent + 1}.`,
    `Hive has 2 rows more than the ${sent} messages sent.`,
    "1 row in Hive repeats an offset that another row already has.",
  ]);
});

const bad: readonly (readonly [string, () => Promise<readonly string[]>, number, RegExp])[] = [
  ["a folder that is not there", async () => ["--data", join(folder, "nowhere")], 1, /nowhere/],
  ["a folder without texts", async () => ["--data", await texts("empty", {})], 1, /holds no texts/],
  [
    "a file that is not UTF-8",
    async () => [
      "--data",
      await texts("latin1", { "good.txt": "good", "latin1.txt": Buffer.from("caf\xe9 au lait", "latin1") }),
    ],
    1,
    /latin1\.txt.*(byte|position) 3/,
  ],
  [
    "an output folder that cannot be",
    async () => ["--data", await texts("right", { "a.txt": "right" }), "--output", "/proc/streambook"],
    2,
    /cannot write to the output folder \/proc\/streambook/,
  ],
  [
    "an output folder with other things in it",
    async () => [
      "--data",
      await texts("fine", { "a.txt": "fine" }),
      "--output",
      await texts("precious", { "thesis.txt": "years of work" }),
    ],
    2,
    /precious holds other things/,
  ],
];

for (const [what, makeArguments, expected, message] of bad) {
  test(`${what} is reported on one line, and nothing is lost`, async () => {
    const given = await makeArguments();
    const { code, stderr } = await command(
      "run",
      given.includes("--output") ? given : [...given, "--output", join(folder, `out ${what}`)],
    );
    assert.equal(code, expected, stderr);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^\s+at /m);
    if (given.some((argument) => argument.includes("precious")))
      assert.equal(await readFile(join(folder, "precious", "thesis.txt"), "utf8"), "years of work");
  });
}
