/** The ports of services that are about to start, and the running services that must start again because an address of theirs moved. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setting } from "../../../../setup/settings.mjs";
import { resolveServices, service, titleOf } from "../catalog/index.ts";
import type { Report, StackOptions } from "../events.ts";
import { choosePorts, type PortChoice } from "../launch/ports.ts";
import type { Layout } from "../layout.ts";
import type { Ports } from "../service.ts";
import { type State, writeAtomically } from "../state.ts";
import { endServices } from "./down.ts";

/**
 * The ports, with those kept that running services listen on. A running service whose ports nobody remembers is ended, and so is
 * one that was given an address which no longer holds: it is `stale`, and to be started again.
 *
 * A service whose port was taken does not wait for it: who has it may never give it back, and the others can be given a new address.
 */
export async function portsFor(
  layout: Layout,
  before: State | undefined,
  wanted: readonly string[],
  running: Map<string, number>,
  { environment, signal }: StackOptions & { readonly environment: NodeJS.ProcessEnv },
  report: Report,
): Promise<{ choice: PortChoice; stale: string[] }> {
  if (before === undefined && running.size > 0) {
    report("notice", `services run whose addresses are lost (${layout.stateFile}); they are started again`);
    await endServices(layout, [...running.keys()], report);
    running.clear();
  }
  const kept = await keptPorts(layout);
  const choose = (): Promise<PortChoice> =>
    choosePorts({
      wanted,
      running: new Set(running.keys()),
      previous: before?.ports,
      kept,
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

/** The file of the ports by which instances remember each other. It goes with what they have stored. */
function keptFile({ data }: Layout): string {
  return join(data, "kept-ports.json");
}

async function keptPorts(layout: Layout): Promise<Ports> {
  const text = await readFile(keptFile(layout), "utf8").catch(() => "{}");
  return JSON.parse(text) as Ports;
}

/** Writes down the ports of some instances that are to stay the same. */
export async function keepPorts(layout: Layout, ports: Ports, names: readonly string[]): Promise<void> {
  const chosen = names.flatMap((name) => {
    const purposes = service(name).keepsPorts ?? [];
    const own = Object.entries(ports[name] ?? {}).filter(([purpose]) => purposes.includes(purpose));
    return own.length === 0 ? [] : [[name, Object.fromEntries(own)] as const];
  });
  if (chosen.length === 0) return;
  const all = { ...(await keptPorts(layout)), ...Object.fromEntries(chosen) };
  await writeAtomically(keptFile(layout), `${JSON.stringify(all, undefined, 2)}\n`);
}
