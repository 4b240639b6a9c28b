/** `streambook up`: starts what is missing and waits until it works. */
import { setting } from "../../../../setup/settings.mjs";
import { mkdir } from "node:fs/promises";
import { delay } from "../../async/index.ts";
import { StreambookError } from "../../errors/index.ts";
import { formatSeconds } from "../../format/index.ts";
import { systemUser } from "../../user/index.ts";
import { type Addresses, isExternal, knownAddresses } from "../addresses.ts";
import { buildArchivesInBackground, findArchives } from "../launch/archives.ts";
import { inOrder, libraries, resolveServices, service, titleOf, waitedFor } from "../catalog/index.ts";
import { serviceCommand } from "../launch/command.ts";
import { endServices } from "./down.ts";
import { type StackOptions, type Report, reporter } from "../events.ts";
import { demandExternal, withExternal } from "../external.ts";
import { recording, writeTaskArguments } from "./hadoop-client.ts";
import { launch, logFile } from "../launch/launch.ts";
import { type Layout, linkLayout, openLayout } from "../layout.ts";
import { lastRun, explainingLine } from "../observe/log-lines.ts";
import { demandMemory } from "../launch/memory.ts";
import { nameOwnHost } from "../launch/own-host.ts";
import { addressesOf, askedAddress, everyHost, pageOf, placeOf, type Topology } from "../place.ts";
import { type PortChoice, choosePorts } from "../launch/ports.ts";
import { makeFolders, type PrepareParts, prepareService } from "../launch/prepare.ts";
import { processRuns } from "../observe/processes.ts";
import { answers, complaintOf } from "../observe/readiness.ts";
import { renderConfiguration } from "../launch/render.ts";
import { findServices } from "../observe/running.ts";
import { type Java, setupModule } from "../../project/index.ts";
import { requireJars } from "../launch/libraries.ts";
import { requireJava } from "../launch/java.ts";
import { readState, type StartedService, type State, writeState } from "../state.ts";

/** Options of {@link up}. */
export interface UpOptions extends StackOptions {
  /** Services and groups: "kafka", "hdfs", …; what they need comes with them. @default the core */
  readonly services?: readonly string[];
  /** Longest wait for one service, in milliseconds. @default 180000 */
  readonly timeout?: number;
  /**
   * Whether what this call starts ends with the last program that uses it ({@link downIfUnused}). What was asked for without it
   * stays until `down`, also what ran already.
   * @default false
   */
  readonly temporary?: boolean;
}

/** What {@link up} gives. */
export interface RunningStack {
  readonly addresses: Addresses;
  /** Those that this call has started; the others ran already. */
  readonly started: readonly string[];
}

const HOST = "127.0.0.1";

/**
 * Starts the services that do not run, and returns when all that are wanted work. Calling it again is cheap.
 * Services that run elsewhere (`STREAMBOOK_STACK=external`, or an address in the environment) are only asked whether they work.
 *
 * @throws NOT_OURS for a home that holds other things; SETUP_MISSING without Java, jars or memory; SERVICE_DIED when a service ends while it starts; TIMEOUT when one does not
 *   answer in time; UNREACHABLE for an external service that does not answer. Services that did start keep running.
 *
 * @example
 * ```ts no-run
 * import { up } from "streambook/stack";
 * const { addresses } = await up({ services: ["kafka"], onProgress: ({ message }) => console.log(message) });
 * console.log(addresses.kafka);
 * ```
 */
export async function up(options: UpOptions = {}): Promise<RunningStack> {
  const { environment = process.env, signal, onProgress } = options;
  const all = resolveServices(options.services);
  const wanted = all.filter((name) => !isExternal(name, environment));
  const report = reporter(onProgress);
  await demandExternal(
    all.filter((name) => isExternal(name, environment)),
    environment,
    signal,
  );
  if (wanted.length === 0)
    return { addresses: (await knownAddresses(environment)) as unknown as Addresses, started: [] };
  if (process.platform === "win32") {
    throw new StreambookError(
      "SETUP_MISSING",
      "the services run on Linux and macOS; on Windows, open the project in WSL",
    );
  }
  const layout = openLayout(environment);
  await linkLayout(layout);
  const { withLock } = await setupModule("lock");
  return withLock(
    layout.lockFile,
    "streambook up",
    () => bringUp(layout, wanted, { ...options, environment }, report),
    {
      ...(signal && { signal }),
      onWait: ({ pid, what }) => report("notice", `\`${what}\` (process ${pid}) is using this stack; waiting for it`),
    },
  );
}

