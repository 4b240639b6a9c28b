/** `streambook up`: starts what is missing and waits until it works. */
import { mkdir } from "node:fs/promises";
import { delay } from "../async/index.ts";
import { StreambookError } from "../errors/index.ts";
import { systemUser } from "../user/index.ts";
import { type Addresses, addresses as currentAddresses } from "./addresses.ts";
import { buildArchivesInBackground, findArchives } from "./archives.ts";
import { endServices } from "./down.ts";
import { type StackOptions, type Tell, teller } from "./events.ts";
import { demandExternal } from "./external.ts";
import { recording, writeTaskArguments } from "./hadoop-client.ts";
import { launch, logFile, serviceOptions, serviceWords, writeArguments } from "./launch.ts";
import { type Layout, linkLayout, openLayout } from "./layout.ts";
import { lastRun, tellingLine } from "./logs.ts";
import { nameOwnHost } from "./own-host.ts";
import { type PortChoice, choosePorts } from "./ports.ts";
import { makeFolders, type Preparation, prepareService } from "./prepare.ts";
import { findServices, processRuns } from "./processes.ts";
import { answers, complaintOf } from "./readiness.ts";
import { everyHost, renderConfiguration } from "./render.ts";
import { resolveServices, SERVICE_NAMES, type ServiceName, SERVICES } from "./services.ts";
import { requireJars, requireJava, setupModule } from "./setup.ts";
import { addressesOf, pageOf, readState, type StartedService, type State, writeState } from "./state.ts";

/** Options of {@link up}. */
export interface UpOptions extends StackOptions {
  /** Services and groups: "kafka", "hdfs", …; what they need comes with them. @default all */
  readonly services?: readonly string[];
  /** Longest wait for one service, in milliseconds. @default 180000 */
  readonly timeout?: number;
}

/** What {@link up} gives. */
export interface RunningStack {
  readonly addresses: Addresses;
  /** Those that this call has started; the others ran already. */
  readonly started: readonly ServiceName[];
}

const HOST = "127.0.0.1";

/**
 * Starts the services that do not run, and returns when all that are wanted work. Calling it again is cheap.
 * With `STREAMBOOK_STACK=external` it starts nothing, and only asks each service whether it works.
 *
 * @throws SETUP_MISSING without Java or jars; SERVICE_DIED when a service ends while it starts; TIMEOUT when one does not
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
  const wanted = resolveServices(options.services);
  const tell = teller(onProgress);
  if (environment["STREAMBOOK_STACK"] === "external") {
    await demandExternal(wanted, environment, signal);
    return { addresses: await currentAddresses(environment), started: [] };
  }
  if (process.platform === "win32") {
    throw new StreambookError(
      "SETUP_MISSING",
      "the services run on Linux and macOS; on Windows, open the project in WSL",
    );
  }
  const layout = openLayout(environment);
  const { withLock } = await setupModule("lock");
  return withLock(layout.lockFile, "streambook up", () => bringUp(layout, wanted, { ...options, environment }, tell), {
    ...(signal && { signal }),
    onWait: ({ pid, what }) => tell("notice", `\`${what}\` (process ${pid}) is at work on this stack; waiting for it`),
  });
}

/** `up` with the lock in hand. */
async function bringUp(
  layout: Layout,
  wanted: readonly ServiceName[],
  options: UpOptions & { environment: NodeJS.ProcessEnv },
  tell: Tell,
): Promise<RunningStack> {
  const { environment, signal } = options;
  await linkLayout(layout);
  const java = await requireJava(environment);
  await requireJars(layout);
  const running = await findServices(layout);
  const before = await readState(layout.stateFile);
  const choice = await portsFor(layout, before, running, options, tell);
  const started: ServiceName[] = [];
  try {
    await makeFolders(layout);
    await nameOwnHost(layout);
    await renderConfiguration({
      bind: HOST,
      hosts: everyHost(HOST),
      ports: choice.ports,
      user: systemUser(),
      layout,
    });
    const archives = await findArchives(layout, java);
    await writeTaskArguments(layout, archives.hadoop, environment);
    const state = new LiveState(layout, {
      addresses: addressesOf(choice.ports, HOST),
      services: stillRunning(before, running, layout, choice),
      host: HOST,
      ports: choice.ports,
      java: { home: java.home, version: java.version },
    });
    await state.save();
    const preparation: Preparation = { layout, java, state: state.value, tell, archives, signal };
    await startAll(wanted, { preparation, state, running, started, options, tell });
    if (Object.values(archives).includes(undefined) && (await buildArchivesInBackground(layout, java, environment))) {
      tell("notice", "class-data archives are being built in the background; the next start will be quicker");
    }
    return { addresses: state.value.addresses, started };
  } catch (error) {
    if (signal?.aborted === true && started.length > 0) await endServices(layout, started, tell); // nothing half-begun stays
    throw error;
  } finally {
    await choice.release();
  }
}

