/** `streambook status`: what runs, where, since when, and what it takes. */
import { type Addresses, externalAddresses, isExternal } from "../addresses.ts";
import { CORE, inOrder, service, serviceNames } from "../catalog/index.ts";
import type { StackOptions } from "../events.ts";
import { externalPlace } from "../external.ts";
import { logFile } from "../launch/launch.ts";
import { type Layout, openLayout } from "../layout.ts";
import { lastRun } from "../observe/log-lines.ts";
import { askedAddress, everyHost } from "../place.ts";
import { memoryOf, processorTimeOf } from "../observe/processes.ts";
import { answers } from "../observe/readiness.ts";
import { findProcesses, findServices } from "../observe/running.ts";
import { credentials, type Secrets } from "../secrets.ts";
import { readState, type State } from "../state.ts";
import { shownAddress } from "./start.ts";

/** One service as it is now. */
export interface ServiceStatus {
  readonly name: string;
  /**
   * `running`: it answers; `silent`: the process is there but does not answer (it may be starting); `died`: it was
   * started and is gone; `stopped`: nobody wants it to run; `unreachable`: an external one that does not answer.
   */
  readonly state: "running" | "silent" | "died" | "stopped" | "unreachable";
  /** Web page, or address. */
  readonly place?: string;
  readonly pid?: number;
  /** Memory it holds, in bytes. */
  readonly memory?: number;
  /** Processor time that it has taken, in seconds. */
  readonly processorTime?: number;
  /** What runs it: "Java 17.0.15, /usr/lib/jvm/…". */
  readonly runtime?: string;
  /** Since when it runs. */
  readonly started?: Date;
  /** Its keys and passwords, by what people call them; absent where it has none. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The end of the log of one that died. */
  readonly log?: readonly string[];
}

/**
 * Looks at every service of the core, and at those of further profiles that run or should.
 *
 * @throws USAGE when the environment names only some addresses of a service that runs elsewhere
 */
export async function status(options: StackOptions = {}): Promise<ServiceStatus[]> {
  return lookAtServices(options, {
    find: findProcesses,
    doesAnswer: (name, address, _pid, signal) => answers(name, address, signal),
  });
}

/** How one finds out about services. */
export interface Looks {
  /** The processes of each instance that runs. @param expected instances that were started, and not stopped */
  readonly find: (layout: Layout, expected: readonly string[]) => Promise<ReadonlyMap<string, readonly number[]>>;
  /**
   * Whether a service works, of one whose process is there or which runs elsewhere.
   *
   * @param pid undefined for one that runs elsewhere
   */
  readonly doesAnswer: (
    name: string,
    address: string,
    pid: number | undefined,
    signal: AbortSignal | undefined,
  ) => Promise<boolean>;
}

/** As {@link status}, with other ways of finding out. */
export async function lookAtServices(
  { environment = process.env, signal }: StackOptions,
  { find, doesAnswer }: Looks,
): Promise<ServiceStatus[]> {
  const layout = openLayout(environment);
  const state = await readState(layout.stateFile);
  const running = await find(layout, Object.keys(state?.services ?? {}));
  const external = externalAddresses(environment) as unknown as Addresses;
  const shown = serviceNames().filter((name) => service(name).profile === CORE || isExternal(name, environment));
  return Promise.all(
    inOrder([...shown, ...running.keys(), ...Object.keys(state?.services ?? {})]).map(
      async (name): Promise<ServiceStatus> => {
        if (isExternal(name, environment)) return externalStatus(name, external, doesAnswer, signal);
        const pids = running.get(name);
        const recorded = state?.services[name];
        if (pids === undefined) {
          if (recorded === undefined) return { name, state: "stopped" };
          return { name, state: "died", log: await lastRun(logFile(layout, name), 15) };
        }
        const pid = Math.min(...pids);
        const works = state !== undefined && (await doesAnswer(name, ownAddress(name, state), pid, signal));
        return {
          name,
          state: works ? "running" : "silent",
          pid,
          memory: await sumOf(pids, memoryOf),
          processorTime: await sumOf(pids, processorTimeOf),
          ...(state !== undefined && { place: shownAddress(name, state) }),
          ...(recorded?.pid === pid && { started: new Date(recorded.started) }),
          ...(recorded?.pid === pid && recorded.runtime !== undefined && { runtime: recorded.runtime }),
          ...(await shownSecrets(name, environment)),
        };
      },
    ),
  );
}

async function sumOf(pids: readonly number[], look: (pid: number) => Promise<number>): Promise<number> {
  return (await Promise.all(pids.map(look))).reduce((sum, value) => sum + value, 0);
}

async function shownSecrets(name: string, environment: NodeJS.ProcessEnv): Promise<Pick<ServiceStatus, "secrets">> {
  const secrets = Object.entries(service(name).secrets ?? {});
  if (secrets.length === 0) return {};
  const known = await credentials(name, environment).catch((): Secrets[string] => ({}));
  return { secrets: Object.fromEntries(secrets.map(([key, { title }]) => [title, known[key] ?? "not known"])) };
}

function ownAddress(name: string, { host, ports, addresses }: State): string {
  return askedAddress(name, { hosts: everyHost(host), ports }, addresses);
}

async function externalStatus(
  name: string,
  places: Addresses,
  doesAnswer: Looks["doesAnswer"],
  signal: AbortSignal | undefined,
): Promise<ServiceStatus> {
  const place = externalPlace(name, places);
  const works = await doesAnswer(name, place, undefined, signal);
  return { name, state: works ? "running" : "unreachable", place };
}

/**
 * The services that were started and are gone, with the end of their logs. A look at the process table, 20 ms: for a
 * program that has lost a connection and wants to say why.
 */
export async function deadServices({ environment = process.env }: StackOptions = {}): Promise<ServiceStatus[]> {
  const layout = openLayout(environment);
  const state = await readState(layout.stateFile);
  const running = await findServices(layout);
  const gone = inOrder(Object.keys(state?.services ?? {})).filter((name) => !running.has(name));
  return Promise.all(
    gone.map(async (name) => ({ name, state: "died" as const, log: await lastRun(logFile(layout, name), 15) })),
  );
}

/** Services that nobody wants to run, though others that do can do nothing without them. */
export function missingServices(services: readonly ServiceStatus[]): string[] {
  const stopped = new Set(services.filter(({ state }) => state === "stopped").map(({ name }) => name));
  const needed = services.filter(({ pid }) => pid !== undefined).map(({ name }) => service(name).worker);
  return inOrder(stopped).filter((name) => needed.includes(name));
}

/** Whether everything that should run does. */
export function isHealthy(services: readonly ServiceStatus[]): boolean {
  return services.every(({ state }) => state === "running" || state === "stopped");
}
