/** `npm run bench -- NAME [key=value …]`: benchmarks on the running stack. They print ratios; nothing here can fail a test. */
const benchmarks: Readonly<Record<string, () => Promise<(options: Record<string, number>) => Promise<void>>>> = {
  pipeline: async () => (await import("./pipeline.ts")).pipeline,
  rebuild: async () => (await import("./rebuild.ts")).rebuildBench,
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
await (
  await load()
)(options);
process.exit(0);
