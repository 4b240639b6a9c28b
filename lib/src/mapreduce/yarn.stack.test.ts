/** Against a running YARN. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { isStreambookError, type ErrorCode } from "../errors/index.ts";
import { Hdfs } from "../hdfs/index.ts";
import { addresses, hadoopClient } from "../stack/index.ts";
import { defineJob } from "./job.ts";
import { linesOf } from "../bundle/index.ts";
import { runLocal } from "./local.ts";
import job, { type OrderLine } from "./order-job-for-test.ts";
import { runOnYarn, type HadoopClient, type JobProgress, type YarnOptions } from "./yarn.ts";

const folder = `/tmp/yarn-test-${randomUUID()}`;
const module = new URL("./order-job-for-test.ts", import.meta.url);
let hdfs: Hdfs;
let resourceManager: string;
let hadoop: HadoopClient;

before(async () => {
  const places = await addresses();
  hdfs = new Hdfs({ address: places.webhdfs });
  resourceManager = places.resourceManager;
  hadoop = await hadoopClient();
  await hdfs.mkdirs(folder);
});
after(() => hdfs.remove(folder, { recursive: true }));

function run(name: string, options: Partial<YarnOptions> = {}) {
  return runOnYarn(module, {
    hadoop,
    resourceManager,
    inputs: [`${folder}/${name}`],
    output: `${folder}/${name}-out`,
    ...options,
  });
}

function rejects(promise: Promise<unknown>, code: ErrorCode, message: RegExp): Promise<void> {
  return assert.rejects(promise, (error) => {
    assert.ok(isStreambookError(error, code), String(error));
    assert.match(error.message, message);
    return true;
  });
}

/** A task that fails is not tried again. */
const ONCE = { "mapreduce.map.maxattempts": "1" };

const PIECES = [
  "",
  "a",
  "b",
  "ab",
  " ",
  "!",
  '"',
  "\t",
  "\n",
  "\r\n",
  "\r",
  "\\",
  "\\n",
  "ż",
  "😀",
  "\ue000",
  "\uffff",
  "\u2028",
  "=",
  "\u0000",
].concat(["中", "~", "0", "9", "10", "-", ",", "\u007f", "\u0080", "\ud7ff", "'", "%"]);

/** Records with every text that is hard to carry, no two with the same key; always the same ones. */
function hardRecords(count: number): OrderLine[] {
  let state = 7;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const pick = (): string => Array.from({ length: random(3) }, () => PIECES[random(PIECES.length)]).join("");
  const records = new Map<string, OrderLine>();
  while (records.size < count) {
    const record = { group: pick(), text: pick(), number: random(10 ** random(10)) - random(500), value: pick() };
    records.set(JSON.stringify([record.group, record.text, record.number]), record);
  }
  return [...records.values()];
}

test("law: a job on YARN gives the same output, in the same order, and the same counters as here", async () => {
  const huge = { group: "huge", text: "", number: 0, value: "Ж\t".repeat(2_500_000) };
  const lines = [...hardRecords(2000), huge].map((record) => JSON.stringify(record));
  await hdfs.mkdirs(`${folder}/law/sub`);
  await hdfs.write(`${folder}/law/a`, Buffer.from(lines.slice(0, 900).join("\n")));
  await hdfs.write(`${folder}/law/sub/b`, Buffer.from(`${lines.slice(900).join("\n")}\n`));
  await hdfs.write(`${folder}/law/_hidden`, Buffer.from("not a record\n"));
  // A Node whose path has a blank, where the tasks run on this machine.
  const blank = await mkdtemp(join(tmpdir(), "a blank "));
  await symlink(process.execPath, join(blank, "my node"));
  const reports: JobProgress[] = [];
  try {
    const local = await runLocal(job, lines, { reducers: 3 });
    const there = await run("law", {
      reducers: 3,
      ...(process.env["STREAMBOOK_STACK"] === "external" ? {} : { node: join(blank, "my node") }),
      onProgress: (progress) => reports.push(progress),
    });
    assert.deepEqual(there.counters, local.counters);
    assert.equal(there.counterGroups["Map-Reduce Framework"]?.["Map input records"], lines.length);
    for (const [number, expected] of local.output.entries()) {
      const output: unknown[] = [];
      for await (const line of linesOf(hdfs.readStream(`${there.output}/part-0000${number}`)))
        output.push(JSON.parse(line));
      assert.deepEqual(output, expected);
    }
  } finally {
    await rm(blank, { recursive: true });
  }
  assert.deepEqual([...new Set(reports.map(({ state }) => state))], ["submitting", "waiting", "running", "done"]);
  assert.deepEqual(reports.at(-1)?.counters, { groups: reports.at(-1)?.counters["groups"], lines: lines.length });
});

