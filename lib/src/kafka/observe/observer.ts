/**
 * A cluster seen from outside: how far its partitions reach, how much disk they take, and how far each group has read. It takes part in
 * nothing: it joins no group, and reads no message.
 */
import type { Kafka } from "kafkajs";
import { StreambookError } from "../../errors/index.ts";
import { lenientBroker } from "../altered-broker.ts";
import { createKafka, type KafkaOptions } from "../client.ts";
import { kafkaError } from "../failures.ts";
import { KafkaCluster } from "../identity.ts";
import { brokerAddress } from "../names.ts";
import { describeLogDirs, type PartitionSize } from "./log-dirs.ts";

/** A topic at a moment. */
export interface ObservedTopic {
  readonly topic: string;
  /** The next offset of each partition that has a leader. */
  readonly ends: ReadonlyMap<number, number>;
  /** What its partitions take on disk, one copy of each, in bytes. */
  readonly bytes: number;
}

/** A group at a moment. */
export interface ObservedGroup {
  readonly group: string;
  readonly members: number;
  /** The next offset to read that it has committed, by topic and partition. */
  readonly committed: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/** A cluster at a moment; topics that Kafka keeps for itself (`__…`) are not in it. */
export interface ObservedCluster {
  readonly brokers: number;
  readonly topics: readonly ObservedTopic[];
  readonly groups: readonly ObservedGroup[];
}

/** The parts of kafkajs' cluster and brokers that matter here; its admin client asks for one topic at a time. */
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  metadata(): Promise<Metadata | null>;
  findBroker(wanted: { nodeId: number }): Promise<Broker>;
}

interface Metadata {
  readonly brokers: readonly { readonly nodeId: number }[];
  readonly topicMetadata: readonly {
    readonly topic: string;
    readonly partitionMetadata: readonly { readonly partitionId: number; readonly leader: number }[];
  }[];
}

interface Offsets {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
}

interface Broker {
  readonly connectionPool: { send(exchange: object): Promise<unknown> };
  listOffsets(wanted: object): Promise<{ readonly responses: readonly Offsets[] }>;
  listGroups(): Promise<{ readonly groups: readonly { readonly groupId: string; readonly protocolType: string }[] }>;
  describeGroups(wanted: { groupIds: readonly string[] }): Promise<{
    readonly groups: readonly { readonly groupId: string; readonly members: readonly unknown[] }[];
  }>;
  offsetFetch(wanted: {
    groupId: string;
    topics: readonly never[];
  }): Promise<{ readonly responses: readonly Offsets[] }>;
}

const LATEST = "-1";
const READ_UNCOMMITTED = 0;

/** Looks at a cluster again and again, over connections that stay open. */
export class KafkaObserver implements AsyncDisposable {
  readonly #options: KafkaOptions;
  #cluster: Cluster | undefined;
  /** Of the last look. */
  #metadata: Metadata | undefined;

  constructor(options: Pick<KafkaOptions, "broker" | "logger">) {
    this.#options = options;
  }

