/** `npm run bench -- NAME [--messages 50000 …]`: benchmarks on the running stack. They print ratios; nothing here can fail a test. */
import { onInterruption, outliveOutput } from "../lib/bin/signals.mjs";
import { describeError } from "../lib/src/cli/hints.ts";
import { exitCodeOf, isStreambookError } from "../lib/src/errors/index.ts";
import { useStack } from "../lib/src/stack/index.ts";
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
  kafka: async (given) => {
    const options = parseCounts(given, ["messages", "characters", "rounds"]);
    const { kafka } = await import("./kafka.ts");
    return (signal) => kafka(options, signal);
  },
};

const [name = "", ...given] = process.argv.slice(2);
const prepare = benchmarks[name];
if (prepare === undefined) {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join(" | ")} [--messages 50000 …]`);
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
  const benchmark = await prepare(given);
  await using _user = await useStack(`npm run bench -- ${name}`);
  await benchmark(stop.signal);
} catch (error) {
  if (stop.signal.aborted) process.exitCode = 130;
  else {
    console.error(isStreambookError(error) ? `bench: ${describeError(error, () => false)}` : error);
    process.exitCode = exitCodeOf(error);
  }
}
process.exit();
