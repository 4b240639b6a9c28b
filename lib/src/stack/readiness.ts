/** How one knows that a service is up: each is asked something that only a working one answers. */
import { connect } from "node:net";
import { parseAddress, reachDirectly } from "../address/index.ts";
import { withTimeout } from "../async/index.ts";
import { StreambookError } from "../errors/index.ts";
import type { Addresses } from "./addresses.ts";
import type { ServiceName } from "./services.ts";

/** How long one question may take, in milliseconds. */
const PATIENCE = 5000;

/** Whether a service works at this moment. Never throws. */
export async function answers(name: ServiceName, addresses: Addresses, signal?: AbortSignal): Promise<boolean> {
  try {
    return await withTimeout(`${name} to answer`, PATIENCE, (limit) => PROBES[name](addresses, limit), signal);
  } catch {
    return false;
  }
}

/**
 * Why a service that runs does not work, where it says so itself and time alone changes nothing: its disk is full. Never throws.
 */
export async function complaintOf(
  name: ServiceName,
  addresses: Addresses,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const complaint = COMPLAINTS[name];
  if (complaint === undefined) return undefined;
  try {
    return await withTimeout(`${name} to answer`, PATIENCE, (limit) => complaint(addresses, limit), signal);
  } catch {
    return undefined;
  }
}

const FREE_SOME = "free some disk, and it goes on by itself within seconds";

type Complaint = (addresses: Addresses, signal: AbortSignal) => Promise<string | undefined>;

const COMPLAINTS: Readonly<Partial<Record<ServiceName, Complaint>>> = {
  namenode: lowOnDisk,
  datanode: lowOnDisk,
  nodemanager: async ({ resourceManager }, signal) => {
    const answer = await json(`${resourceManager}/ws/v1/cluster/nodes?states=UNHEALTHY`, signal);
    const { nodes } = answer as { nodes?: { node?: { healthReport?: string }[] } | null };
    const report = nodes?.node?.[0]?.healthReport;
    // It names its folder for files and that for logs, which are on one disk.
    return report === undefined ? undefined : `it takes no tasks: ${report.split(" ; ", 1)[0]?.trim()}; ${FREE_SOME}`;
  },
};

/** In safe mode HDFS takes no writes. It is also how every NameNode begins, for a moment. */
async function lowOnDisk({ webhdfs }: Addresses, signal: AbortSignal): Promise<string | undefined> {
  const { Safemode: said = "" } = (await beans(webhdfs, "NameNodeInfo", signal)) ?? {};
  if (typeof said !== "string" || !/resources are low/i.test(said)) return undefined;
  return `HDFS takes no writes, because the NameNode's disk is full; ${FREE_SOME}`;
}

const PROBES: Readonly<Record<ServiceName, (addresses: Addresses, signal: AbortSignal) => Promise<boolean>>> = {
  kafka: ({ kafka }, signal) => brokerAnswers(kafka, signal),
  namenode: async ({ webhdfs }, signal) => (await beans(webhdfs, "NameNodeStatus", signal)) !== undefined,
  datanode: async ({ webhdfs }, signal) => {
    const state = await beans(webhdfs, "FSNamesystemState", signal);
    return state?.["FSState"] === "Operational" && Number(state["NumLiveDataNodes"]) >= 1;
  },
  resourcemanager: async ({ resourceManager }, signal) => {
    const answer = await json(`${resourceManager}/ws/v1/cluster/info`, signal);
    return (answer as { clusterInfo?: { state?: string } }).clusterInfo?.state === "STARTED";
  },
  nodemanager: async ({ resourceManager }, signal) => {
    const answer = await json(`${resourceManager}/ws/v1/cluster/nodes?states=RUNNING`, signal);
    return ((answer as { nodes?: { node?: unknown[] } | null }).nodes?.node?.length ?? 0) > 0;
  },
  historyserver: async ({ jobHistory }, signal) => {
    const answer = await json(`${jobHistory}/ws/v1/history/info`, signal);
    return (answer as { historyInfo?: unknown }).historyInfo !== undefined;
  },
  hiveserver2: ({ hive }, signal) => sessionOpens(hive, signal),
};

async function json(url: string, signal: AbortSignal): Promise<unknown> {
  reachDirectly(url);
  const response = await fetch(url, { signal, headers: { accept: "application/json" } });
  return response.ok ? response.json() : {};
}

/** A JMX bean of the NameNode. */
async function beans(webhdfs: string, name: string, signal: AbortSignal): Promise<Record<string, unknown> | undefined> {
  const answer = await json(`${webhdfs}/jmx?qry=Hadoop:service=NameNode,name=${name}`, signal);
  return (answer as { beans?: Record<string, unknown>[] }).beans?.[0];
}

/** Whether somebody accepts connections at `host:port`. */
export async function listens(address: string, signal?: AbortSignal): Promise<boolean> {
  const { host, port } = splitAddress(address);
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(signal && { signal }) });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/**
 * Host and port of `host:port`, `http://host:port` or `hdfs://host:port`.
 *
 * @throws USAGE for anything else
 */
export function splitAddress(address: string): { host: string; port: number } {
  const { host, port } = parseAddress(address.replace(/^[a-z]+:\/\//i, "").replace(/\/.*$/, "")) ?? {};
  if (host !== undefined && port !== undefined) return { host, port };
  throw new StreambookError(
    "USAGE",
    `${JSON.stringify(address)} is not the address of a service; give it as host:port, or as a URL with the port`,
  );
}

/** Kafka is up when the broker says who the controller is. */
async function brokerAnswers(address: string, signal: AbortSignal): Promise<boolean> {
  if (!(await listens(address, signal))) return false;
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
    const { brokers, controller } = await admin.describeCluster();
    return brokers.length > 0 && controller !== null;
  } finally {
    await admin.disconnect();
  }
}

/**
 * HiveServer2 is up when a session opens; its port answers a little before. The one call is written here byte by byte
 * (Thrift, TBinaryProtocol: https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md), so that a
 * look at the services does not load a driver. The session ends with its connection.
 */
async function sessionOpens(address: string, signal: AbortSignal): Promise<boolean> {
  const { host, port } = splitAddress(address);
  const socket = connect({ host, port, signal });
  socket.write(openSessionCall());
  let reply = Buffer.alloc(0);
  for await (const part of socket as AsyncIterable<Buffer>) {
    reply = Buffer.concat([reply, part]);
    if (reply.length >= STATUS_OFFSET + 4) break; // leaving the loop destroys the socket
  }
  return reply.length >= STATUS_OFFSET + 4 && reply.readInt32BE(0) === REPLY && reply.readInt32BE(STATUS_OFFSET) <= 1;
}

const OPEN_SESSION = "OpenSession";
const [CALL, REPLY] = [0x80010001 | 0, 0x80010002 | 0];
const PROTOCOL_V10 = 9;
/** Message header, then `success` (struct), its `status` (struct), its `statusCode` (i32): 0 and 1 are success. */
const STATUS_OFFSET = 12 + OPEN_SESSION.length + 3 + 3 + 3;

function openSessionCall(): Buffer {
  const header = Buffer.alloc(8);
  header.writeInt32BE(CALL, 0);
  header.writeInt32BE(OPEN_SESSION.length, 4);
  const [struct, int, stop] = [12, 8, 0];
  const sequence = [0, 0, 0, 0];
  const request = [struct, 0, 1, int, 0, 1, 0, 0, 0, PROTOCOL_V10, stop, stop];
  return Buffer.concat([header, Buffer.from(OPEN_SESSION), Buffer.from([...sequence, ...request])]);
}