/** The ports, with those kept that running services listen on. A running service whose ports nobody remembers is ended. */
async function portsFor(
  layout: Layout,
  before: State | undefined,
  running: Map<ServiceName, number>,
  { environment, signal }: UpOptions & { environment: NodeJS.ProcessEnv },
  tell: Tell,
): Promise<PortChoice> {
  if (before === undefined && running.size > 0) {
    tell("notice", `services run whose addresses are lost (${layout.stateFile}); they are started again`);
    await endServices(layout, [...running.keys()], tell);
    running.clear();
  }
  const choose = (): Promise<PortChoice> =>
    choosePorts({
      running: new Set(running.keys()),
      previous: before?.ports,
      mode: environment["STREAMBOOK_PORTS"] === "free" ? "free" : "well-known",
      signal,
      onTaken: (name, purpose, wanted, given) =>
        tell("notice", `${SERVICES[name].title}: port ${wanted} (${purpose}) is taken, using ${given}`, {
          service: name,
        }),
    });
  const choice = await choose();
  const stale = readersOfMovedPorts(before?.ports, choice.ports, running);
  if (stale.length > 0) {
    tell("notice", `${stale.join(", ")}: started again, because an address it uses has changed`);
    await endServices(layout, stale, tell);
    for (const name of stale) running.delete(name);
  }
  return choice;
}

/** Running services that were told addresses which no longer hold. */
function readersOfMovedPorts(
  before: State["ports"] | undefined,
  now: State["ports"],
  running: ReadonlyMap<ServiceName, number>,
): ServiceName[] {
  if (before === undefined) return [];
  const moved = new Set(SERVICE_NAMES.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name])));
  return [...running.keys()].filter((name) => allNeeds(name).some((need) => moved.has(need)));
}

function allNeeds(name: ServiceName): ServiceName[] {
  return resolveServices([name]).filter((other) => other !== name);
}

function stillRunning(
  before: State | undefined,
  running: ReadonlyMap<ServiceName, number>,
  layout: Layout,
  { ports }: PortChoice,
): State["services"] {
  const entries = [...running].map(([name, pid]) => [
    name,
    before?.services[name]?.pid === pid ? before.services[name] : entry(name, pid, layout, ports),
  ]);
  return Object.fromEntries(entries) as State["services"];
}

function entry(name: ServiceName, pid: number, layout: Layout, ports: State["ports"]): StartedService {
  const page = pageOf(name, ports, HOST);
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

  async add(name: ServiceName, pid: number): Promise<void> {
    const services = { ...this.value.services, [name]: entry(name, pid, this.layout, this.value.ports) };
    this.value = { ...this.value, services };
    await this.save();
  }

  async save(): Promise<void> {
    await mkdir(this.layout.home, { recursive: true });
    this.#saving = this.#saving.then(() => writeState(this.layout.stateFile, this.value));
    await this.#saving;
  }

  #saving: Promise<void> = Promise.resolve();
}

