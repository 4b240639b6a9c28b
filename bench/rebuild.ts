/**
 * `npm run bench -- rebuild`: the messages of the pipeline's benchmark, rebuilt by MapReduce on YARN, by a job written by hand in Java
 * for the same YARN, and by the same map and reduce in this process.
 */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { addresses, hadoopClient } from "../lib/src/stack/index.ts";
import { hdfsFolders, rebuild, type RebuildReport } from "../lib/src/texts/index.ts";
import { benchMessages } from "./messages.ts";
import { median } from "./engines/table.ts";
import { compileNative, runNative } from "./native-job.ts";

const STREAMS = 250;

/** Runs the benchmark on the running stack, and cleans up after itself. */
export async function rebuildBench(
  { messages = 50_000, reducers = 2, rounds = 1 } = {},
  signal?: AbortSignal,
): Promise<void> {
  const at = await addresses();
  const hdfs = new Hdfs({ address: at.webhdfs });
  const folder = `${hdfsFolders.log}/bench-${Date.now()}`;
  const output = await mkdtemp(join(tmpdir(), "streambook-bench-"));
  const hashes = new Map<string, ReturnType<typeof createHash>>();
  let bytes = 0;
  const lines = function* (): Generator<Uint8Array> {
    for (const { key, value } of benchMessages(messages, { streams: STREAMS })) {
      const hash = hashes.get(key) ?? createHash("sha256");
      hashes.set(key, hash.update((JSON.parse(value) as { chunk: string }).chunk));
      bytes += value.length + 1;
      yield Buffer.from(`${value}\n`);
    }
  };
  try {
    await hdfs.mkdirs(folder);
    await hdfs.write(`${folder}/chunks.ndjson`, Buffer.concat([...lines()]));
    const truth = new Map([...hashes].map(([uri, hash]) => [uri, hash.digest("hex")]));
    const options = { input: `hdfs://${folder}`, addresses: at, hadoop: await hadoopClient(), reducers, signal };
    const jar = await compileNative(options.hadoop, output, signal);
    const rows: Record<string, string | number>[] = [];
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const report = await rebuild({ ...options, output: join(output, `yarn-${round}`) });
      await prove(report, truth);
      rows.push(rowOf(`on YARN, ${reducers} reducers`, report, messages));
      if (jar === undefined) continue;
      const target = `${folder}-java-${round}`;
      const native = await runNative(
        options.hadoop,
        jar,
        { input: options.input, output: target, reducers },
        hdfs,
        signal,
      );
      await hdfs.remove(target, { recursive: true });
      for (const [uri, hash] of truth)
        if (native.hashes.get(uri) !== hash) throw new Error(`the job in Java did not rebuild ${uri} as it was`);
      rows.push({ where: "on YARN, written in Java", "job, s": native.seconds.toFixed(1) });
      ratios.push(report.stages.job / native.seconds);
    }
    const local = await rebuild({ ...options, output: join(output, "local"), local: true });
    await prove(local, truth);
    rows.push(rowOf("in this process", local, messages));
    console.log(`${messages} messages, ${Math.round(bytes / 1e6)} MB, ${truth.size} texts, every one identical\n`);
    console.table(rows);
    if (jar === undefined) console.log("this Java compiles nothing: the job in Java was left out; a JDK has javac");
    else console.log(`the job takes ${median(ratios)?.toFixed(2)} times as long as that in Java`);
  } finally {
    await hdfs.remove(folder, { recursive: true });
    await rm(output, { recursive: true, force: true });
  }
}

/** @throws when a text is not what was sent */
async function prove(report: RebuildReport, truth: ReadonlyMap<string, string>): Promise<void> {
  for (const { uri, file } of report.texts) {
    const text = file === undefined ? "" : await readFile(join(report.output, file));
    if (createHash("sha256").update(text).digest("hex") !== truth.get(uri))
      throw new Error(`${uri} was not rebuilt as it was`);
  }
}

function rowOf(where: string, { seconds, stages }: RebuildReport, messages: number): Record<string, string | number> {
  return {
    where,
    seconds: seconds.toFixed(1),
    "messages/s": Math.round(messages / seconds),
    "prepare, s": stages.prepare.toFixed(1),
    "job, s": stages.job.toFixed(1),
    "fetch and prove, s": stages.fetch.toFixed(1),
  };
}
