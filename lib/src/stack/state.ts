/** What a stack remembers between commands: `state.json`, written whole or not at all. */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "../project/index.ts";
import type { Addresses } from "./addresses.ts";
import type { Ports } from "./service.ts";

/** A service that was started and should run. */
export interface StartedService {
  readonly pid: number;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly log: string;
  /** What runs it: "Java 17.0.15, /usr/lib/jvm/…". */
  readonly runtime?: string;
  /** The web page, if it has one. */
  readonly page?: string;
  /** Whether it ends with the last run that uses it: a run has started it, and nobody has asked for it since. */
  readonly temporary?: true;
}

/** The content of `state.json`. */
export interface State {
  readonly addresses: Addresses;
  /** Those that should run, by instance; one that is not here was never started, or was stopped on purpose. */
  readonly services: Readonly<Partial<Record<string, StartedService>>>;
  readonly host: string;
  readonly ports: Ports;
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
export function temporaryOf(state: State | undefined): string[] {
  return Object.entries(state?.services ?? {}).flatMap(([name, started]) =>
    started?.temporary === true ? [name] : [],
  );
}

/** Writes the state. */
export async function writeState(file: string, state: State): Promise<void> {
  await writeAtomically(file, `${JSON.stringify(state, undefined, 2)}\n`);
}

/** Writes a file whole or not at all. Only its owner may read it: configuration and arguments may hold a service's keys. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  await makeFolder(dirname(file));
  const fresh = `${file}.${process.pid}.new`;
  try {
    await writeFile(fresh, text, { mode: 0o600 });
    await rename(fresh, file);
  } finally {
    await rm(fresh, { force: true });
  }
}
