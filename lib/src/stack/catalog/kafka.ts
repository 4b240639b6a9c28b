/** Kafka: nodes that are broker and, the first of them, controller (KRaft). */
import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Admin } from "kafkajs";
import { formatAddress } from "../../address/index.ts";
import { listens } from "../observe/probes.ts";
import type { Place, Service, Preparation } from "../service.ts";
import { kafka as library } from "./libraries/kafka.ts";

const configuration = ({ name, layout }: Place): string => `${layout.conf}/${name}/server.properties`;

export default {
  name: "kafka",
  title: "Kafka",
  does: "the topic `chunks`, four partitions; what cannot be read goes to `chunks-dead-letter`",
  profile: "core",
  rank: 10,
  program: {
    kind: "java",
    library,
    main: "kafka.Kafka",
    heap: 384,
    options: ({ name, layout }) => [`-Dlog4j2.configurationFile=${layout.conf}/${name}/log4j2.properties`],
    arguments: (at) => [configuration(at)],
  },
  ports: { broker: 9092, controller: 9093, outside: 9094 },
  instances: { most: 3, profile: "brokers" },
  needs: [],
  after: [],
  memory: 220,
  stopTimeout: 20,
  addresses: { kafka: { variable: "STREAMBOOK_KAFKA", port: "broker" } },
  asked: "kafka",
  answers: brokerAnswers,
  connections: [{ name: "Kafka → clients", look: ({ addresses }) => advertisedAddresses(addresses.kafka) }],
  configuration: ["kafka"],
  values: roleValues,
  prepare: format,
  container: { memory: 640, publishes: { port: "outside", as: "broker" }, knowsPublishedPort: true, volume: "kafka" },
} satisfies Service;

/** The first node is controller too; the others ask it. */
function roleValues(at: Place): Record<string, string> {
  const isController = at.number === 1;
  return {
    node: String(at.number),
    roles: isController ? "broker,controller" : "broker",
    controllerListener: isController ? `,CONTROLLER://${at.bind}:${at.port("controller")}` : "",
    published: String(at.published()),
  };
}

/**
 * An id for a new Kafka cluster: 16 random bytes, as Kafka writes them. Clients know by it whom they talk to, so no two
 * storages may share one.
 */
export function randomClusterId(): string {
  const bytes = randomBytes(16);
  bytes[0]! &= 0x7f; // else it might begin with "-", and be read as an option
  return bytes.toString("base64url");
}

/** Kafka writes `meta.properties` last, so a format that was interrupted is done again. */
async function format({ at, addresses, report, runJava }: Preparation): Promise<void> {
  const isFormatted = await stat(join(at.layout.data, at.name, "meta.properties")).catch(() => undefined);
  if (isFormatted !== undefined) return;
  report("preparing", "Kafka: formatting its storage", { service: at.name });
  // A further node joins the cluster of the first, which runs by now.
  const cluster = at.number === 1 ? randomClusterId() : (await describeCluster(addresses.kafka)).clusterId;
  await runJava({
    name: `format-${at.name}`,
    arguments: ["kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", cluster, "-c", configuration(at)],
    failure: "Kafka's storage could not be formatted",
  });
}

/** Kafka is up when the broker says who the controller is. */
async function brokerAnswers(address: string, signal: AbortSignal): Promise<boolean> {
  if (!(await listens(address, signal))) return false;
  const { brokers, controller } = await describeCluster(address);
  return brokers.length > 0 && controller !== null;
}

/** The addresses that the brokers advertise to their clients: the one that we know must be among them. */
async function advertisedAddresses(address: string): Promise<string> {
  const { brokers } = await describeCluster(address);
  const places = brokers.map(({ host, port }) => formatAddress(host, port));
  if (places.includes(address)) return `it advertises ${places.join(", ")}`;
  throw new Error(`it advertises ${places.join(", ") || "no address"}, but is at ${address}`);
}

async function describeCluster(address: string): Promise<Awaited<ReturnType<Admin["describeCluster"]>>> {
  const { Kafka, logLevel } = await import("kafkajs");
  const options = {
    clientId: "streambook-probe",
    brokers: [address],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 2000,
    retry: { retries: 0 },
  };
  const admin = new Kafka(options).admin();
  try {
    await admin.connect();
    return await admin.describeCluster();
  } finally {
    await admin.disconnect();
  }
}
