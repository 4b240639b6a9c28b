/**
 * Whether the services know each other. Each may live and answer, and yet call the others at addresses of before: then HDFS has
 * no DataNode, or Hive looks for its tables where nobody is.
 */
import { withTimeout } from "../async/index.ts";
import { messageOf } from "../errors/index.ts";
import type { Addresses } from "./addresses.ts";
import { beans, brokerPlaces, json, splitAddress } from "./readiness.ts";
import { SERVICE_NAMES, type ServiceName, SERVICES } from "./services.ts";
import { pageOf, type Ports } from "./state.ts";

/** What is looked at. */
export interface Connections {
  readonly addresses: Addresses;
  /** The services that run, whether they answer or not. */
  readonly running: ReadonlySet<ServiceName>;
  /** The ports of services that we have started; undefined for those that run elsewhere. */
  readonly ports?: Ports | undefined;
  /** Runs a statement on HiveServer2. Without it, Hive is not asked. */
  readonly askHive?: AskHive | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Runs one statement on HiveServer2, and gives its rows. */
export type AskHive = (sql: string, signal: AbortSignal) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** One connection as it was found. */
export interface Connection {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** The service that must be started, or started again, when it is not right. */
  readonly service: ServiceName;
}

interface Look {
  readonly name: string;
  readonly service: ServiceName;
  /** Says what is right; throws what is wrong. */
  readonly look: (signal: AbortSignal) => Promise<string>;
}

/** A DataNode speaks to its NameNode every second; after so many of silence it has stopped. */
const LONGEST_SILENCE = 15;
/** How long one look may take, in milliseconds; Hive's first statement takes some seconds. */
const PATIENCE = 5000;
const HIVE_PATIENCE = 30_000;

/** Asks every service that runs how it sees the others. */
export async function checkConnections(connections: Connections): Promise<Connection[]> {
  const { signal } = connections;
  return Promise.all(
    looks(connections).map(async ({ name, service, look }) => {
      try {
        const patience = service === "hiveserver2" ? HIVE_PATIENCE : PATIENCE;
        const found = await withTimeout(`${SERVICES[service].title} to answer`, patience, look, signal);
        return { name, service, ok: true, found };
      } catch (error) {
        signal?.throwIfAborted();
        return { name, service, ok: false, found: messageOf(error) };
      }
    }),
  );
}

function looks(connections: Connections): Look[] {
  const { running, ports, askHive } = connections;
  const at = (name: ServiceName): boolean => running.has(name);
  const all: Look[] = [];
  if (at("kafka")) all.push({ name: "Kafka → clients", service: "kafka", look: () => kafkaSays(connections) });
  if (at("namenode")) all.push({ name: "HDFS → DataNode", service: "datanode", look: (s) => dataNode(connections, s) });
  if (at("resourcemanager"))
    all.push({ name: "YARN → NodeManager", service: "nodemanager", look: (s) => nodeManager(connections, s) });
  for (const service of SERVICE_NAMES) {
    const page = ports === undefined || service === "namenode" ? undefined : pageOf(service, ports, "127.0.0.1");
    if (page === undefined || !at(service)) continue;
    const name = `${SERVICES[service].title} → HDFS`;
    all.push({ name, service, look: (s) => fileSystemOf(page, connections, s) });
  }
  if (at("hiveserver2") && askHive !== undefined)
    all.push({ name: "Hive → HDFS", service: "hiveserver2", look: (s) => hiveTables(askHive, connections, s) });
  return all;
}

/** What the broker tells its clients to call. */
async function kafkaSays({ addresses }: Connections): Promise<string> {
  const [place = "nothing"] = await brokerPlaces(addresses.kafka);
  if (place === addresses.kafka) return `it tells them to call ${place}`;
  throw new Error(`it tells them to call ${place}, but is at ${addresses.kafka}`);
}

interface LiveNode {
  readonly xferaddr: string;
  /** Seconds since it was heard of. */
  readonly lastContact: number;
}

async function dataNode({ addresses, running, ports }: Connections, signal: AbortSignal): Promise<string> {
  if (!running.has("datanode")) throw new Error("HDFS has no DataNode: files can be named, but hold nothing");
  const info = await beans(addresses.webhdfs, "NameNodeInfo", signal);
  const { LiveNodes: text = "{}" } = (info ?? {}) as { LiveNodes?: string };
  const nodes = Object.values(JSON.parse(text) as Record<string, LiveNode>);
  const ours = ports === undefined ? nodes : nodes.filter(({ xferaddr }) => isAt(xferaddr, ports.datanode["data"]));
  const [node] = ours;
  if (node === undefined) {
    const others = nodes.length === 0 ? "none" : `only ${nodes.map(({ xferaddr }) => xferaddr).join(", ")}`;
    throw new Error(
      `the NameNode knows of no DataNode of this stack (${others}): it calls another address, or has just started`,
    );
  }
  if (node.lastContact > LONGEST_SILENCE)
    throw new Error(`the NameNode has not heard of the DataNode ${node.xferaddr} for ${node.lastContact} s`);
  return `${node.xferaddr}, heard of ${node.lastContact} s ago`;
}

interface YarnNode {
  readonly id: string;
  readonly state: string;
  readonly healthReport?: string;
}

async function nodeManager({ addresses, running, ports }: Connections, signal: AbortSignal): Promise<string> {
  if (!running.has("nodemanager")) throw new Error("YARN has no NodeManager: jobs would wait for ever");
  const answer = (await json(`${addresses.resourceManager}/ws/v1/cluster/nodes`, signal)) as {
    nodes?: { node?: YarnNode[] } | null;
  };
  const nodes = answer.nodes?.node ?? [];
  const ours = ports === undefined ? nodes : nodes.filter(({ id }) => isAt(id, ports.nodemanager["rpc"]));
  const node = ours.find(({ state }) => state === "RUNNING") ?? ours[0];
  if (node === undefined)
    throw new Error(
      "the ResourceManager knows of no NodeManager of this stack: it calls another address, or has just started",
    );
  if (node.state === "RUNNING") return `${node.id}, running and healthy`;
  const why = node.healthReport === undefined || node.healthReport === "" ? "" : `: ${node.healthReport}`;
  throw new Error(`the NodeManager ${node.id} takes no work, it is ${node.state}${why}`);
}

/** Where a service of Hadoop looks for files, as its own page says. */
async function fileSystemOf(page: string, { addresses }: Connections, signal: AbortSignal): Promise<string> {
  const answer = await json(`${page}/conf?name=fs.defaultFS&format=json`, signal);
  const { value } = (answer as { property?: { value?: string } }).property ?? {};
  if (value === addresses.hdfs) return value;
  throw new Error(
    `it looks for files at ${value ?? "an address that it does not say"}, but HDFS is at ${addresses.hdfs}`,
  );
}

/** Whether the metastore's places are on our HDFS, and HiveServer2 can look into it. */
async function hiveTables(ask: AskHive, { addresses, ports }: Connections, signal: AbortSignal): Promise<string> {
  const [database] = await ask("DESCRIBE DATABASE default", signal);
  const { location: place = "nowhere" } = (database ?? {}) as { location?: string };
  if (ports !== undefined && !place.startsWith(`${addresses.hdfs}/`))
    throw new Error(`its tables are said to be at ${place}, but HDFS is at ${addresses.hdfs}`);
  await ask("dfs -ls /", signal);
  return `its tables are at ${place}`;
}

function isAt(address: string, port: number | undefined): boolean {
  return splitAddress(address).port === port;
}