/** `up` with the lock in hand. */
async function bringUp(
  layout: Layout,
  wanted: readonly string[],
  options: UpOptions & { environment: NodeJS.ProcessEnv },
  report: Report,
): Promise<RunningStack> {
  const { environment, signal } = options;
  const java = needsJava(wanted) ? await requireJava(environment) : undefined;
  await requireJars(layout, libraries(wanted), { environment, report, signal });
  const running = await findServices(layout);
  await demandMemory(
    wanted.filter((name) => !running.has(name)),
    environment,
  );
  const before = await readState(layout.stateFile);
  const { choice, stale } = await portsFor(layout, before, wanted, running, options, report);
  const started: string[] = [];
  try {
    await makeFolders(layout);
    await nameOwnHost(layout);
    const all = inOrder([...wanted, ...stale]);
    const together = inOrder([...all, ...running.keys()]);
    const topology = withExternal(
      { bind: HOST, hosts: everyHost(HOST), ports: choice.ports, running: new Set(together) },
      environment,
    );
    await renderConfiguration(together, { topology, user: systemUser(), layout });
    const archives = java === undefined ? {} : await findArchives(layout, java);
    if (java !== undefined) await writeTaskArguments(layout, archives, environment);
    const state = new LiveState(layout, {
      addresses: addressesOf(topology),
      services: stillRecorded(before, running, layout, topology, all),
      host: HOST,
      ports: choice.ports,
      ...(java !== undefined && { java: { home: java.home, version: java.version } }),
    });
    if (options.temporary !== true && state.keep(wanted))
      report("notice", "services that a run has started stay up now when it ends");
    await state.save();
    const isTemporary = (name: string): boolean => endsWithRun(name, before, wanted, options);
    const parts = { java, archives, addresses: state.value.addresses, report };
    await startAll(all, { parts, topology, layout, state, running, started, isTemporary, options, report });
    if (java !== undefined && (await buildArchivesInBackground(layout, java, environment))) {
      report("notice", "class-data archives are being built in the background; the next start will be quicker");
    }
    return { addresses: state.value.addresses, started };
  } catch (error) {
    if (signal?.aborted === true && started.length > 0) await endServices(layout, started, report); // nothing half-begun stays
    throw error;
  } finally {
    await choice.release();
  }
}

function needsJava(names: readonly string[]): boolean {
  return names.some((name) => service(name).program.kind === "java");
}

/** Whether a service that is started now ends with the run: not if somebody asked for it before, or does so now. */
function endsWithRun(
  name: string,
  before: State | undefined,
  wanted: readonly string[],
  { temporary = false }: UpOptions,
): boolean {
  const recorded = before?.services[name];
  if (recorded !== undefined && (temporary || !wanted.includes(name))) return recorded.temporary === true;
  return temporary;
}

/**
 * The ports, with those kept that running services listen on. A running service whose ports nobody remembers is ended, and so is
 * one that was given an address which no longer holds: it is `stale`, and to be started again.
 *
 * A service whose port was taken does not wait for it: who has it may never give it back, and the others can be given a new address.
 */
