/** `streambook down`: ends every process of the stack, and keeps what it stored. */
import { rm } from "node:fs/promises";
import { StreambookError } from "../../errors/index.ts";
import { type Addresses, allExternal, isExternal } from "../addresses.ts";
import { archiveBuild, archiveMark } from "../launch/archives.ts";
import { type StackOptions, type Report, reporter } from "../events.ts";
import { type Layout, openHome, openLayout } from "../layout.ts";
import { instanceNames, membersOf, needsOf, resolveServices, service, titleOf } from "../catalog/index.ts";
import { endProcess, listProcesses, send } from "../observe/processes.ts";
import { findServices } from "../observe/running.ts";
import { setupModule } from "../../project/index.ts";
import { addressesOf, everyHost } from "../place.ts";
import { readState, type State, temporaryOf, writeState } from "../state.ts";
import { endsQuorum } from "./partners.ts";
import { type StackUser, stackUsers, describeUsers } from "./users.ts";

/** Options of {@link down}. */
export interface DownOptions extends StackOptions {
  /** Services and groups that are ended, with those that need them. @default all */
  readonly services?: readonly string[];
  /** Whether class-data archives that are just being built in the background go on being built. @default false */
  readonly keepArchiveBuild?: boolean;
}

/** What {@link downIfUnused} came to. */
export interface Released {
  /** The services that it has ended. */
  readonly ended: readonly string[];
  /** The programs for which the services stay. */
  readonly users: readonly StackUser[];
}

/**
 * Ends what runs have started, unless another program uses the stack; the last run ends it. Services that somebody has asked for
 * by `up` stay. For the end of a run.
 *
 * @param options.leaving process that does not count as a user any more @default this one
 */
export async function downIfUnused(
  options: StackOptions & { readonly leaving?: number | undefined } = {},
): Promise<Released> {
  const { environment = process.env, leaving, onProgress } = options;
  if (allExternal(environment)) return { ended: [], users: [] };
  const layout = openLayout(environment);
  return locked(layout, options, async () => {
    const chosen = await unwanted(layout);
    if (chosen.length === 0) return { ended: [], users: [] };
    const users = await stackUsers(environment, leaving);
    if (users.length > 0) return { ended: [], users };
    return { ended: await takeDown(layout, chosen, true, reporter(onProgress)), users };
  });
}

/** The services that end with the last run. */
export async function temporaryServices({ environment = process.env }: StackOptions = {}): Promise<string[]> {
  return allExternal(environment) ? [] : unwanted(openLayout(environment));
}

/**
 * The services that end with the last run, but for those that others need. One that runs and is not in the state was just being
 * started when its command was killed.
 */
async function unwanted(layout: Layout): Promise<string[]> {
  const state = await readState(layout.stateFile);
  const running = [...(await findServices(layout)).keys()];
  const temporary = new Set(temporaryOf(state));
  const kept = running.filter((name) => state?.services[name] !== undefined && !temporary.has(name));
  const needed = new Set(kept.length === 0 ? [] : resolveServices(kept));
  return instanceNames().filter((name) => (running.includes(name) || temporary.has(name)) && !needed.has(name));
}

/**
 * Ends the services. Nothing they stored is touched, and no process is left.
 *
 * @returns the services that ran
 * @throws USAGE for a stack that runs elsewhere; NOT_OURS for a home that holds other things
 */
export async function down(options: DownOptions = {}): Promise<string[]> {
  const { environment = process.env, onProgress } = options;
  const report = reporter(onProgress);
  const layout = openLayout(environment);
  const named = options.services?.flatMap(membersOf);
  const running = await findServices(layout); // beside services elsewhere, some may be ours
  if (named === undefined ? running.size === 0 : named.every((name) => isExternal(name, environment)))
    refuseExternal(environment, "down");
  await openHome(layout);
  const chosen = withDependants(named ?? instanceNames()).filter((name) => !isExternal(name, environment));
  const users = await stackUsers(environment);
  if (users.length > 0) report("notice", `${describeUsers(users)} used it`);
  return locked(layout, options, async () => {
    if (named !== undefined) {
      const before = await findServices(layout);
      sayDependants(before, named, report);
      sayLeft(before, chosen, report);
    }
    return takeDown(layout, chosen, options.keepArchiveBuild ?? false, report);
  });
}

/** Does something while no other command changes the stack. */
async function locked<T>(
  layout: Layout,
  { signal, onProgress }: StackOptions,
  operation: () => Promise<T>,
): Promise<T> {
  const { withLock } = await setupModule("lock");
  return withLock(layout.lockFile, "streambook down", operation, {
    ...(signal && { signal }),
    onWait: ({ pid, what }) =>
      reporter(onProgress)("notice", `\`${what}\` (process ${pid}) is using this stack; waiting for it`),
  });
}

