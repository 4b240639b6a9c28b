/** The commands of the services: `up`, `down`, `status`, `logs`, `doctor`, `reset`. */
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { formatAge, formatBytes, textTable } from "../format/index.ts";
import { openHive } from "../hive/index.ts";
import { toJson } from "../json/index.ts";
import {
  addresses,
  doctor,
  fetchFor,
  down,
  isHealthy,
  logs,
  missingServices,
  reset,
  serviceGroups,
  serviceNames,
  stackUsers,
  type ServiceStatus,
  type StackEvent,
  status,
  titleOf,
  up,
  describeUsers,
} from "../stack/index.ts";
import { action, usage } from "./command.ts";
import { wholeNumber } from "./option-values.ts";
import { installedJupyter, JUPYTERLAB } from "./jupyter.ts";

const NAMES = `${[...serviceGroups().keys()].join(", ")}; ${serviceNames().join(", ")}`;

/** Registers the commands. */
export function register(program: Command): void {
  program
    .command("up")
    .argument("[services...]", `which (${NAMES}; by default core); what they need comes with them`)
    .action(action(async (_, { signal, operands }) => bringUp(operands, signal)));
  program
    .command("fetch")
    .argument("[services...]", "which; by default core. jupyterlab: what `streambook lab` needs")
    .action(action(async (_, { signal, operands }) => fetchParts(operands, signal)));
  program
    .command("down")
    .argument("[services...]", "which; those that need them end too")
    .action(action(async (_, { signal, operands }) => takeDown(operands, signal)));
  program
    .command("status")
    .option("--json", "as JSON")
    .action(action(async (options: { json?: boolean }, { signal }) => showStatus(options.json === true, signal)));
  program
    .command("logs")
    .argument("<name>", NAMES)
    .option("-f, --follow", "go on with new lines until Ctrl-C")
    .option("-n, --lines <number>", "how many lines", wholeNumber(0), 50)
    .action(
      action(async (options: { follow?: boolean; lines: number }, { signal, operands }) =>
        showLogs(operands, options, signal),
      ),
    );
  program.command("doctor").action(action(async (_, { signal }) => examine(signal)));
  program
    .command("reset")
    .option("-y, --yes", "do not ask")
    .option("--all", "remove the jars as well")
    .action(action(async (options: { yes?: boolean; all?: boolean }, { signal }) => removeAll(options, signal)));
}

async function bringUp(services: readonly string[], signal: AbortSignal): Promise<void> {
  const { started } = await up({ services, signal, onProgress: printEvent });
  if (started.length === 0) console.log("everything runs already");
  console.log("`npx streambook status` shows where; `npx streambook down` ends it all");
}

async function fetchParts(names: readonly string[], signal: AbortSignal): Promise<void> {
  const services = names.filter((name) => name !== JUPYTERLAB.name);
  if (services.length < names.length) await installedJupyter(signal);
  if (services.length === 0 && names.length > 0) return void console.log("in place: JupyterLab");
  const fetched = await fetchFor({ services, signal, onProgress: printEvent });
  console.log(fetched.length === 0 ? "everything is in place" : `in place: ${fetched.join(", ")}`);
}

async function takeDown(services: readonly string[], signal: AbortSignal): Promise<void> {
  await warnUsers();
  const ended = await down({ ...(services.length > 0 && { services }), signal, onProgress: printEvent });
  console.log(ended.length === 0 ? "nothing was running" : "stopped; what was stored is kept");
}

/** Names the programs that use the services which are about to end: what they do will fail. */
async function warnUsers(): Promise<void> {
  const users = await stackUsers();
  if (users.length > 0) process.stderr.write(`streambook: the services are in use by ${describeUsers(users)}\n`);
}

/** One line for each thing that happens. */
function printEvent({ kind, message, seconds, log = [] }: StackEvent): void {
  if (kind === "stopping") return;
  const line = `${seconds.toFixed(1).padStart(6)} s  ${message}\n`;
  process.stderr.write(line + log.map((text) => `          | ${text}\n`).join(""));
}