async function portsFor(
  layout: Layout,
  before: State | undefined,
  wanted: readonly string[],
  running: Map<string, number>,
  { environment, signal }: UpOptions & { environment: NodeJS.ProcessEnv },
  report: Report,
): Promise<{ choice: PortChoice; stale: string[] }> {
  if (before === undefined && running.size > 0) {
    report("notice", `services run whose addresses are lost (${layout.stateFile}); they are started again`);
    await endServices(layout, [...running.keys()], report);
    running.clear();
  }
  const choose = (): Promise<PortChoice> =>
    choosePorts({
      wanted,
      running: new Set(running.keys()),
      previous: before?.ports,
      mode: setting("STREAMBOOK_PORTS", environment) === "free" ? "free" : "well-known",
      signal,
      onTaken: (name, purpose, wanted, given) =>
        report("notice", `${titleOf(name)}: port ${wanted} (${purpose}) is taken, using ${given}`, {
          service: name,
        }),
    });
  const choice = await choose();
  const stale = readersOfMoved(before, choice.ports, wanted, running);
  if (stale.length > 0) {
    report("notice", `${stale.join(", ")}: started again, because an address it uses has changed`);
    await endServices(layout, stale, report);
    for (const name of stale) running.delete(name);
  }
  return { choice, stale };
}

/** Running services that were given addresses which no longer hold, or of services which come or went. */
function readersOfMoved(
  before: State | undefined,
  now: State["ports"],
  wanted: readonly string[],
  running: ReadonlyMap<string, number>,
): string[] {
  if (before === undefined) return [];
  const moved = new Set(
    Object.keys(now).filter((name) => JSON.stringify(before.ports[name]) !== JSON.stringify(now[name])),
  );
  const comes = (name: string): boolean =>
    wanted.includes(name) && !running.has(name) && before.services[name] === undefined;
  return [...running.keys()].filter(
    (name) => addressesIn(name).some((other) => moved.has(other)) || (service(name).uses ?? []).some(comes),
  );
}

/** The services whose addresses a service is given: those it needs, and those it calls only when asked to. */
function addressesIn(name: string): string[] {
  return resolveServices([name, ...(service(name).calls ?? [])]).filter((other) => other !== name);
}

/** What the state has of services from before: those that run, and those that have died and that nobody starts now. */
function stillRecorded(
  before: State | undefined,
  running: ReadonlyMap<string, number>,
  layout: Layout,
  topology: Topology,
  starting: readonly string[],
): State["services"] {
  const died = Object.entries(before?.services ?? {}).filter(
    ([name]) => !running.has(name) && !starting.includes(name),
  );
  const alive = [...running].map(([name, pid]) => [
    name,
    before?.services[name]?.pid === pid ? before.services[name] : entry(name, pid, layout, topology),
  ]);
  return Object.fromEntries([...died, ...alive]) as State["services"];
}

function entry(name: string, pid: number, layout: Layout, topology: Pick<Topology, "hosts" | "ports">): StartedService {
  const page = pageOf(name, topology);
  return { pid, started: new Date().toISOString(), log: logFile(layout, name), ...(page !== undefined && { page }) };
}

/** The state of a stack that is starting; every change is on disk before the next step. */
class LiveState {
  readonly layout: Layout;
  value: State;

  constructor(layout: Layout, value: State) {
    this.layout = layout;
    this.value = value;
  }

  async add(name: string, pid: number, temporary: boolean): Promise<void> {
    const { host, ports } = this.value;
    const started = entry(name, pid, this.layout, { hosts: everyHost(host), ports });
    this.#set(name, temporary ? { ...started, temporary } : started);
    await this.save();
  }

  /** Services that a run has started stay from now on. @returns whether there were any */
  keep(names: readonly string[]): boolean {
    const found = names.filter((name) => this.value.services[name]?.temporary === true);
    for (const name of found) {
      const { temporary: _, ...rest } = this.value.services[name] as StartedService;
      this.#set(name, rest);
    }
    return found.length > 0;
  }

  #set(name: string, started: StartedService): void {
    this.value = { ...this.value, services: { ...this.value.services, [name]: started } };
  }

  async save(): Promise<void> {
    await mkdir(this.layout.home, { recursive: true });
    this.#saving = this.#saving.then(() => writeState(this.layout.stateFile, this.value));
    await this.#saving;
  }

  #saving: Promise<void> = Promise.resolve();
}

interface Start {
  readonly parts: PrepareParts & { readonly java: Java | undefined };
  readonly topology: Topology;
  readonly layout: Layout;
  readonly state: LiveState;
  readonly running: ReadonlyMap<string, number>;
  readonly started: string[];
  readonly isTemporary: (name: string) => boolean;
  readonly options: UpOptions;
  readonly report: Report;
}

