/** The services in containers, one in each: who is where, and what the machine outside sees of them. Plain functions. */
import { setting } from "../../../setup/paths.mjs";
import { StreambookError } from "../errors/index.ts";
import type { Addresses } from "./addresses.ts";
import { addressesOf, type Ports } from "./state.ts";
import { membersOf, SERVICE_NAMES, type ServiceName, SERVICES } from "./services.ts";

/** All addresses of a container: what compose publishes of it is on the machine's loopback only. */
export const EVERYWHERE = "0.0.0.0";

/** The host name of each service among the containers: its own name. */
export const CONTAINER_HOSTS = Object.fromEntries(SERVICE_NAMES.map((name) => [name, name])) as Readonly<
  Record<ServiceName, string>
>;

/** In a network of its own every service has its well-known ports. */
export const CONTAINER_PORTS = Object.fromEntries(SERVICE_NAMES.map((name) => [name, SERVICES[name].ports])) as Ports;

/** Where the NameNode's container listens for the machine outside: see `webhdfs-outside.ts`. */
export const WEBHDFS_OUTSIDE = 9880;

/** Where the services are for one another, and for the workspace. */
export function containerAddresses(): Addresses {
  return addressesOf(CONTAINER_PORTS, CONTAINER_HOSTS);
}

/** Ports of the machine that compose publishes, where they matter inside: services tell them to those who call from outside. */
export interface Published {
  readonly kafka: number;
  readonly datanode: number;
}

/**
 * Reads the published ports from the environment that docker-compose.yml gives.
 *
 * @throws USAGE for what is not a port
 */
export function publishedPorts(environment: NodeJS.ProcessEnv): Published {
  const read = (variable: string, usual: number | undefined): number => {
    const text = setting(variable, environment) ?? String(usual);
    const port = Number(text);
    if (Number.isInteger(port) && port > 0 && port < 65536) return port;
    throw new StreambookError("USAGE", `${variable} is "${text}", which is no port; give a number from 1 to 65535`);
  };
  return {
    kafka: read("STREAMBOOK_KAFKA_PORT", SERVICES.kafka.ports["broker"]),
    datanode: read("STREAMBOOK_DATANODE_PORT", SERVICES.datanode.ports["http"]),
  };
}

/**
 * The one service that a name stands for.
 *
 * @throws USAGE for the name of a group, or of nothing
 */
export function oneService(name: string): ServiceName {
  const [service, another] = membersOf(name);
  if (service !== undefined && another === undefined) return service;
  throw new StreambookError("USAGE", `a container runs one service, and "${name}" stands for several; name one`);
}
