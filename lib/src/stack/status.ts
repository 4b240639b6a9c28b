/** `streambook status`: what runs, where, since when, and what it takes. */
import { type Addresses, addresses } from "./addresses.ts";
import type { StackOptions } from "./events.ts";
import { externalPlace } from "./external.ts";
import { logFile } from "./launch.ts";
import { openLayout } from "./layout.ts";
import { lastRun } from "./logs.ts";
import { findServices, memoryOf } from "./processes.ts";
import { answers } from "./readiness.ts";
import { SERVICE_NAMES, type ServiceName } from "./services.ts";
import { readState } from "./state.ts";
import { placeOf } from "./up.ts";

/** One service as it is now. */
export interface ServiceStatus {
  readonly name: ServiceName;
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
  /** Since when it runs. */
  readonly started?: Date;
  /** The end of the log of one that died. */
  readonly log?: readonly string[];
}

/** Looks at every service. */
export async function status({ environment = process.env, signal }: StackOptions = {}): Promise<ServiceStatus[]> {
  if (environment["STREAMBOOK_STACK"] === "external") return externalStatus(await addresses(environment), signal);
  const layout = openLayout(environment);
  const state = await readState(layout.stateFile);
  const running = await findServices(layout);
  return Promise.all(
    SERVICE_NAMES.map(async (name): Promise<ServiceStatus> => {
      const pid = running.get(name);
      const recorded = state?.services[name];
      if (pid === undefined) {
        if (recorded === undefined) return { name, state: "stopped" };
        return { name, state: "died", log: await lastRun(logFile(layout, name), 15) };
      }
      const works = state !== undefined && (await answers(name, state.addresses, signal));
      return {
        name,
        state: works ? "running" : "silent",
        pid,
        memory: await memoryOf(pid),
        ...(state !== undefined && { place: placeOf(name, state) }),
        ...(recorded?.pid === pid && { started: new Date(recorded.started) }),
      };
    }),
  );
}

/**
 * The services that were started and are gone, with the end of their logs. A look at the process table, 20 ms: for a
 * program that has lost a connection and wants to say why.
 */
export async function deadServices({ environment = process.env }: StackOptions = {}): Promise<ServiceStatus[]> {
  if (environment["STREAMBOOK_STACK"] === "external") return [];
  const layout = openLayout(environment);
  const state = await readState(layout.stateFile);
  const running = await findServices(layout);
  const gone = SERVICE_NAMES.filter((name) => state?.services[name] !== undefined && !running.has(name));
  return Promise.all(
    gone.map(async (name) => ({ name, state: "died" as const, log: await lastRun(logFile(layout, name), 15) })),
  );
}

async function externalStatus(places: Addresses, signal: AbortSignal | undefined): Promise<ServiceStatus[]> {
  return Promise.all(
    SERVICE_NAMES.map(async (name): Promise<ServiceStatus> => {
      const works = await answers(name, places, signal);
      return { name, state: works ? "running" : "unreachable", place: externalPlace(name, places) };
    }),
  );
}

/** What a service gives out is done by another: without that one it answers, and nothing comes of it. */
const WORKERS: readonly (readonly [ServiceName, worker: ServiceName])[] = [
  ["namenode", "datanode"],
  ["resourcemanager", "nodemanager"],
];

/** Services that nobody wants to run, though others that do can do nothing without them. */
export function missingServices(services: readonly ServiceStatus[]): ServiceName[] {
  const stopped = new Set(services.filter(({ state }) => state === "stopped").map(({ name }) => name));
  const runs = (name: ServiceName): boolean => services.some((one) => one.name === name && one.pid !== undefined);
  const needed = WORKERS.filter(([name]) => runs(name)).map(([, worker]) => worker);
  return SERVICE_NAMES.filter((name) => stopped.has(name) && needed.includes(name));
}

/** Whether everything that should run does. */
export function isHealthy(services: readonly ServiceStatus[]): boolean {
  return services.every(({ state }) => state === "running" || state === "stopped");
}
