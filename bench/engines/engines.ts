/**
 * `npm run bench -- engines`: the same messages through the course's consumer and through programs made by hand for the same task, each
 * as a whole process, in turn, so that a slow moment of the machine meets all alike. Ratios of one run are what counts.
 */
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join, relative } from "node:path";
import { messageOf } from "../../lib/src/errors/index.ts";
import { formatBytes, plural } from "../../lib/src/format/index.ts";
import { deleteTopics, ensureTopic } from "../../lib/src/kafka/index.ts";
import { addresses, projectFolder } from "../../lib/src/stack/index.ts";
import { sendRepeated } from "../messages.ts";
import type { Engine, ReadyEngine } from "./engine.ts";
import type { EngineName, EnginesOptions } from "./options.ts";
import { pyspark, python, pythonWords } from "./peers.ts";
import { EngineFailure, runMeasured } from "./process-tree.ts";
import { countRows, rowProblem } from "./rows.ts";
import { ours, spark } from "./streambook.ts";
import { enginesTable, summarize, type EngineRun } from "./table.ts";

const engines: Readonly<Record<EngineName, Engine>> = { ours, python, "python-words": pythonWords, pyspark, spark };

/** Runs the benchmark on the running stack, and cleans up after itself. */
export async function enginesBench(options: EnginesOptions, signal?: AbortSignal): Promise<void> {
  const { messages, pairs, only, warmUp } = options;
  const at = await addresses();
  const stamp = randomUUID().slice(0, 8);
  const topic = `bench-engines-${stamp}`;
  const folder = await mkdtemp(join(tmpdir(), "streambook-engines-"));
  const report = (message: string): void => console.error(`  ${message}`);
  const runs: EngineRun[] = [];
  try {
    const ready = new Map<EngineName, ReadyEngine>();
    for (const name of only)
      ready.set(name, await engines[name].prepare({ addresses: at, topic, folder, report, signal }));
    const bytes = await fill(at.kafka, topic, messages, signal);
    console.log(
      `${messages} messages, ${formatBytes(bytes)}; ${warmUp ? "a warm-up and " : ""}${plural(pairs, "round")} of ${only.join(", ")}\n`,
    );
    for (let round = warmUp ? 0 : 1; round <= pairs; round++)
      for (const [engine, one] of ready) {
        const run = await runOnce(one, `bench_${stamp}_${runs.length}`, messages, signal);
        runs.push({ engine, round, ...run });
        const took = run.problem ?? `${run.measured?.seconds.toFixed(1)} s`;
        report(`${round === 0 ? "warm-up" : `round ${round} of ${pairs}`}, ${engine}: ${took}`);
      }
    const figures = summarize(runs);
    const result = { date: new Date().toISOString(), machine: machine(), ...options, figures, runs };
    const file = join(projectFolder(), ".bench", `engines-${stamp}.json`);
    await mkdir(join(projectFolder(), ".bench"), { recursive: true });
    await writeFile(file, `${JSON.stringify(result, undefined, 2)}\n`);
    console.log(`\n${enginesTable(figures, messages)}\n`);
    console.log(
      "Seconds: medians, from the shell to the end of the process. Of ours: the median of the rounds' ratios. CPU and peak are of",
    );
    console.log("the process and all that it starts; what Kafka, HDFS and Hive take is in none.\n");
    for (const name of only) console.log(`${name}: ${engines[name].note}`);
    console.log(`\nevery run: ${relative(process.cwd(), file)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await deleteTopics({ broker: at.kafka, topics: [topic] });
  }
}

/** One run, whose rows are counted and removed. What does not do its work is an outcome: the others go on. */
async function runOnce(
  engine: ReadyEngine,
  run: string,
  messages: number,
  signal: AbortSignal | undefined,
): Promise<Omit<EngineRun, "engine" | "round">> {
  const load = loadavg()[0] ?? 0;
  try {
    const measured = await runMeasured(await engine.command(run), { signal });
    const rows = await countRows(engine.files(run));
    const problem = rowProblem(rows, messages);
    return problem === undefined ? { load, measured, rows } : { load, rows, problem };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof EngineFailure)) throw error;
    return { load, problem: messageOf(error) };
  } finally {
    await engine.remove(run);
  }
}

/** @returns bytes of all messages */
async function fill(broker: string, topic: string, count: number, signal: AbortSignal | undefined): Promise<number> {
  await ensureTopic({ broker, topic, partitions: 4 });
  return sendRepeated({ broker, topic, to: count }, signal);
}

/** What the figures were measured on. */
function machine(): Record<string, string | number> {
  return {
    processor: cpus()[0]?.model.trim() ?? "",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}
