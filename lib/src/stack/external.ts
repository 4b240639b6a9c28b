/** Services that run elsewhere: nothing is started, each is only asked whether it works. */
import { setting } from "../../../setup/settings.mjs";
import { until } from "../async/index.ts";
import { isStreambookError, StreambookError } from "../errors/index.ts";
import { type Addresses, externalAddresses, isExternal } from "./addresses.ts";
import { allWellKnownPorts, everyHost, type Topology } from "./place.ts";
import { instancesOf, service, serviceNames, services, titleOf } from "./catalog/index.ts";
import { splitAddress } from "./observe/probes.ts";
import { answers } from "./observe/readiness.ts";

/** The address at which an external service is asked. */
export function externalPlace(name: string, places: Addresses): string {
  return (places as unknown as Record<string, string>)[service(name).asked] ?? "";
}

/** How long a service may still be starting, in milliseconds. */
const WAIT = 60_000;

/** @throws USAGE for what is not a number of milliseconds */
function longestWait(environment: NodeJS.ProcessEnv): number {
  const text = setting("STREAMBOOK_WAIT", environment) ?? String(WAIT);
  const milliseconds = Number(text);
  if (milliseconds >= 0) return milliseconds;
  throw new StreambookError("USAGE", `STREAMBOOK_WAIT is "${text}"; give a number of milliseconds, or unset it`);
}

/**
 * Waits until each service answers.
 *
 * @throws UNREACHABLE for the first that does not
 */
export async function demandExternal(
  names: readonly string[],
  environment: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<void> {
  const places = externalAddresses(environment) as unknown as Addresses;
  const timeout = longestWait(environment);
  await Promise.all(
    names.map(async (name) => {
      const title = titleOf(name);
      const place = externalPlace(name, places);
      try {
        await until(`${title} to answer`, () => answers(name, place, signal), { timeout, interval: 500, signal });
      } catch (cause) {
        if (!isStreambookError(cause, "TIMEOUT")) throw cause;
        throw new StreambookError(
          "UNREACHABLE",
          `${title} does not answer at ${place}; the environment says that it runs there (STREAMBOOK_STACK is "external", or its address is set), so start it where it runs, or unset that variable to use the project's own`,
          { cause },
        );
      }
    }),
  );
}

/**
 * Hosts and ports of services that run elsewhere, as far as their addresses show: for the configuration of those that run here. Of an
 * address with several places each is that of one instance.
 */
export function externalTopology(environment: NodeJS.ProcessEnv): Pick<Topology, "hosts" | "ports"> {
  const known = externalAddresses(environment);
  const hosts: Record<string, string> = {};
  const ports: Record<string, Record<string, number>> = {};
  for (const one of services()) {
    for (const [key, { port: purpose }] of Object.entries(one.addresses ?? {})) {
      const places = known[key]?.split(",") ?? [];
      for (const [index, name] of instancesOf(one).slice(0, places.length).entries()) {
        const { host, port } = splitAddress(places[index] ?? "");
        hosts[name] = host;
        ports[name] = { ...allWellKnownPorts()[name], ...ports[name], [purpose]: port };
      }
    }
  }
  return { hosts, ports };
}

/** A topology in which the services that run elsewhere do run, and have their own hosts and ports. */
export function withExternal(topology: Topology, environment: NodeJS.ProcessEnv): Topology {
  const { hosts, ports } = externalTopology(environment);
  return {
    ...topology,
    hosts: { ...topology.hosts, ...hosts },
    ports: { ...topology.ports, ...ports },
    running: new Set([...topology.running, ...externalNames(environment), ...Object.keys(hosts)]),
  };
}

/** The services that run elsewhere. */
export function externalNames(environment: NodeJS.ProcessEnv): string[] {
  return serviceNames().filter((name) => isExternal(name, environment));
}

/** Where clients find everything when nothing runs here: external services, and the well-known places of the others. */
export function clientTopology(environment: NodeJS.ProcessEnv): Topology {
  const loopback = "127.0.0.1";
  return withExternal(
    { bind: loopback, hosts: everyHost(loopback), ports: allWellKnownPorts(), running: new Set() },
    environment,
  );
}