/** Everything at once, except those that need others to be ready. */
async function startAll(wanted: readonly string[], start: Start): Promise<void> {
  const { options } = start;
  const failure = new AbortController();
  const signal = options.signal === undefined ? failure.signal : AbortSignal.any([options.signal, failure.signal]);
  const ready = new Map<string, Promise<void>>();
  for (const name of wanted) {
    // The catalogue lists a service after those it waits for.
    const waited = waitedFor(name).flatMap((other) => ready.get(other) ?? []);
    ready.set(
      name,
      Promise.all(waited).then(() => startOne(name, start, signal)),
    );
  }
  const results = await Promise.allSettled([...ready.values()].map((promise) => promise.catch(endWait)));
  options.signal?.throwIfAborted();
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;

  // One that fails ends the waiting for the others; they are left to go on by themselves.
  function endWait(error: unknown): never {
    failure.abort(error);
    throw error;
  }
}

async function startOne(name: string, start: Start, signal: AbortSignal): Promise<void> {
  const { parts, topology, layout, state, running, started, options, report } = start;
  const title = titleOf(name);
  signal.throwIfAborted();
  const there = running.get(name);
  if (there !== undefined) return waitReady(name, start, there, undefined, signal);
  const at = placeOf(name, topology, layout);
  await prepareService(at, parts);
  signal.throwIfAborted();
  report("starting", `${title}: starting`, { service: name });
  const recorded = libraries([name]).flatMap((library) =>
    recording(options.environment ?? process.env, library.name, name),
  );
  const command = await serviceCommand(at, { ...parts, options: recorded });
  const { pid, ended } = await launch(layout, name, command);
  started.push(name);
  await state.add(name, pid, start.isTemporary(name));
  await waitReady(name, start, pid, ended, signal);
  report("ready", `${title}: ready at ${shownAddress(name, state.value)}`, { service: name });
}

/** The address that people want of an instance: its page, or where clients reach it. */
export function shownAddress(
  name: string,
  { addresses, ports, host }: Pick<State, "addresses" | "ports" | "host">,
): string {
  const topology = { hosts: everyHost(host), ports };
  return pageOf(name, topology) ?? askedAddress(name, topology, addresses);
}

async function waitReady(
  name: string,
  start: Start,
  pid: number,
  ended: Promise<string> | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { options, topology, layout, state, report } = start;
  const { timeout = 180_000 } = options;
  const end = performance.now() + timeout;
  let how: string | undefined;
  void ended?.then((ending) => (how = ending));
  const asked = askedAddress(name, topology, state.value.addresses);
  while (!(await answers(name, asked, signal))) {
    signal.throwIfAborted();
    if (how !== undefined || !processRuns(pid)) throw await deathOf(name, layout, how ?? "nobody saw how", report);
    const complaint = await complaintOf(name, asked, signal);
    if (complaint !== undefined)
      throw new StreambookError("STACK_DOWN", `${titleOf(name)} runs (process ${pid}), but ${complaint}`);
    if (performance.now() > end) {
      const log = logFile(layout, name);
      throw new StreambookError(
        "TIMEOUT",
        `${titleOf(name)} runs (process ${pid}) but does not answer after ${formatSeconds(timeout / 1000)}; its log is ${log}; if it stays so, stop it and start it again`,
        { hint: { log: name } },
      );
    }
    await delay(100, signal);
  }
}

/** The error for a service that stopped unexpectedly, with the end of its log. */
export async function deathOf(name: string, layout: Layout, how: string, report: Report): Promise<StreambookError> {
  const file = logFile(layout, name);
  const log = await lastRun(file, 30);
  const title = titleOf(name);
  report("died", `${title} has ended (${how}); the end of its log:`, { service: name, log });
  const reason = explainingLine(log);
  const message = `${title} ended while it started (${how})${reason === undefined ? "" : `: ${reason}`}; its log is ${file}`;
  return new StreambookError("SERVICE_DIED", message, { cause: new Error(log.join("\n")), hint: { log: name } });
}
