/**
 * `npm run bench -- rebuild`: the messages of the pipeline's benchmark, rebuilt by MapReduce on YARN, and by the same map
 * and reduce in this process.
 */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { addresses, hadoopClient } from "../lib/src/stack/index.ts";
import { hdfsFolders, rebuild, type RebuildReport } from "../lib/src/texts/index.ts";
import { benchMessages } from "./messages.ts";

const STREAMS = 250;

/** Runs the benchmark on the running stack, and cleans up after itself. */
export async function rebuildBench({ messages = 50_000, reducers = 2 } = {}, signal?: AbortSignal): Promise<void> {
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
    const results: Record<string, RebuildReport> = {};
    for (const local of [false, true]) {
      const report = await rebuild({ ...options, output: join(output, local ? "local" : "yarn"), local });
      for (const { uri, file } of report.texts) {
        const found =
          file === undefined
            ? ""
            : createHash("sha256")
                .update(await readFile(join(report.output, file)))
                .digest("hex");
        if (found !== truth.get(uri)) throw new Error(`${uri} was not rebuilt as it was`);
      }
      results[local ? "in this process" : `on YARN, ${reducers} reducers`] = report;
    }
    console.log(`${messages} messages, ${Math.round(bytes / 1e6)} MB, ${truth.size} texts, every one identical\n`);
    console.table(
      Object.entries(results).map(([where, { seconds, stages }]) => ({
        where,
        seconds: seconds.toFixed(1),
        "messages/s": Math.round(messages / seconds),
        "prepare, s": stages.prepare.toFixed(1),
        "job, s": stages.job.toFixed(1),
        "fetch and prove, s": stages.fetch.toFixed(1),
      })),
    );
  } finally {
    await hdfs.remove(folder, { recursive: true });
    await rm(output, { recursive: true, force: true });
  }
}
