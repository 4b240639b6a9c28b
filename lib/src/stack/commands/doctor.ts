/** `streambook doctor`: looks at everything that must be right, and says for each what to do. */
import { delay } from "../../async/index.ts";
import { allExternal, isExternal, knownAddresses, type Addresses } from "../addresses.ts";
import { checkConnections } from "../observe/connections.ts";
import type { StackOptions } from "../events.ts";
import { openLayout } from "../layout.ts";
import { isInBackground, service, titleOf } from "../catalog/index.ts";
import { complaintOf } from "../observe/readiness.ts";
import { findServices } from "../observe/running.ts";
import { homeProblem } from "../../../../setup/owned.mjs";
import { setupModule } from "../../project/index.ts";
import type { AskHive } from "../service.ts";
import { readState } from "../state.ts";
import { type ServiceStatus, status } from "./status.ts";

/** One thing that was looked at. */
export interface Finding {
  /** "Java", "jars", "Kafka", … */
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do, when it is not right. */
  readonly remedy: readonly string[];
}

/** Options of {@link doctor}. */
export interface DoctorOptions extends StackOptions {
  /** Runs a statement on HiveServer2, to see whether it finds its tables. @default it is not asked */
  readonly askHive?: AskHive | undefined;
}

/**
 * Looks at the machine, the packages, the jars, the built library and the services, and whether these know each other. Changes
 * nothing.
 */
export async function doctor(options: DoctorOptions = {}): Promise<Finding[]> {
  const { environment = process.env } = options;
  const layout = openLayout(environment);
  const { jarsProblem } = await setupModule("java/jars");
  const { coreLibraries } = await setupModule("paths");
  const jars = await jarsProblem(layout.jarsHome, coreLibraries());
  // A stack that runs has taken its memory already; one that runs elsewhere takes none here.
  const running = allExternal(environment) || (await findServices(layout)).size > 0;
  const machine = await requirements(layout.home, jars !== undefined, running, environment);
  return [
    ...machine,
    await homeFinding(layout.home),
    finding("jars", jars, layout.jarsHome),
    finding("packages", await missingPackage(), "as package-lock.json says"),
    finding("lib/dist", await distProblem(), "newer than its sources"),
    ...(await services(options)),
  ];
}

async function homeFinding(home: string): Promise<Finding> {
  const problem = await homeProblem(home);
  if (problem === undefined) return { name: "home", ok: true, found: home, remedy: [] };
  return { name: "home", ok: false, found: problem, remedy: ["set STREAMBOOK_HOME to a new folder, or unset it"] };
}

function finding(name: string, problem: string | undefined, found: string): Finding {
  return {
    name,
    ok: problem === undefined,
    found: problem ?? found,
    remedy: problem === undefined ? [] : ["npm run setup"],
  };
}

async function requirements(
  home: string,
  jarsMissing: boolean,
  stackRunning: boolean,
  environment: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const { checkRequirements } = await setupModule("machine/requirements");
  const checks = await checkRequirements({ environment, home, jarsMissing, stackRunning });
  return checks.map(({ name, met, found, problem, remedy = [] }) => ({
    name,
    ok: met,
    found: problem ?? found,
    remedy,
  }));
}

async function missingPackage(): Promise<string | undefined> {
  const missing = await (await setupModule("packages/packages")).missingPackage();
  return missing === undefined ? undefined : `${missing} is missing or of another version`;
}

async function distProblem(): Promise<string | undefined> {
  return (await (await setupModule("packages/build")).distIsOld()) ? "a source is newer than the build" : undefined;
}

/** How long after its start a service that nobody waits for may still be starting, in milliseconds. */
const BACKGROUND_START = 30_000;

/** The services, when those that start in the background have had their time to. */
async function settledStatus(options: DoctorOptions): Promise<ServiceStatus[]> {
  const isStarting = ({ name, state, started }: ServiceStatus): boolean =>
    state === "silent" && isInBackground(name) && Date.now() - Number(started ?? 0) < BACKGROUND_START;
  for (;;) {
    const found = await status(options);
    if (!found.some(isStarting)) return found;
    await delay(300, options.signal);
  }
}

async function services(options: DoctorOptions): Promise<Finding[]> {
  const found = await settledStatus(options);
  if (found.every(({ state }) => state === "stopped")) {
    return [{ name: "services", ok: true, found: "none runs; `npx streambook up` starts them", remedy: [] }];
  }
  const states = await Promise.all(
    found.map(async ({ name, state, place, runtime }): Promise<Finding> => {
      const ok = state === "running" || state === "stopped";
      const complaint = ok ? undefined : await complaintOf(name, await askedOf(name, options), options.signal);
      return {
        name: titleOf(name),
        ok,
        found: [
          place === undefined ? state : `${state} at ${place}`,
          ...(runtime === undefined ? [] : [`on ${runtime}`]),
        ].join(", "),
        remedy: complaint === undefined ? (REMEDIES[state]?.(name) ?? []) : [complaint],
      };
    }),
  );
  return [...states, ...(await connections(found, options))];
}

/** Where a service is asked; "" when its address is lost, though its process may run. */
async function askedOf(name: string, { environment = process.env }: DoctorOptions): Promise<string> {
  const known = (await knownAddresses(environment)) as Record<string, string>;
  return known[service(name).asked] ?? "";
}

/** How the services that run see each other. */
async function connections(
  found: readonly ServiceStatus[],
  { environment = process.env, askHive, signal }: DoctorOptions,
): Promise<Finding[]> {
  const running = new Set(
    found.filter(({ state }) => state === "running" || state === "silent").map(({ name }) => name),
  );
  const known = (await knownAddresses(environment)) as unknown as Addresses;
  const ports = allExternal(environment) ? undefined : (await readState(openLayout(environment).stateFile))?.ports;
  const checks = await checkConnections({ addresses: known, running, ports, askHive }, signal);
  const remedy = (name: string): string[] => {
    if (isExternal(name, environment)) return ["start it again where it runs"];
    if (!running.has(name)) return [`npx streambook up ${name}`];
    return [`npx streambook down ${name} && npx streambook up   (starts it, and what needs it, again)`];
  };
  return checks.map(({ service, ...check }) => ({ ...check, remedy: check.ok ? [] : remedy(service) }));
}

const REMEDIES: Readonly<Record<string, (name: string) => string[]>> = {
  died: (name) => [`npx streambook logs ${name}   (why it ended)`, "npx streambook up   (starts it again)"],
  silent: (name) => [
    "it may be starting; if it stays so:",
    `npx streambook logs ${name}`,
    "npx streambook down && npx streambook up",
  ],
  unreachable: () => ["start it where it runs, or unset the variable that says where (docs/environment.md)"],
};
