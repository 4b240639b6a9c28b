/** Copies of partitions on several brokers: a topic that was made while there was one has one copy, until it is given more. */
import { until } from "../async/index.ts";
import { StreambookError } from "../errors/index.ts";
import { type KafkaOptions, withAdmin } from "./client.ts";
import { checkTopic } from "./names.ts";

/** Options of {@link replicateTopics}. */
export interface ReplicateOptions extends KafkaOptions {
  /** @default all that are there, without Kafka's own */
  readonly topics?: readonly string[];
  /** How many copies each partition is to have. @default one on each broker, three at most */
  readonly replicas?: number;
  /** Longest wait for the copies to be made, in milliseconds. @default 120000 */
  readonly timeout?: number;
}

/** A topic and how many copies its partitions have now. */
export interface ReplicatedTopic {
  readonly topic: string;
  readonly replicas: number;
  /** Whether it had fewer before. */
  readonly changed: boolean;
}

/**
 * Gives topics copies on further brokers, and waits until these have all messages. Readers and writers go on meanwhile. A topic
 * that has as many, or more, stays as it is.
 *
 * @throws NOT_FOUND for a topic that is not there; USAGE for more copies than there are brokers; TIMEOUT; UNREACHABLE; KAFKA_FAILED
 */
export async function replicateTopics(options: ReplicateOptions): Promise<ReplicatedTopic[]> {
  const { timeout = 120_000, signal } = options;
  return withAdmin(options, "give topics more replicas", async (admin) => {
    const nodes = (await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId).sort((a, b) => a - b);
    const count = options.replicas ?? Math.min(3, nodes.length);
    if (!Number.isSafeInteger(count) || count < 1 || count > nodes.length)
      throw new StreambookError("USAGE", `${count} copies were asked for, and ${nodes.length} brokers run`);
    const there = (await admin.listTopics()).filter((topic) => !topic.startsWith("__")).sort();
    const wanted = options.topics?.map(checkTopic) ?? there;
    const missing = wanted.find((topic) => !there.includes(topic));
    if (missing !== undefined) throw new StreambookError("NOT_FOUND", `there is no topic "${missing}"`);
    if (wanted.length === 0) return [];
    const { topics } = await admin.fetchTopicMetadata({ topics: wanted });
    const short = topics.flatMap(({ name: topic, partitions }) => {
      const lacking = partitions.filter(({ replicas }) => replicas.length < count);
      const partitionAssignment = lacking.map(({ partitionId: partition, replicas }) => ({
        partition,
        replicas: spread(nodes, replicas, partition, count),
      }));
      return lacking.length === 0 ? [] : [{ topic, partitionAssignment }];
    });
    if (short.length > 0) {
      await admin.alterPartitionReassignments({ topics: short });
      await until(
        "the copies to have all messages",
        async () => {
          const { topics: now } = await admin.fetchTopicMetadata({ topics: short.map(({ topic }) => topic) });
          return now.every(({ partitions }) => partitions.every(({ isr }) => isr.length >= count));
        },
        { timeout, interval: 200, signal },
      );
    }
    return topics.map(({ name: topic, partitions }) => {
      const changed = short.some((one) => one.topic === topic);
      const fewest = Math.min(...partitions.map(({ replicas }) => replicas.length));
      return { topic, replicas: changed ? count : fewest, changed };
    });
  });
}

/**
 * The nodes that are to have a partition: those that have it, and more, begun at another node for each partition. The first of them
 * leads when it can, so that none leads all.
 */
export function spread(
  nodes: readonly number[],
  present: readonly number[],
  partition: number,
  count: number,
): number[] {
  const inTurn = nodes.map((_, index) => nodes[(index + partition) % nodes.length] as number);
  const more = inTurn.filter((node) => !present.includes(node)).slice(0, Math.max(0, count - present.length));
  const chosen = new Set([...present, ...more]);
  return [...inTurn.filter((node) => chosen.has(node)), ...present.filter((node) => !nodes.includes(node))];
}