async function takeDown(
  layout: Layout,
  chosen: readonly string[],
  keepArchiveBuild: boolean,
  report: Report,
): Promise<string[]> {
  const ended = await endServices(layout, chosen, report);
  const state = await readState(layout.stateFile);
  if (state === undefined || Object.keys(state.services).length === 0) await rm(layout.stateFile, { force: true });
  if (chosen.length === instanceNames().length && !keepArchiveBuild) await endArchiveBuild(layout);
  return ended;
}

/** Instances, and those that need or use them. */
function withDependants(names: readonly string[]): string[] {
  const chosen = new Set(names);
  for (const name of instanceNames()) if (suppliersOf(name).some((other) => chosen.has(other))) chosen.add(name);
  return instanceNames().filter((name) => chosen.has(name));
}

/** What an instance needs or uses. */
function suppliersOf(name: string): string[] {
  return [...needsOf(name), ...(service(name).uses ?? [])];
}

/** Says which services end although nobody named them: whoever starts the named ones again has to start these, too. */
function sayDependants(running: ReadonlyMap<string, unknown>, named: readonly string[], report: Report): void {
  const all = withDependants(named);
  for (const name of all) {
    if (named.includes(name) || !running.has(name)) continue;
    const suppliers = suppliersOf(name).filter((other) => all.includes(other) && running.has(other));
    const because = suppliers.map(titleOf).join(" and ");
    report("notice", `${titleOf(name)} ends too, because it uses ${because}; it has to be started again as well`);
  }
}

/** Says which services run on without being of use, because most of their instances end. */
function sayLeft(running: ReadonlyMap<string, unknown>, chosen: readonly string[], report: Report): void {
  for (const name of running.keys())
    if (!chosen.includes(name) && endsQuorum(name, running.keys(), chosen))
      report("notice", `${titleOf(name)} stays, and answers nobody until most of those that have joined it run again`);
}

/** Ends services, those first that use the others: Hive cleans up on HDFS, so storage goes last. The caller holds the lock. */
export async function endServices(layout: Layout, names: readonly string[], report: Report): Promise<string[]> {
  const running = await findServices(layout);
  const chosen = names.filter((name) => running.has(name));
  const isStorage = (name: string): boolean => service(name).isStorage === true;
  const endChildren = async (): Promise<void> => {
    for (const name of names) await service(name).endChildren?.(layout);
  };
  await endChildren();
  // One that has lost its majority waits in vain for its work to go to another.
  const limitOf = (name: string): number => (endsQuorum(name, running.keys(), chosen) ? 5 : Infinity);
  await Promise.all(
    chosen.filter((name) => !isStorage(name)).map((name) => endService(layout, name, report, limitOf(name))),
  );
  await endChildren(); // what was just being started
  await Promise.all(chosen.filter(isStorage).map((name) => endService(layout, name, report)));
  const state = await readState(layout.stateFile);
  if (state !== undefined) {
    const kept = Object.entries(state.services).filter(([name]) => !names.includes(name));
    const services = Object.fromEntries(kept);
    await writeState(layout.stateFile, { ...state, services, addresses: stillOffered(state, Object.keys(services)) });
  }
  return chosen;
}

/** The addresses of a state, without those of further instances that do not run any more. */
function stillOffered({ addresses, host, ports }: State, names: readonly string[]): Addresses {
  const topology = { bind: host, hosts: everyHost(host), ports, running: new Set(names) };
  const left: Readonly<Partial<Record<string, string>>> = { ...addressesOf(topology) };
  const shortened = Object.entries({ ...addresses } as Readonly<Record<string, string>>).map(
    ([key, value]): [string, string] => {
      const before = value.split(",");
      const now = left[key]?.split(",") ?? before;
      return [key, now.length < before.length && now.every((place) => before.includes(place)) ? now.join(",") : value];
    },
  );
  return Object.fromEntries(shortened) as unknown as Addresses;
}

async function endService(layout: Layout, name: string, report: Report, limit = Infinity): Promise<void> {
  const stopTimeout = Math.min(service(name).stopTimeout, limit);
  const title = titleOf(name);
  report("stopping", `${title}: stopping`, { service: name });
  const how = await endProcess(async () => (await findServices(layout)).get(name), stopTimeout);
  report("stopped", `${title}: stopped${how === "killed" && stopTimeout > 5 ? " (it had to be killed)" : ""}`, {
    service: name,
  });
}

async function endArchiveBuild(layout: Layout): Promise<void> {
  const worker = await archiveBuild(layout);
  if (worker === undefined) return;
  send(worker, "SIGKILL");
  const mark = archiveMark(layout);
  for (const { pid, command } of await listProcesses()) if (command.includes(mark)) send(pid, "SIGKILL");
}

/**
 * @throws USAGE for a stack that runs elsewhere
 */
export function refuseExternal(environment: NodeJS.ProcessEnv, command: string): void {
  if (!allExternal(environment)) return;
  throw new StreambookError(
    "USAGE",
    `STREAMBOOK_STACK is "external": these services were started by something else, so \`${command}\` leaves them alone; use what started them (\`${command === "down" ? "docker compose stop" : "docker compose down --volumes"}\`)`,
  );
}
