/** `npm run bench -- NAME [key=value …]`: benchmarks on the running stack. They print ratios; nothing here can fail a test. */
import { onInterruption, outliveOutput } from "../lib/bin/signals.mjs";
import { useStack } from "../lib/src/stack/index.ts";

type Benchmark = (options: Record<string, number>, signal: AbortSignal) => Promise<void>;

const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  pipeline: async () => (await import("./pipeline.ts")).pipeline,
  rebuild: async () => (await import("./rebuild.ts")).rebuildBench,
  ingest: async () => (await import("./ingest.ts")).ingestBench,
  kafka: async () => (await import("./kafka.ts")).kafka,
};

const [name = "", ...settings] = process.argv.slice(2);
const load = benchmarks[name];
if (load === undefined) {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join(" | ")} [messages=50000 …]`);
  process.exit(2);
}
const options = Object.fromEntries(
  settings.map((setting) => setting.split("=")).map(([key = "", value]) => [key, Number(value)]),
);
const stop = new AbortController();
outliveOutput();
onInterruption(
  () => {
    console.error("\nbench: removing its topics, tables and files … (Ctrl-C again leaves them)");
    stop.abort(new DOMException("stopped by the user", "AbortError"));
  },
  () => process.exit(130),
);
const benchmark = await load();
await using _user = await useStack(`npm run bench -- ${name}`);
try {
  await benchmark(options, stop.signal);
} catch (error) {
  if (!stop.signal.aborted) console.error(error);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
process.exit();
