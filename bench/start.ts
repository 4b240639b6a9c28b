/**
 * `npm run bench -- start`: how long one waits for the help, for the services, and for a whole `npm start`, each as a whole process, with
 * the CPU that each service has taken by then. On a stack of its own in a temporary folder: yours is left alone.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { jarsFolder } from "../setup/paths.mjs";
import { formatSeconds } from "../lib/src/format/index.ts";
import { down, projectFolder, startGuardian, status } from "../lib/src/stack/index.ts";
import { noAddresses } from "../lib/src/stack/own-services-for-test.ts";
import { median } from "./engines/table.ts";

/** What is waited for. The first time is not counted: storage is made, files are read from the disk. */
const WAITED = {
  "streambook --help": ["lib/bin/streambook.mjs", "--help"],
  "streambook up": ["lib/bin/streambook.mjs", "up"],
  "npm start": ["setup/start.mjs", "--keep-up"],
} as const;
type Waited = keyof typeof WAITED;

/** Runs the benchmark, and removes its stack. */
export async function startBench({ rounds = 3 } = {}, signal?: AbortSignal): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "streambook-bench-"));
  const environment: NodeJS.ProcessEnv = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !(name in noAddresses()))),
    ...{ STREAMBOOK_HOME: home, STREAMBOOK_JARS: jarsFolder(), STREAMBOOK_PORTS: "free" },
  };
  const output = join(home, "output");
  const found = new Map<Waited, number[]>();
  const services: Record<string, number>[] = [];
  const guardian = await startGuardian({ services: "all", remove: [home] }, environment);
  try {
    for (let round = 0; round <= rounds; round++)
      for (const [what, words] of Object.entries(WAITED) as [Waited, readonly string[]][]) {
        const given = what === "npm start" ? [...words, "--output", output] : words;
        const seconds = await wait(given, environment, signal);
        console.error(
          `  ${round === 0 ? "warm-up" : `round ${round} of ${rounds}`}, ${what}: ${formatSeconds(seconds)}`,
        );
        if (round > 0) found.set(what, [...(found.get(what) ?? []), seconds]);
        if (what === "streambook up" && round > 0) services.push(await processorTimes(environment));
        if (what !== "streambook --help") await down({ environment });
      }
  } finally {
    await down({ environment }).catch((error: unknown) => console.error(error));
    await guardian[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
  console.log(
    `\nSeconds from the shell to the end of the command, with nothing running before; load at the end ${loadavg()[0]?.toFixed(1)}:`,
  );
  console.table(
    [...found].map(([what, seconds]) => ({
      command: what,
      median: median(seconds)?.toFixed(2),
      all: seconds.map((one) => one.toFixed(2)).join(", "),
    })),
  );
  console.log("Seconds of CPU that each service has taken when `up` ends, medians:");
  const names = Object.keys(services[0] ?? {});
  const rows = names.map((service) => ({ service, cpu: median(services.map((one) => one[service] ?? 0)) ?? 0 }));
  const all = rows.reduce((sum, { cpu }) => sum + cpu, 0);
  console.table(
    [...rows, { service: "all", cpu: all }].map(({ service, cpu }) => ({ service, "CPU, s": cpu.toFixed(1) })),
  );
}

/** Runs a command of the project to its end. @returns the seconds that it took */
async function wait(words: readonly string[], env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<number> {
  const [program = "", ...rest] = words;
  const begun = performance.now();
  await promisify(execFile)(process.execPath, [join(projectFolder(), program), ...rest], {
    env,
    signal,
    maxBuffer: 1 << 24,
  });
  return (performance.now() - begun) / 1000;
}

/** By service, in seconds. */
async function processorTimes(environment: NodeJS.ProcessEnv): Promise<Record<string, number>> {
  const running = (await status({ environment })).filter(({ processorTime }) => processorTime !== undefined);
  return Object.fromEntries(running.map(({ name, processorTime = 0 }) => [name, processorTime]));
}