  /**
   * The cluster as it is now. After a failure the next look connects anew: to whatever cluster is there then.
   *
   * @throws UNREACHABLE; KAFKA_FAILED
   */
  async look(): Promise<ObservedCluster> {
    try {
      this.#cluster ??= await openCluster(this.#options);
      return await this.#look(this.#cluster);
    } catch (error) {
      await this.close();
      throw kafkaError(error, brokerAddress(this.#options.broker), "look at the topics and groups");
    }
  }

  /**
   * Where the partitions of topics ended at a time of the past, by the times that their messages have of their producers; partitions
   * without a message since then are not in it. Kafka looks it up in an index, so nothing is read.
   *
   * @throws UNREACHABLE; KAFKA_FAILED
   */
  async endsAt(time: Date, topics: ReadonlySet<string>): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
    try {
      this.#cluster ??= await openCluster(this.#options);
      this.#metadata ??= await metadataOf(this.#cluster);
      const { topicMetadata } = this.#metadata;
      const wanted = topicMetadata.filter(({ topic }) => topics.has(topic));
      return await endsOf(this.#cluster, { topicMetadata: wanted }, String(time.getTime()));
    } catch (error) {
      await this.close();
      throw kafkaError(error, brokerAddress(this.#options.broker), "look at the times of messages");
    }
  }

  /** Ends its connections; the next look makes new ones. */
  async close(): Promise<void> {
    const cluster = this.#cluster;
    this.#metadata = undefined;
    this.#cluster = undefined;
    await cluster?.disconnect().catch(() => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #look(cluster: Cluster): Promise<ObservedCluster> {
    const metadata = await metadataOf(cluster);
    this.#metadata = metadata;
    const [ends, sizes, groups] = await Promise.all([
      endsOf(cluster, metadata),
      sizesOf(cluster, metadata),
      groupsOf(cluster, metadata),
    ]);
    const topics = metadata.topicMetadata
      .map(({ topic }) => topic)
      .filter((topic) => !topic.startsWith("__"))
      .sort();
    return {
      brokers: metadata.brokers.length,
      topics: topics.map((topic) => ({ topic, ends: ends.get(topic) ?? new Map(), bytes: sizes.get(topic) ?? 0 })),
      groups,
    };
  }
}

/** kafkajs hands its cluster to its own clients only, by a property whose key is not public. */
async function openCluster(options: KafkaOptions): Promise<Cluster> {
  const kafka: Kafka = createKafka({ ...options, cluster: new KafkaCluster() }, 0);
  const key = Object.getOwnPropertySymbols(kafka).find(({ description = "" }) => description.endsWith("createCluster"));
  const make = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[key ?? Symbol()];
  if (make === undefined) throw new StreambookError("INTERNAL", "kafkajs has no cluster where it had one in 2.2.4");
  const cluster = make({ metadataMaxAge: 300_000, allowAutoTopicCreation: false });
  await cluster.connect();
  return cluster;
}

async function metadataOf(cluster: Cluster): Promise<Metadata> {
  const metadata = await cluster.metadata();
  // kafkajs drops what went wrong here
  if (metadata === null) throw new StreambookError("KAFKA_FAILED", "no broker could describe the cluster");
  return metadata;
}

/** The groups, with what each has committed. A broker lists those that it coordinates. */
async function groupsOf(cluster: Cluster, { brokers }: Metadata): Promise<ObservedGroup[]> {
  const perBroker = brokers.map(async ({ nodeId }): Promise<ObservedGroup[]> => {
    const broker = lenientBroker(await cluster.findBroker({ nodeId }));
    const names = (await broker.listGroups()).groups.map(({ groupId }) => groupId);
    if (names.length === 0) return [];
    const described = await broker.describeGroups({ groupIds: names });
    const members = new Map(described.groups.map(({ groupId, members }) => [groupId, members.length]));
    return Promise.all(
      names.map(async (group) => ({
        group,
        members: members.get(group) ?? 0,
        committed: byTopic((await broker.offsetFetch({ groupId: group, topics: [] })).responses),
      })),
    );
  });
  const groups = (await Promise.all(perBroker)).flat();
  return groups.sort((a, b) => (a.group < b.group ? -1 : 1));
}

/**
 * Where partitions end, asked of their leaders: one request for each broker.
 *
 * @param timestamp in milliseconds: where they ended then
 */
async function endsOf(
  cluster: Cluster,
  { topicMetadata }: Pick<Metadata, "topicMetadata">,
  timestamp = LATEST,
): Promise<Map<string, Map<number, number>>> {
  const all = topicMetadata.flatMap(({ topic, partitionMetadata }) =>
    partitionMetadata.map(({ partitionId, leader }) => ({ topic, partition: partitionId, leader })),
  );
  const led = all.filter(({ topic, leader }) => leader >= 0 && !topic.startsWith("__"));
  const answers = [...Map.groupBy(led, ({ leader }) => leader)].map(async ([nodeId, partitions]) => {
    const broker = lenientBroker(await cluster.findBroker({ nodeId }));
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, some]) => ({
      topic,
      partitions: some.map(({ partition }) => ({ partition, timestamp })),
    }));
    return (await broker.listOffsets({ isolationLevel: READ_UNCOMMITTED, topics })).responses;
  });
  return byTopic((await Promise.all(answers)).flat());
}

/** The size of each topic: the largest copy of each partition, which is the leader's or soon will be. */
async function sizesOf(cluster: Cluster, { brokers }: Metadata): Promise<Map<string, number>> {
  const answers = brokers.map(async ({ nodeId }) => {
    const broker = await cluster.findBroker({ nodeId });
    return (await broker.connectionPool.send(describeLogDirs())) as readonly PartitionSize[];
  });
  const sizes = new Map<string, Map<number, number>>();
  for (const { topic, partition, bytes } of (await Promise.all(answers)).flat()) {
    const partitions = sizes.get(topic) ?? new Map<number, number>();
    sizes.set(topic, partitions.set(partition, Math.max(bytes, partitions.get(partition) ?? 0)));
  }
  return new Map([...sizes].map(([topic, parts]) => [topic, [...parts.values()].reduce((sum, one) => sum + one, 0)]));
}

/** Offsets by topic and partition; -1 means that there is none, as of a partition that has gone or moved since the list of them was made. */
function byTopic(answers: readonly Offsets[]): Map<string, Map<number, number>> {
  const found = new Map<string, Map<number, number>>();
  for (const { topic, partitions } of answers) {
    const offsets = found.get(topic) ?? new Map<number, number>();
    for (const { partition, offset } of partitions) if (Number(offset) >= 0) offsets.set(partition, Number(offset));
    if (offsets.size > 0) found.set(topic, offsets);
  }
  return found;
}