test("a job without a module travels as its text", async () => {
  const letters = defineJob<number, string>({
    name: "letters",
    map: (line, { emit }) => [...line].forEach((letter) => emit([letter], 1)),
    reduce: ([letter], ones, { emit }) => emit(`${letter}${[...ones].length}`),
  });
  await hdfs.write(`${folder}/letters`, Buffer.from("abba\n"));
  const { output } = await runOnYarn(letters, {
    ...{ hadoop, resourceManager, inputs: [`${folder}/letters`], output: `${folder}/letters-out` },
  });
  const lines = (await hdfs.read(`${output}/part-00000`)).toString().trim().split("\n");
  assert.deepEqual(
    lines.map((line): unknown => JSON.parse(line)),
    ["a2", "b2"],
  );
});

test("a task that fails reports its own error", async () => {
  const line = JSON.stringify({ group: "g", text: "t", number: 1, value: "fail" });
  await hdfs.write(`${folder}/fails`, Buffer.from(line));
  await rejects(run("fails", { settings: ONCE }), "JOB_FAILED", /failed on purpose.*application_/);
});

test("a Node that is not there is named", async () => {
  await hdfs.write(`${folder}/nonode`, Buffer.from("{}"));
  await rejects(
    run("nonode", { node: "/no such/node", settings: ONCE }),
    "JOB_FAILED",
    /Cannot run program "\/no such\/node"/,
  );
});

test("an input that is not there, and an output that is", async () => {
  await rejects(run("nothing"), "NOT_FOUND", /no input/);
  await hdfs.write(`${folder}/some`, Buffer.from("{}"));
  await rejects(run("some", { output: folder }), "JOB_FAILED", /exists; remove it/);
});

test("a job nobody waits for is ended on YARN too", async () => {
  await hdfs.write(`${folder}/stopped`, Buffer.from(JSON.stringify(hardRecords(1)[0])));
  const controller = new AbortController();
  let applicationId: string | undefined;
  const onProgress = (progress: JobProgress): void => {
    if (progress.applicationId === undefined) return;
    applicationId = progress.applicationId;
    controller.abort(new Error("enough"));
  };
  await assert.rejects(run("stopped", { onProgress, signal: controller.signal }), /enough/);
  const answer = await fetch(`${resourceManager}/ws/v1/cluster/apps/${applicationId}/state`);
  assert.deepEqual(await answer.json(), { state: "KILLED" });
});

test("names that Hadoop would take for patterns are refused", async () => {
  for (const path of ["relative", "/a,b", "/a*", "/{a}", "/a\nb", "file:///etc/passwd"]) {
    await rejects(run("x", { inputs: [path] }), "USAGE", /cannot be used/);
    await rejects(run("x", { output: path }), "USAGE", /cannot be used/);
  }
});

test("a module that is not there, or holds no job, is refused", async () => {
  const options = { hadoop, resourceManager, inputs: [folder], output: `${folder}/out` };
  await rejects(runOnYarn("/no/such/job.ts", options), "USAGE", /no\/such\/job\.ts cannot be loaded/);
  await rejects(runOnYarn(new URL("./groups.ts", import.meta.url), options), "USAGE", /is not a job/);
});

test("a YARN that is not there, or is something else, is named", async () => {
  await assert.rejects(run("x", { resourceManager: "http://127.0.0.1:9" }), {
    code: "UNREACHABLE",
    message: /127\.0\.0\.1:9 /,
    hint: { start: ["yarn"] },
  });
  await rejects(run("x", { resourceManager: hdfs.address }), "UNREACHABLE", /ResourceManager\?/);
});
