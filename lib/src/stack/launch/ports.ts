/** Which ports the services get: the well-known ones, and where one is taken the next that is free. */
import { readlinkSync } from "node:fs";
import { readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { StreambookError } from "../../errors/index.ts";
import { fixedPlace, userNumber } from "../layout.ts";
import { processRuns } from "../observe/processes.ts";
import { inOrder, instanceNames, serviceNames } from "../catalog/index.ts";
import { wellKnownPorts } from "../place.ts";
import type { Ports } from "../service.ts";
import { makeFolder, setupModule } from "../../project/index.ts";

/** How ports are chosen. */
export interface PortOptions {
  /** Instances that are to run, and want ports that are free. */
  readonly wanted: Iterable<string>;
  /** Instances that run: they keep their ports. */
  readonly running: ReadonlySet<string>;
  /** Ports of the last time. */
  readonly previous?: Ports | undefined;
  /** Ports that are taken again wherever they are free, whatever the mode. @default none */
  readonly kept?: Ports | undefined;
  /** `"free"` takes any free ports, those of the last time if they still are: clients know them. @default "well-known" */
  readonly mode?: "well-known" | "free";
  /** Called for every well-known port that is taken. */
  readonly onTaken?: (name: string, purpose: string, wanted: number, given: number) => void;
  /** Whether a port of the loopback interface is free. @default looks */
  readonly isFree?: (port: number) => Promise<boolean>;
  /** Where ports are claimed; tests have claims of their own. @default {@link claimsFolder} @internal */
  readonly claims?: string;
  /** Ends the wait while another stack chooses. */
  readonly signal?: AbortSignal | undefined;
}

/** The ports chosen, reserved against other stacks until they are released. */
export interface PortChoice {
  readonly ports: Ports;
  /** To be called when the services listen. */
  readonly release: () => Promise<void>;
}

/** How far from its well-known number a port is looked for. */
const REACH = 1000;

/**
 * Chooses a port for every purpose of every instance that is to run, or does. The others have those of the last time, or the
 * well-known ones: configuration names them, and nobody listens there. Stacks that start at the same moment choose one after
 * the other.
 */
export function choosePorts(options: PortOptions): Promise<PortChoice> {
  const claims = options.claims ?? claimsFolder();
  return inTurn(claims, () => chooseAll(options, claims), options.signal);
}

async function chooseAll(options: PortOptions, folder: string): Promise<PortChoice> {
  const { running, previous, kept = {}, mode = "well-known", onTaken, isFree = portIsFree } = options;
  const owners = new Set([...serviceNames(), ...running, ...options.wanted]);
  const wellKnown = new Set([...owners].flatMap((name) => Object.values(wellKnownPorts(name))));
  const given = new Set<number>();
  const claims: number[] = [];
  const ports: Record<string, Record<string, number>> = {};
  const chosen = inOrder([...running, ...options.wanted]).sort(
    (a, b) => Number(running.has(b)) - Number(running.has(a)),
  ); // those that run choose first

  async function usable(port: number): Promise<boolean> {
    if (given.has(port) || !(await isFree(port)) || !(await claim(folder, port))) return false;
    claims.push(port);
    return true;
  }
  async function choose(name: string, purpose: string, wanted: number): Promise<number> {
    const before = previous?.[name]?.[purpose];
    const remembered = kept[name]?.[purpose];
    if (remembered !== undefined && (await usable(remembered))) return remembered;
    if (mode === "free") {
      // One that has never run is recorded at its well-known port.
      const own = before === undefined || wellKnown.has(before) ? [] : [before];
      return firstUsable([...own, ...(await freePorts(20))], usable);
    }
    if (await usable(wanted)) return wanted;
    const next = range(wanted + 1, wanted + REACH).filter((port) => !wellKnown.has(port) && port < 65536);
    const port = await firstUsable(before === undefined ? next : [before, ...next], usable);
    onTaken?.(name, purpose, wanted, port);
    return port;
  }

  for (const name of chosen) {
    const own: Record<string, number> = {};
    ports[name] = own;
    for (const [purpose, wanted] of Object.entries(wellKnownPorts(name))) {
      const present = running.has(name) ? previous?.[name]?.[purpose] : undefined;
      const port = present ?? (await choose(name, purpose, wanted));
      given.add(port);
      own[purpose] = port;
    }
  }
  for (const name of instanceNames()) ports[name] ??= { ...wellKnownPorts(name), ...previous?.[name] };
  return { ports, release: () => inTurn(folder, () => releaseClaims(folder, claims)) };
}

async function firstUsable(candidates: Iterable<number>, usable: (port: number) => Promise<boolean>): Promise<number> {
  for (const port of candidates) if (await usable(port)) return port;
  throw new StreambookError(
    "SETUP_MISSING",
    "no free port was found on 127.0.0.1; stop what listens there (`ss -ltn` shows it), or set STREAMBOOK_PORTS=free",
  );
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** Some ports that the operating system calls free; held open together, so that all are different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve, reject) => {
        server.once("error", reject).listen(0, "127.0.0.1", () => resolve(server));
      });
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Whether nobody listens on a port of the loopback interface, and we may. */
export async function portIsFree(port: number): Promise<boolean> {
  const answered = await new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.setTimeout(500, () => resolve(true)).once("connect", () => socket.destroy());
  });
  if (answered) return false;
  return new Promise((resolve) => {
    const server = createServer();
    server
      .once("error", () => resolve(false))
      .listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Does something with the claims while no other process does. */
async function inTurn<T>(claims: string, operation: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const { withLock } = await setupModule("lock");
  return withLock(`${claims}.lock`, "streambook up", operation, signal && { signal });
}

/**
 * Two stacks that start at once see the same free ports, seconds before either listens. So a port is claimed by a file
 * that names the process which chose it; the file of a process that is gone counts for nothing. To be called in turn: two
 * that look at once could both find a claim that is gone, or one that is only half written.
 */
async function claim(folder: string, port: number): Promise<boolean> {
  const file = join(folder, String(port));
  const holder = Number(await readFile(file, "utf8").catch(() => ""));
  if (holder !== 0 && holder !== process.pid && processRuns(holder)) return false;
  await makeFolder(folder);
  await writeFile(file, String(process.pid));
  return true;
}

/** One for each user, and on Linux for each network: the ports of another are others. */
export function claimsFolder(): string {
  return join(fixedPlace(), ["streambook-ports", userNumber(), ...networkNumber()].join("-"));
}

function networkNumber(): string[] {
  try {
    return readlinkSync("/proc/self/ns/net").match(/\d+/) ?? [];
  } catch {
    return []; // not Linux
  }
}

async function releaseClaims(folder: string, ports: readonly number[]): Promise<void> {
  await Promise.all(ports.map((port) => rm(join(folder, String(port)), { force: true })));
  await rmdir(folder).catch(() => undefined); // only when nobody else has claims
}
