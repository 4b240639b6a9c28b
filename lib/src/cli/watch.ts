/** `streambook watch`: what runs and flows, as a page that moves, in the terminal, or as JSON. */
import type { Command } from "commander";
import { toJson } from "../json/index.ts";
import { snapshotText, type Snapshot, startWatchServer, Watch, WATCH_PORT } from "../watch/index.ts";
import { action, usage } from "./command.ts";
import { port } from "./option-values.ts";

interface Options {
  readonly port: number;
  readonly terminal?: boolean;
  readonly json?: boolean;
  readonly once?: boolean;
}

/** Adds the command to the program. */
export function register(program: Command): void {
  program
    .command("watch")
    .description(
      "Serves a page that shows the pipeline as it runs, on this machine only, until Ctrl-C: rates of topics, groups and tables, lag by\n" +
        "partition, health of each service, what died and came back. The same figures are at /metrics for Prometheus\n" +
        "(conf/monitoring/) and at /snapshot.json. It starts and ends no service, and may run before they do.",
    )
    .option("-p, --port <port>", "TCP port of the page; 0 takes a free one", port, WATCH_PORT)
    .option("--terminal", "show it as text in this terminal instead, every two seconds")
    .option("--json", "print it as JSON, a line for each look")
    .option(
      "--once",
      "look for three seconds, print what is there, and end; exit code 1 if something that should run does not",
    )
    .action(action<Options>(run));
}

/** How long `--once` looks, so that there are rates, and how often the terminal is written anew, in milliseconds. */
const [ONCE, REFRESH] = [3000, 2000];

async function run(options: Options, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  if (options.terminal === true && options.json === true) usage("--terminal and --json exclude each other");
  await using watch = Watch.open({ signal });
  if (options.once === true) return await lookOnce(watch, options.json === true);
  if (options.json === true) return await writeLines(watch, (snapshot) => `${toJson(snapshot)}\n`);
  if (options.terminal === true) return await writeLines(watch, terminalPage());
  await using server = await startWatchServer({ watch, port: options.port });
  console.log(`watching at ${server.url}; figures for Prometheus at ${server.url}/metrics; Ctrl-C stops`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

async function lookOnce(watch: Watch, json: boolean): Promise<void> {
  const start = performance.now();
  for await (const snapshot of watch.snapshots()) {
    if (performance.now() - start < ONCE) continue;
    console.log(json ? toJson(snapshot, 2) : snapshotText(snapshot));
    if (!snapshot.services.every(({ state }) => state === "running" || state === "stopped")) process.exitCode = 1;
    return;
  }
}

/** Writes a snapshot now and then, the newest each time, until the watch ends. */
async function writeLines(watch: Watch, text: (snapshot: Snapshot) => string): Promise<void> {
  let written = -Infinity;
  for await (const snapshot of watch.snapshots()) {
    if (performance.now() - written < REFRESH - 100) continue;
    written = performance.now();
    process.stdout.write(text(snapshot));
  }
}

/** On a terminal one page takes the place of the one before, and as much of it is shown as fits; elsewhere they follow each other. */
function terminalPage(): (snapshot: Snapshot) => string {
  const { stdout } = process;
  if (!stdout.isTTY) return (snapshot) => `${snapshotText(snapshot)}\n\n`;
  const [home, clearLine, clearBelow] = ["\x1b[H", "\x1b[K", "\x1b[J"];
  stdout.write("\x1b[2J");
  return (snapshot) => {
    const lines = snapshotText(snapshot, stdout.columns)
      .split("\n")
      .slice(0, stdout.rows - 1);
    return `${home}${lines.map((line) => `${line}${clearLine}\n`).join("")}${clearBelow}`;
  };
}
