/** Where the services are: hosts and ports of every instance, and what follows from them. */
import { StreambookError } from "../errors/index.ts";
import { CORE, findInstance, instanceNames, instancesOf, service, services } from "./catalog/index.ts";
import type { Layout } from "./layout.ts";
import type { Secrets } from "./secrets.ts";
import type { AddressOffer, Addresses, Place, Ports } from "./service.ts";

/** Where everything is that runs together. */
export interface Topology {
  /** The address that the services listen on: loopback, or all addresses of a container. */
  readonly bind: string;
  /** The host name under which each instance is called. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly ports: Ports;
  /** Ports of the machine outside that lead to containers. @default the ports themselves */
  readonly published?: Readonly<Record<string, number>>;
  /** The services that run, or are being started. */
  readonly running: ReadonlySet<string>;
  /** Keys and passwords of those that have some. @default none */
  readonly secrets?: Secrets;
}

/** The place of an instance. */
export function placeOf(name: string, topology: Topology, layout: Layout): Place {
  const { bind, hosts, ports, published = {}, running, secrets = {} } = topology;
  const port = (purpose: string, other = name): number => {
    const found = ports[other]?.[purpose];
    if (found === undefined) throw new StreambookError("INTERNAL", `the service ${other} has no port for "${purpose}"`);
    return found;
  };
  return {
    name,
    number: findInstance(name)?.number ?? 1,
    layout,
    bind,
    host: (other = name) => hosts[other] ?? bind,
    port,
    published: (other = name) => {
      const { port: inside } = service(other).container.publishes;
      return published[other] ?? port(inside, other);
    },
    runs: (other) => running.has(other),
    secret: (key, other = name) => {
      const found = secrets[other]?.[key];
      if (found === undefined) throw new StreambookError("INTERNAL", `nobody has looked for the ${key} of ${other}`);
      return found;
    },
  };
}

/** The well-known ports of an instance: those of a further one follow those of the first. */
export function wellKnownPorts(name: string): Record<string, number> {
  const { ports } = service(name);
  const { number = 1 } = findInstance(name) ?? {};
  const step = Object.keys(ports).length * (number - 1);
  return Object.fromEntries(Object.entries(ports).map(([purpose, port]) => [purpose, port + step]));
}

/** The well-known ports of every instance there can be. */
export function allWellKnownPorts(): Record<string, Record<string, number>> {
  return Object.fromEntries(instanceNames().map((name) => [name, wellKnownPorts(name)]));
}

/** The same host for every instance. */
export function everyHost(host: string): Record<string, string> {
  return Object.fromEntries(instanceNames().map((name) => [name, host]));
}

/** The addresses that the services of these places offer to clients: those of the core, and of further ones that run. */
export function addressesOf({ hosts, ports, running }: Topology): Addresses {
  const offering = services().filter(({ name, profile }) => profile === CORE || running.has(name));
  const offers = offering.flatMap((one) =>
    Object.entries(one.addresses ?? {}).map(([key, offer]) => {
      const names = instancesOf(one).filter(
        (name) => name === one.name || (offer.isList === true && running.has(name)),
      );
      return [key, names.map((name) => formatOffer(offer, name, hosts, ports)).join(",")] as const;
    }),
  );
  return Object.fromEntries(offers) as unknown as Addresses;
}

function formatOffer({ scheme, port }: AddressOffer, name: string, hosts: Topology["hosts"], ports: Ports): string {
  const address = `${hosts[name]}:${ports[name]?.[port]}`;
  return scheme === undefined ? address : `${scheme}://${address}`;
}

/** The address at which an instance is asked whether it works. */
export function askedAddress(
  name: string,
  { hosts, ports }: Pick<Topology, "hosts" | "ports">,
  known: Addresses,
): string {
  const { asked, addresses = {} } = service(name);
  const own = addresses[asked];
  if (own !== undefined && ports[name] !== undefined) return formatOffer(own, name, hosts, ports);
  return (known as unknown as Record<string, string>)[asked] ?? "";
}

/** The web page of an instance, if it has one. */
export function pageOf(name: string, { hosts, ports }: Pick<Topology, "hosts" | "ports">): string | undefined {
  const { page } = service(name);
  return page === undefined ? undefined : `http://${hosts[name]}:${ports[name]?.[page]}`;
}