async function showStatus(json: boolean, signal: AbortSignal): Promise<void> {
  const services = await status({ signal });
  if (!isHealthy(services)) process.exitCode = 1;
  if (json) return void console.log(toJson(services, 2));
  console.log(textTable([["SERVICE", "STATE", "PID", "MEMORY", "UP", "RUNS ON", "WHERE"], ...services.map(row)]));
  const memory = services.reduce((sum, service) => sum + (service.memory ?? 0), 0);
  if (memory > 0) console.log(`\n${formatBytes(memory)} in all`);
  for (const { name, secrets } of services)
    if (secrets !== undefined) console.log(`\n${titleOf(name)}: ${describeSecrets(secrets)}`);
  for (const { name, state, log = [] } of services) {
    if (state === "died")
      console.log(`\n${titleOf(name)} has died; the end of its log:\n${log.map((line) => `  | ${line}`).join("\n")}`);
  }
  for (const name of missingServices(services))
    console.log(`\n${titleOf(name)} does not run, and others need it: \`npx streambook up ${name}\``);
  const users = await stackUsers();
  if (users.length > 0) console.log(`\nused by ${describeUsers(users)}`);
  if (services.every(({ state }) => state === "stopped"))
    console.log("\nnothing runs; `npx streambook up` starts the services");
}

/** "access key …, secret key …" */
function describeSecrets(secrets: Readonly<Record<string, string>>): string {
  return Object.entries(secrets)
    .map(([title, value]) => `${title} ${value}`)
    .join(", ");
}

function row({ name, state, pid, memory, started, place = "", runtime = "" }: ServiceStatus): string[] {
  const age = started === undefined ? "" : formatAge((Date.now() - started.getTime()) / 1000);
  const size = memory === undefined ? "" : formatBytes(memory);
  return [name, state, String(pid ?? ""), size, age, runtime.replace(/,.*$/, ""), place];
}

async function showLogs(
  [name = ""]: readonly string[],
  options: { follow?: boolean; lines: number },
  signal: AbortSignal,
): Promise<void> {
  for await (const line of logs(name, { lines: options.lines, follow: options.follow === true, signal }))
    console.log(line);
}

async function examine(signal: AbortSignal): Promise<void> {
  const findings = await doctor({ signal, askHive });
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const { name, ok, found, remedy } of findings) {
    console.log(`${ok ? "ok  " : "FIX "} ${name.padEnd(width)}  ${found}`);
    for (const line of ok ? [] : remedy) console.log(`     ${"".padEnd(width)}    ${line}`);
  }
  if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
}

/** One statement on the stack's HiveServer2. */
async function askHive(sql: string, signal: AbortSignal): Promise<readonly Readonly<Record<string, unknown>>[]> {
  await using hive = await openHive({ address: (await addresses()).hive, signal });
  return await hive.query(sql, { signal });
}

async function removeAll({ yes, all }: { yes?: boolean; all?: boolean }, signal: AbortSignal): Promise<void> {
  if (yes !== true && !process.stdin.isTTY)
    usage("`reset` removes data, and there is no terminal to ask on; give --yes to confirm");
  const confirm = yes === true ? {} : { confirm: (folders: readonly string[]) => ask(folders, signal) };
  if (yes === true) await warnUsers();
  const done = await reset({ jars: all === true, ...confirm, signal, onProgress: printEvent });
  console.log(done ? "removed; `npx streambook up` starts with empty services" : "nothing was removed");
}

async function ask(folders: readonly string[], signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    await warnUsers();
    console.log(`This ends the services and removes:\n${folders.map((folder) => `  ${folder}`).join("\n")}`);
    return /^y(es)?$/i.test((await terminal.question("Remove it? [y/N] ", { signal })).trim());
  } finally {
    terminal.close();
  }
}
