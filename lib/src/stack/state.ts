/** What a stack remembers between commands: `state.json`, written whole or not at all. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Addresses } from "./addresses.ts";
import { SERVICE_NAMES, type ServiceName, SERVICES } from "./services.ts";

/** The ports of all services, by service and purpose. */
export type Ports = Readonly<Record<ServiceName, Readonly<Record<string, number>>>>;

/** A service that was started and should run. */
export interface StartedService {
  readonly pid: number;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly log: string;
  /** The web page, if it has one. */
  readonly page?: string;
  /** Whether it ends with the last run that uses it: a run has started it, and nobody has asked for it since. */
  readonly temporary?: true;
}

/** The content of `state.json`. */
export interface State {
  readonly addresses: Addresses;
  /** Those that should run; a service that is not here was never started, or was stopped on purpose. */
  readonly services: Readonly<Partial<Record<ServiceName, StartedService>>>;
  readonly host: string;
  readonly ports: Ports;
  readonly java: { readonly home: string; readonly version: string };
}

/** The state, or undefined when no stack runs. An unreadable file counts as none: the processes are found without it. */
export async function readState(file: string): Promise<State | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as State;
  } catch {
    return undefined;
  }
}

/** The services of a state that end with the last run. */
export function temporaryOf(state: State | undefined): ServiceName[] {
  return SERVICE_NAMES.filter((name) => state?.services[name]?.temporary === true);
}

/** Writes the state. */
export async function writeState(file: string, state: State): Promise<void> {
  await writeAtomically(file, `${JSON.stringify(state, undefined, 2)}\n`);
}

/** Writes a file whole or not at all. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.new`;
  try {
    await writeFile(fresh, text);
    await rename(fresh, file);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** The addresses of services that listen on these ports: all of one host, or each of its own. */
export function addressesOf(ports: Ports, host: string | Readonly<Record<ServiceName, string>>): Addresses {
  const at = (name: ServiceName, purpose: string): string =>
    `${typeof host === "string" ? host : host[name]}:${ports[name][purpose]}`;
  return {
    kafka: at("kafka", "broker"),
    webhdfs: `http://${at("namenode", "http")}`,
    hdfs: `hdfs://${at("namenode", "rpc")}`,
    resourceManager: `http://${at("resourcemanager", "web")}`,
    jobHistory: `http://${at("historyserver", "web")}`,
    hive: at("hiveserver2", "thrift"),
  };
}

/** The web page of a service, if it has one. */
export function pageOf(name: ServiceName, ports: Ports, host: string): string | undefined {
  const { page } = SERVICES[name];
  return page === undefined ? undefined : `http://${host}:${ports[name][page]}`;
}