interface Start {
  readonly preparation: Preparation;
  readonly state: LiveState;
  readonly running: ReadonlyMap<ServiceName, number>;
  readonly started: ServiceName[];
  readonly options: UpOptions;
  readonly tell: Tell;
}

/** Everything at once, but for those that want others to be ready. */
async function startAll(wanted: readonly ServiceName[], start: Start): Promise<void> {
  const { options } = start;
  const failure = new AbortController();
  const signal = options.signal === undefined ? failure.signal : AbortSignal.any([options.signal, failure.signal]);
  const ready = new Map<ServiceName, Promise<void>>();
  for (const name of wanted) {
    // The table lists a service after those it waits for.
    const waited = SERVICES[name].after.flatMap((other) => ready.get(other) ?? []);
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

async function startOne(name: ServiceName, start: Start, signal: AbortSignal): Promise<void> {
  const { preparation, state, running, started, options, tell } = start;
  const { layout, java, archives } = preparation;
  const { title, library, main } = SERVICES[name];
  signal.throwIfAborted();
  const there = running.get(name);
  if (there !== undefined) return waitReady(name, start, there, undefined, signal);
  await prepareService(name, preparation);
  signal.throwIfAborted();
  tell("starting", `${title}: starting`, { service: name });
  const recorded = recording(options.environment ?? process.env, name);
  await writeArguments(layout, name, [...recorded, ...(await serviceOptions(layout, name, archives[library]))]);
  const { pid, ended } = await launch(layout, java, name, [main, ...serviceWords(layout, name)]);
  started.push(name);
  await state.add(name, pid);
  await waitReady(name, start, pid, ended, signal);
  tell("ready", `${title}: ready at ${placeOf(name, state.value)}`, { service: name });
}

/** The address that people want of a service. */
export function placeOf(
  name: ServiceName,
  { addresses, ports, host }: Pick<State, "addresses" | "ports" | "host">,
): string {
  if (name === "kafka") return addresses.kafka;
  if (name === "hiveserver2") return addresses.hive;
  return pageOf(name, ports, host) ?? host;
}

async function waitReady(
  name: ServiceName,
  start: Start,
  pid: number,
  ended: Promise<string> | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { options, preparation, state, tell } = start;
  const { timeout = 180_000 } = options;
  const end = performance.now() + timeout;
  let how: string | undefined;
  void ended?.then((words) => (how = words));
  while (!(await answers(name, state.value.addresses, signal))) {
    signal.throwIfAborted();
    if (how !== undefined || !processRuns(pid))
      throw await deathOf(name, preparation.layout, how ?? "nobody saw how", tell);
    const complaint = await complaintOf(name, state.value.addresses, signal);
    if (complaint !== undefined)
      throw new StreambookError("STACK_DOWN", `${SERVICES[name].title} runs (process ${pid}), but ${complaint}`);
    if (performance.now() > end) {
      const log = logFile(preparation.layout, name);
      throw new StreambookError(
        "TIMEOUT",
        `${SERVICES[name].title} runs (process ${pid}) but does not answer after ${timeout / 1000} s; look at its log ${log}, or start it again with \`npx streambook down\` and \`up\``,
      );
    }
    await delay(100, signal);
  }
}

/** The error for a service that ended by itself, with the end of its log. */
export async function deathOf(name: ServiceName, layout: Layout, how: string, tell: Tell): Promise<StreambookError> {
  const file = logFile(layout, name);
  const log = await lastRun(file, 30);
  const { title } = SERVICES[name];
  tell("died", `${title} has ended (${how}); the end of its log:`, { service: name, log });
  const reason = tellingLine(log);
  const message = `${title} ended while it started (${how})${reason === undefined ? "" : `: ${reason}`}; its log is ${file} (\`npx streambook logs ${name}\`)`;
  return new StreambookError("SERVICE_DIED", message, { cause: new Error(log.join("\n")) });
}
