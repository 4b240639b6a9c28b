/**
 * Kafka nodes that are one cluster: each is broker and controller, and the controllers elect one of them (KRaft). One that is alone
 * has the only vote; from three on each has one (KIP-853), so that any one of them may go. Two votes would be worse than one, since
 * both would be needed, so a second node waits for the third.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { delay, until } from "../../../async/index.ts";
import { formatAddress } from "../../../address/index.ts";
import { StreambookError } from "../../../errors/index.ts";
import type { Joining, Place, Preparation } from "../../service.ts";
import { describeCluster, replicateOwnTopics } from "./kafka-probe.ts";
import {
  addVoter,
  describeQuorum,
  ELIGIBLE_LEADERS,
  keepNoEligibleLeaders,
  keepVotersInLog,
  type Quorum,
} from "./kraft.ts";

/** Nodes that vote together. */
const QUORUM = 3;
/** How long a node may take to join, in milliseconds. */
const LIMIT = 90_000;

/** The file of a node's properties. */
export const configuration = ({ name, layout }: Place): string => `${layout.conf}/${name}/server.properties`;

/** A file in a node's storage, from when it has its place in a quorum whose voters can change. */
const joined = ({ name, layout }: Place): string => join(layout.data, name, "streambook-joined");

const metaProperties = ({ name, layout }: Place): string => join(layout.data, name, "meta.properties");

/** The nodes that run beside one, itself among them, the first one first. */
function nodesBeside(at: Place): string[] {
  const first = at.name.replace(/-\d$/, "");
  const all = [first, ...Array.from({ length: QUORUM - 1 }, (_, index) => `${first}-${index + 2}`)];
  return all.filter((name) => name === at.name || at.runs(name));
}

/** What a node's properties depend on: its number, and how many there are. */
export function nodeValues(at: Place): Record<string, string> {
  const nodes = nodesBeside(at);
  const placesOf = (purpose: string): string[] =>
    nodes.map((name) => formatAddress(at.host(name), at.port(purpose, name)));
  // A storage that was formatted with a fixed list of voters has none in its log until it has run once.
  const isFixed = at.number === 1 && existsSync(metaProperties(at)) && !existsSync(joined(at));
  const [controller] = placesOf("controller");
  return {
    node: String(at.number),
    quorum: isFixed
      ? `controller.quorum.voters=1@${controller}`
      : `controller.quorum.bootstrap.servers=${placesOf("controller").join(",")}`,
    published: String(at.published()),
    brokers: placesOf("broker").join(","),
    replicas: String(nodes.length),
    inSync: String(inSync(nodes.length)),
  };
}

/** How many replicas must have a message before it counts as written to all: all but one, so that any one may be away. */
function inSync(nodes: number): number {
  return Math.max(1, nodes - 1);
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
export async function format({ at, addresses, report, runJava }: Preparation): Promise<void> {
  const isFormatted = await stat(metaProperties(at)).catch(() => undefined);
  if (isFormatted !== undefined) return;
  report("preparing", "Kafka: formatting its storage", { service: at.name });
  // A further node joins the cluster of the first, which runs by now.
  const isFirst = at.number === 1;
  const cluster = isFirst ? randomClusterId() : (await describeCluster(addresses.kafka)).clusterId;
  const voters = isFirst ? "--standalone" : "--no-initial-controllers";
  await runJava({
    name: `format-${at.name}`,
    arguments: [
      ...["kafka.tools.StorageTool", "format", "--ignore-formatted", voters],
      ...["-t", cluster, "-c", configuration(at)],
      ...(isFirst ? ["--feature", `${ELIGIBLE_LEADERS}=0`] : []), // the others learn it from its log
    ],
    failure: "Kafka's storage could not be formatted",
  });
  if (isFirst) await writeFile(joined(at), "");
}

/** What a node does once it answers, to have its place in the quorum; undefined when it has it. */
export function joinQuorum(at: Place): ((joining: Joining) => Promise<void>) | undefined {
  if (existsSync(joined(at))) return undefined;
  return at.number === 1 ? letVotersChange : becomeVoter;
}

/** A quorum that was formatted with a fixed list of voters, and all features, becomes one that takes more voters. */
async function letVotersChange({ at, address, signal }: Joining): Promise<void> {
  const quorum = await describeQuorum(address, signal);
  if (quorum !== undefined && votersAreFixed(quorum)) await keepVotersInLog(address, signal);
  await keepNoEligibleLeaders(address, signal);
  await writeFile(joined(at), "");
}

/** Voters of a fixed list are known by their numbers alone. */
function votersAreFixed({ voters }: Quorum): boolean {
  return voters.some(({ directory }) => directory.every((byte) => byte === 0));
}

/** A further node follows the log, and is given a vote when there are enough to lose one. */
async function becomeVoter({ at, address, report, signal }: Joining): Promise<void> {
  const { number: node } = at;
  const nodes = nodesBeside(at);
  const options = { timeout: LIMIT, interval: 200, signal };
  const look = (): Promise<Quorum | undefined> => describeQuorum(address, signal).catch(() => undefined);
  const numbers = (members: Quorum["voters"] | undefined): number[] => (members ?? []).map((one) => one.node);
  await until(
    `node ${node} to follow the others`,
    async () => {
      const quorum = await look();
      return [...numbers(quorum?.voters), ...numbers(quorum?.observers)].includes(node);
    },
    options,
  );
  if (nodes.length < QUORUM) return;
  report("preparing", `Kafka ${node}: joining the controllers that vote`, { service: at.name });
  let problem: unknown;
  const isVoter = async (): Promise<boolean> => {
    const quorum = await look();
    if (quorum === undefined) return false;
    if (numbers(quorum.voters).includes(node)) return true;
    const self = quorum.observers.find((one) => one.node === node);
    try {
      if (votersAreFixed(quorum)) await keepVotersInLog(address, signal);
      else if (self !== undefined)
        await addVoter(address, { ...self, host: at.host(), port: at.port("controller") }, signal);
    } catch (error) {
      problem = error; // another may be joining at this moment: one at a time
      await delay(300, signal);
    }
    return false;
  };
  await until(`node ${node} to get a vote`, isVoter, options).catch((error: unknown) => {
    throw problem instanceof StreambookError ? problem : error;
  });
  const isLast = numbers((await look())?.voters).length === QUORUM;
  if (isLast) await useReplicas(address, signal);
  await writeFile(joined(at), "");
}

/** Gives a cluster that has grown as many copies of its own topics as of those to come, so that any one node may be lost. */
async function useReplicas(address: string, signal: AbortSignal): Promise<void> {
  await until(
    "all brokers to be there",
    async () => (await describeCluster(address).catch(() => undefined))?.brokers.length === QUORUM,
    { timeout: LIMIT, interval: 200, signal },
  );
  const nodes = Array.from({ length: QUORUM }, (_, index) => index + 1);
  await replicateOwnTopics(address, nodes);
}
