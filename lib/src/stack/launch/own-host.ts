/** This machine's own name. Hadoop's services ask for its address when they start, and end when nobody knows one. */
import { existsSync } from "node:fs";
import { lookup } from "node:dns/promises";
import { rm } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { delay } from "../../async/index.ts";
import type { Layout } from "../layout.ts";
import { writeAtomically } from "../state.ts";

/** A name server that has not answered by then, in milliseconds, would keep every service waiting. */
const LIMIT = 2000;

/** Asks the system for the address of a name. */
export type Lookup = (name: string) => Promise<{ readonly address: string }>;

/**
 * Gives Java a file of names if this machine's own leads nowhere, or to another machine; removes it if all is well. Before
 * services start that talk only to each other, because Java then asks nothing else.
 *
 * @param find how a name is looked up. @default as the system does
 */
export async function nameOwnHost(layout: Layout, find: Lookup = lookup): Promise<void> {
  const name = hostname();
  if (await leadsHere(name, find)) await forgetOwnHost(layout);
  else await writeAtomically(hostsFile(layout), `127.0.0.1 localhost ${name}\n`);
}

async function leadsHere(name: string, find: Lookup): Promise<boolean> {
  const found = await Promise.race([find(name), delay(LIMIT)]).catch(() => undefined);
  if (found === undefined) return false;
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  return found.address.startsWith("127.") || own.includes(found.address);
}

/** Lets Java look names up as the system does: for services that run elsewhere. */
export async function forgetOwnHost(layout: Layout): Promise<void> {
  await rm(hostsFile(layout), { force: true });
}

/** The option of Java that names the file, where there is one. */
export function hostsOption(layout: Layout): string[] {
  const file = hostsFile(layout);
  return existsSync(file) ? [`-Djdk.net.hosts.file=${file}`] : [];
}

function hostsFile(layout: Layout): string {
  return join(layout.conf, "hosts");
}
