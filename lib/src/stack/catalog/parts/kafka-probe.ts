/** What a Kafka says of itself: who its brokers are, whether its controllers have a leader, how its own topics are kept. */
import type { Admin } from "kafkajs";
import { formatAddress } from "../../../address/index.ts";
import { listens } from "../../observe/probes.ts";
import { describeQuorum } from "./kraft.ts";

/** How long the leader of the controllers may take to answer, in milliseconds. */
const LEADER_LIMIT = 2500;

/** The addresses of a list with commas. */
export function addressesIn(list: string): string[] {
  return list.split(",").map((address) => address.trim());
}

/** Kafka is up when a broker of it answers, and its controllers have a leader: one that lost most of its partners answers, and can do nothing. */
export async function brokerAnswers(list: string, signal: AbortSignal): Promise<boolean> {
  const answers = await Promise.all(addressesIn(list).map((address) => oneAnswers(address, signal).catch(() => false)));
  return answers.includes(true);
}

async function oneAnswers(address: string, signal: AbortSignal): Promise<boolean> {
  if (!(await listens(address, signal))) return false;
  const { brokers, controller } = await describeCluster(address).catch((error: unknown) => {
    if (lacksLeader(error)) return { brokers: [address], controller: undefined };
    throw error;
  });
  if (brokers.length === 0 || controller === null) return false;
  const quorum = await describeQuorum(address, AbortSignal.any([signal, AbortSignal.timeout(LEADER_LIMIT)]));
  return quorum === undefined || quorum.leader >= 0; // undefined: it runs elsewhere, and is older than such requests
}

/** Whether a broker has answered that a topic, on brokers that are away, has no leader: kafkajs gives nothing else of the answer then. */
function lacksLeader(error: unknown): boolean {
  const causes = [error, (error as { cause?: unknown }).cause];
  return causes.some((one) => (one as { type?: unknown } | undefined)?.type === "LEADER_NOT_AVAILABLE");
}

/** The addresses that the brokers advertise to their clients: one that we know must be among them. */
export async function advertisedAddresses(list: string): Promise<string> {
  const { brokers } = await describeCluster(list);
  const places = brokers.map(({ host, port }) => formatAddress(host, port));
  if (addressesIn(list).some((address) => places.includes(address))) return `it advertises ${places.join(", ")}`;
  throw new Error(`it advertises ${places.join(", ") || "no address"}, but is at ${list}`);
}

/** The brokers and the id of the cluster that answers at one of some addresses. */
export async function describeCluster(list: string): Promise<Awaited<ReturnType<Admin["describeCluster"]>>> {
  return withProbe(list, (admin) => admin.describeCluster());
}

/** Topics that Kafka makes for itself: where groups have read to, which transactions are open. */
const OWN_TOPICS = ["__consumer_offsets", "__transaction_state"];

/** Gives each partition of Kafka's own topics a replica on each of some nodes; partitions that have as many stay as they are. */
export async function replicateOwnTopics(list: string, nodes: readonly number[]): Promise<void> {
  await withProbe(list, async (admin) => {
    const there = (await admin.listTopics()).filter((topic) => OWN_TOPICS.includes(topic));
    if (there.length === 0) return;
    const { topics } = await admin.fetchTopicMetadata({ topics: there });
    const wanted = topics.map(({ name, partitions }) => ({
      topic: name,
      partitionAssignment: partitions
        .filter(({ replicas }) => replicas.length < nodes.length)
        .map(({ partitionId: partition }) => ({ partition, replicas: rotated(nodes, partition) })),
    }));
    const short = wanted.filter(({ partitionAssignment }) => partitionAssignment.length > 0);
    if (short.length > 0) await admin.alterPartitionReassignments({ topics: short });
  });
}

/** Nodes in their order, begun at another one for each number: so that none leads all. */
function rotated(nodes: readonly number[], by: number): number[] {
  return nodes.map((_, index) => nodes[(index + by) % nodes.length] as number);
}

async function withProbe<T>(list: string, operation: (admin: Admin) => Promise<T>): Promise<T> {
  const { Kafka, logLevel } = await import("kafkajs");
  const brokers = addressesIn(list);
  const options = {
    clientId: "streambook-probe",
    brokers,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 2000,
    retry: { retries: brokers.length - 1, initialRetryTime: 50 }, // each address once
  };
  const admin = new Kafka(options).admin();
  try {
    await admin.connect();
    return await operation(admin);
  } finally {
    await admin.disconnect();
  }
}
