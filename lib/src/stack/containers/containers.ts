/** The services in containers, one in each: who is where, and what the machine outside sees of them. Plain functions. */
import { setting } from "../../../../setup/settings.mjs";
import { StreambookError } from "../../errors/index.ts";
import type { Addresses } from "../addresses.ts";
import { instanceNames, membersOf, service } from "../catalog/index.ts";
import { addressesOf, type Topology, wellKnownPorts } from "../place.ts";

/** All addresses of a container: what compose publishes of it is on the machine's loopback only. */
export const EVERYWHERE = "0.0.0.0";

/** Where everything is among containers: each instance is called by its own name, on its well-known ports. */
export function containerTopology(environment: NodeJS.ProcessEnv = {}): Topology {
  const names = instanceNames();
  return {
    bind: EVERYWHERE,
    hosts: Object.fromEntries(names.map((name) => [name, name])),
    ports: Object.fromEntries(names.map((name) => [name, containerPorts(name)])),
    published: publishedPorts(environment),
    running: new Set(),
  };
}

/** The ports of an instance in its container, those for outside among them. */
function containerPorts(name: string): Record<string, number> {
  return { ...wellKnownPorts(name), ...service(name).container.ports };
}

/** Where the services are for one another, and for the workspace. */
export function containerAddresses(): Addresses {
  return addressesOf(containerTopology());
}

/** What compose publishes of an instance: the port inside, the port that it has outside unless another is named, and the variable for that. */
export function publication(name: string): {
  readonly inside: number;
  readonly usual: number;
  readonly variable: string;
} {
  const { port, as = port } = service(name).container.publishes;
  const ports = containerPorts(name);
  return { inside: ports[port] ?? 0, usual: ports[as] ?? 0, variable: portVariable(name) };
}

function portVariable(name: string): string {
  return `STREAMBOOK_${name.toUpperCase().replaceAll("-", "_")}_PORT`;
}

/**
 * The ports of the machine that lead to the containers, where they matter inside: services advertise them to those who call from
 * outside. Read from the environment that docker-compose.yml gives.
 *
 * @throws USAGE for what is not a port
 */
export function publishedPorts(environment: NodeJS.ProcessEnv): Record<string, number> {
  const advertising = instanceNames().filter((name) => service(name).container.knowsPublishedPort === true);
  return Object.fromEntries(
    advertising.map((name) => {
      const { usual, variable } = publication(name);
      const text = setting(variable, environment) ?? String(usual);
      const port = Number(text);
      if (Number.isInteger(port) && port > 0 && port < 65536) return [name, port];
      throw new StreambookError("USAGE", `${variable} is "${text}", which is no port; give a number from 1 to 65535`);
    }),
  );
}

/**
 * The one service that a name stands for.
 *
 * @throws USAGE for the name of a group, or of nothing
 */
export function oneService(name: string): string {
  const [only, another] = membersOf(name);
  if (only !== undefined && another === undefined) return only;
  throw new StreambookError("USAGE", `a container runs one service, and "${name}" stands for several; name one`);
}
