/** Runs one service in a container of its own: the same templates and the same Java as on a machine, in the foreground. */
import { spawn } from "node:child_process";
import { until } from "../../async/index.ts";
import { systemUser } from "../../user/index.ts";
import { isExternal } from "../addresses.ts";
import { externalTopology } from "../external.ts";
import { quorumPartners } from "../commands/partners.ts";
import { findArchives } from "../launch/archives.ts";
import { CORE, needsOf, service, services, titleOf, waitedFor } from "../catalog/index.ts";
import { serviceCommand } from "../launch/command.ts";
import type { Command } from "../launch/launch.ts";
import { demandContainerMemory } from "./memory.ts";
import { containerAddresses, containerTopology, oneService } from "./containers.ts";
import { type StackOptions, type Report, reporter } from "../events.ts";
import { writeTaskArguments } from "../commands/hadoop-client.ts";
import { type Layout, linkLayout, openLayout } from "../layout.ts";
import { askedAddress, placeOf, type Topology } from "../place.ts";
import { makeFolders, prepareService } from "../launch/prepare.ts";
import { answers } from "../observe/readiness.ts";
import { renderConfiguration, type Settings } from "../launch/render.ts";
import { givenSecrets } from "../secrets.ts";
import type { Joining, Place } from "../service.ts";
import { demandRuntimes } from "../fetch/runtimes.ts";

/** How long a service waits for those it cannot start without, in milliseconds. After that its container starts anew. */
const WAIT = 300_000;

/**
 * The settings of a container: each service is called by its own name, on its well-known ports.
 *
 * @param own the services of the container @default none
 * @throws USAGE when a key of those, or of one that they use, is not in the environment
 */
export function containerSettings(
  layout: Layout,
  user: string,
  environment: NodeJS.ProcessEnv = {},
  own: readonly string[] = [],
): Settings {
  const topology = containerTopology(environment);
  // The core always runs. Which further services do is for compose to say: it gives their addresses.
  const beside = services().filter(({ name, profile }) => profile === CORE || isExternal(name, environment));
  const running = new Set([
    ...beside.map(({ name }) => name),
    ...Object.keys(externalTopology(environment).hosts), // of several instances, those that are listed
    ...own,
  ]);
  const used = own.flatMap((name) => [name, ...needsOf(name), ...(service(name).uses ?? [])]);
  const secrets = Object.fromEntries(
    used.filter((name) => running.has(name)).map((name) => [name, givenSecrets(name, environment)]),
  );
  return { topology: { ...topology, running, secrets }, user, layout };
}

/**
 * Prepares and runs one service. Its log goes to standard output, where the engine bounds it.
 *
 * Where it can, the service takes the place of this process, so that a container holds nothing else.
 *
 * @returns its exit code, if this process is still there
 * @throws USAGE for a name that is not one service; SETUP_MISSING without Java, jars or memory; TIMEOUT
 */
export async function runInContainer(name: string, options: StackOptions = {}): Promise<number> {
  const { environment = process.env, signal, onProgress } = options;
  const chosen = oneService(name);
  const report = reporter(onProgress);
  const layout = openLayout(environment);
  demandContainerMemory(chosen, environment);
  const settings = containerSettings(layout, systemUser(), environment, [chosen]);
  const at = placeOf(chosen, settings.topology, layout);
  const command = await prepare(at, settings, environment, report, signal);
  const { join, container } = service(chosen);
  const { beside } = container;
  const joining = join?.(at);
  if (beside === undefined && joining === undefined && process.execve !== undefined) {
    process.chdir(layout.home);
    process.execve(command.program, [command.program, ...command.arguments], { ...command.environment });
  }
  await using _beside = await beside?.(at);
  // before what runs beside it is closed
  if (joining === undefined) return await runToEnd(command, layout, signal);
  return await runAndJoin(at, command, joining, report, signal);
}

/** Runs a service that has yet to find its place among others, which it does when it answers; one that cannot ends, and starts anew. */
async function runAndJoin(
  at: Place,
  command: Command,
  join: (joining: Joining) => Promise<void>,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<number> {
  const over = new AbortController();
  const ending = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  const joinWhenReady = async (): Promise<void> => {
    const address = askedAddress(at.name, containerTopology(), containerAddresses());
    const ask = (): Promise<boolean> => answers(at.name, address, ending);
    await until(`${titleOf(at.name)} to answer`, ask, { timeout: WAIT, interval: 500, signal: ending });
    await join({ at, address, report, signal: ending });
  };
  const joined = joinWhenReady().catch((error: unknown) => {
    if (ending.aborted) return; // it has ended before
    over.abort();
    throw error;
  });
  const ended = runToEnd(command, at.layout, ending).finally(() => over.abort());
  const [code] = await Promise.all([ended, joined]);
  return code;
}

async function prepare(
  at: Place,
  settings: Settings,
  environment: NodeJS.ProcessEnv,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<Command> {
  const { layout, name } = at;
  await linkLayout(layout);
  const { running } = settings.topology;
  const runtimes = await demandRuntimes(layout, [name], { environment, beside: running, report, signal });
  await makeFolders(layout);
  await renderConfiguration([name], settings);
  const archives = await findArchives(layout, runtimes.javas);
  await writeTaskArguments(layout, archives, environment);
  await awaitOthers(name, settings.topology, await quorumPartners(layout, [name]), report, signal);
  await prepareService(at, { runtimes, archives, addresses: containerAddresses(), report });
  return serviceCommand(at, { runtimes, archives });
}

/** An engine that starts its containers again, after a restart of the machine, starts them all at once. */
async function awaitOthers(
  name: string,
  topology: Topology,
  joined: readonly string[],
  report: Report,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { uses = [] } = service(name);
  for (const other of waitedFor(name)) {
    if (joined.includes(name) && service(other) === service(name)) continue; // they wait for it
    if (uses.includes(other) && !topology.running.has(other)) continue;
    const title = titleOf(other);
    report("starting", `${titleOf(name)}: waiting for ${title}`, { service: name });
    const ask = (): Promise<boolean> => answers(other, askedAddress(other, topology, containerAddresses()), signal);
    await until(`${title} to answer`, ask, { timeout: WAIT, interval: 500, signal });
  }
}

/** Runs the service beside this process, and passes SIGTERM on to it. */
async function runToEnd(command: Command, layout: Layout, signal: AbortSignal | undefined): Promise<number> {
  const child = spawn(command.program, command.arguments, {
    cwd: layout.home,
    env: command.environment,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const end = (): void => void child.kill("SIGTERM");
  signal?.addEventListener("abort", end, { once: true });
  if (signal?.aborted === true) end();
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(signal?.aborted === true ? 0 : (code ?? 1)));
  });
}
