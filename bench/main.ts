/**
 * `npm run bench -- NAME [--messages 50000 …]`: benchmarks on the running stack. They print ratios; nothing here can fail a test. Without a
 * NAME it runs all that docs/speed.md quotes, one after the other.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { NODE_FLAGS } from "../lib/bin/find-node.mjs";
import { onInterruption, outliveOutput } from "../lib/bin/signals.mjs";
import { describeError } from "../lib/src/cli/hints.ts";
import { exitCodeOf, isStreambookError } from "../lib/src/errors/index.ts";
import { addresses, useStack } from "../lib/src/stack/index.ts";
import { parseCounts } from "./arguments.ts";

type Benchmark = (signal: AbortSignal) => Promise<void>;

/** Each reads its options, and then gives what is to be run. */
const benchmarks: Readonly<Record<string, (given: readonly string[]) => Promise<Benchmark>>> = {
  pipeline: async (given) => {
    const options = parseCounts(given, ["messages", "rounds"]);
    const { pipeline } = await import("./pipeline.ts");
    return (signal) => pipeline(options, signal);
  },
  engines: async (given) => {
    const options = (await import("./engines/options.ts")).parseEnginesOptions(given);
    const { enginesBench } = await import("./engines/engines.ts");
    return (signal) => enginesBench(options, signal);
  },
  rebuild: async (given) => {
    const options = parseCounts(given, ["messages", "reducers", "rounds"]);
    const { rebuildBench } = await import("./rebuild.ts");
    return (signal) => rebuildBench(options, signal);
  },
  ingest: async (given) => {
    const options = parseCounts(given, ["messages"]);
    const { ingestBench } = await import("./ingest.ts");
    return (signal) => ingestBench(options, signal);
  },
  start: async (given) => {
    const options = parseCounts(given, ["rounds"]);
    const { startBench } = await import("./start.ts");
    return (signal) => startBench(options, signal);
  },
  files: async (given) => {
    const options = parseCounts(given, ["messages"]);
    const { filesBench } = await import("./files.ts");
    return (signal) => filesBench(options, signal);
  },
  compaction: async (given) => {
    const options = parseCounts(given, ["rate", "seconds"]);
    const { compactionBench } = await import("./compaction.ts");
    return (signal) => compactionBench(options, signal);
  },
  memory: async (given) => {
    const options = parseCounts(given, ["messages"]);
    const { memoryBench } = await import("./memory.ts");
    return (signal) => memoryBench(options, signal);
  },
  sizes: async (given) => {
    parseCounts(given, []);
    const { sizesBench } = await import("./sizes.ts");
    return () => sizesBench();
  },
  kafka: async (given) => {
    const options = parseCounts(given, ["messages", "characters", "rounds"]);
    const { kafka } = await import("./kafka.ts");
    return (signal) => kafka(options, signal);
  },
};

/** What runs without a name: the figures of docs/speed.md, and the slowest last. */
const ALL = [
  "start",
  "sizes",
  "engines",
  "engines --messages 500000 --pairs 1 --warm-up no",
  "engines --messages 3000000 --pairs 1 --warm-up no --only python",
  "compaction",
  "rebuild --messages 500000",
  "ingest",
  "files",
  "memory --messages 10000000",
];

const [name, ...given] = process.argv.slice(2);
const prepare = name === undefined ? undefined : benchmarks[name];
if (name !== undefined && prepare === undefined) {
  console.error(`usage: npm run bench [-- ${Object.keys(benchmarks).join(" | ")} [--messages 50000 …]]`);
  process.exit(2);
}
const stop = new AbortController();
outliveOutput();
onInterruption(
  () => {
    console.error("\nbench: removing its topics, tables and files … (Ctrl-C again leaves them)");
    stop.abort(new DOMException("stopped by the user", "AbortError"));
  },
  () => process.exit(130),
);
try {
  const benchmark = (await prepare?.(given)) ?? all;
  await using _user = await useStack(["npm run bench", ...(name === undefined ? [] : ["--", name])].join(" "));
  await benchmark(stop.signal);
} catch (error) {
  if (stop.signal.aborted) process.exitCode = 130;
  else {
    console.error(isStreambookError(error) ? `bench: ${describeError(error, () => false)}` : error);
    process.exitCode = exitCodeOf(error);
  }
}
process.exit();

/** Runs each in a process of its own, so that none is measured with what another has left in memory; one that fails keeps none back. */
async function all(signal: AbortSignal): Promise<void> {
  await addresses(); // the stack runs, or nothing is begun
  const failed: string[] = [];
  for (const words of ALL) {
    console.log(`\n── npm run bench -- ${words} ──\n`);
    const child = spawn(process.execPath, [...NODE_FLAGS, import.meta.filename, ...words.split(" ")], {
      stdio: "inherit",
    });
    const end = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", end, { once: true });
    const [code] = (await once(child, "exit")) as [number | null];
    signal.removeEventListener("abort", end);
    signal.throwIfAborted();
    if (code !== 0) failed.push(words);
  }
  if (failed.length > 0) console.error(`\nbench: without a result: ${failed.join("; ")}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
