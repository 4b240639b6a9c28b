/** Topics: made when they are missing, described, deleted. */
import { brokerAddress, checkTopic } from "./names.ts";
import { until } from "../async/index.ts";
import { StreambookError } from "../errors/index.ts";
import { withAdmin, type KafkaOptions } from "./client.ts";
import { places, rootOf } from "./failures.ts";
import kafkajs, { type Admin } from "kafkajs";

/** Options of {@link ensureTopic}. */
export interface EnsureTopicOptions extends KafkaOptions {
  readonly topic: string;
  /** Partitions of a topic that has to be made. @default 4 */
  readonly partitions?: number;
  /** Settings of a topic that has to be made, such as `{ "cleanup.policy": "compact" }`. */
  readonly config?: Readonly<Record<string, string>>;
}

/**
 * Makes a topic if it is not there. One that is there stays as it is, whatever its partitions.
 *
 * @throws USAGE for a name that Kafka does not accept; UNREACHABLE; KAFKA_FAILED
 */
export async function ensureTopic(options: EnsureTopicOptions): Promise<{ partitions: number; created: boolean }> {
  const topic = checkTopic(options.topic);
  const { partitions = 4, config = {} } = options;
  if (!Number.isSafeInteger(partitions) || partitions < 1) {
    throw new StreambookError("USAGE", `a topic needs 1 partition or more, and ${partitions} was asked for`);
  }
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  return withAdmin(options, `make the topic "${topic}"`, async (admin) => {
    let created = false;
    if (!(await isThere(admin, topic))) {
      // False when another client has made it meanwhile.
      created = await admin.createTopics({
        waitForLeaders: false, // kafkajs gives up when the broker has not heard yet of the topic it has just made
        topics: [{ topic, numPartitions: partitions, replicationFactor: -1, configEntries }],
      });
    }
    const known = await until(
      `the topic "${topic}" to have leaders`,
      async () => {
        const [found] = (await admin.fetchTopicMetadata({ topics: [topic] }).catch(absent))?.topics ?? [];
        if (found?.partitions.every(({ leader }) => leader >= 0) !== true) return false;
        // A leader that is named may not lead yet: ask each for its offsets, as a first write would find out.
        if (created && (await admin.fetchTopicOffsets(topic).catch(absent)) === undefined) return false;
        return found.partitions.length;
      },
      { interval: 50, signal: options.signal },
    );
    return { partitions: known, created };
  });
}

/** Whether a topic is there, also while its leader is away. It alone is looked up: a cluster may have thousands. */
async function isThere(admin: Admin, topic: string): Promise<boolean> {
  try {
    await admin.fetchTopicMetadata({ topics: [topic] });
    return true;
  } catch (error) {
    const { type } = rootOf(error);
    if (type === "LEADER_NOT_AVAILABLE") return true;
    if (type === "UNKNOWN_TOPIC_OR_PARTITION") return false;
    throw error;
  }
}

/** What a broker says of a topic that it does not know, or does not lead, yet. */
const NOT_YET = ["UNKNOWN_TOPIC_OR_PARTITION", "NOT_LEADER_FOR_PARTITION", "LEADER_NOT_AVAILABLE"];

/** Nothing, for a topic that the broker does not know or lead (yet); any other error stays one. */
function absent(error: unknown): undefined {
  if (!NOT_YET.includes(rootOf(error).type ?? "")) throw error;
}

/** Where a partition begins and ends. */
export interface OffsetRange {
  /** Offset of the first message that is still there. */
  readonly low: bigint;
  /** Offset that the next message will get. */
  readonly high: bigint;
}

/**
 * The offsets of all partitions of a topic, by partition.
 *
 * @throws NOT_FOUND when the topic does not exist; UNREACHABLE; KAFKA_FAILED
 */
export async function topicOffsets(
  options: KafkaOptions & { readonly topic: string },
): Promise<Map<number, OffsetRange>> {
  const topic = checkTopic(options.topic);
  return withAdmin(options, `look up the topic "${topic}"`, async (admin) => {
    try {
      const offsets = await admin.fetchTopicOffsets(topic);
      return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
    } catch (cause) {
      if (rootOf(cause).type !== "UNKNOWN_TOPIC_OR_PARTITION") throw cause;
      throw new StreambookError(
        "NOT_FOUND",
        `there is no topic "${topic}" at ${places(brokerAddress(options.broker))}; the producer creates it`,
        { cause, hint: { run: { program: "producer" } } },
      );
    }
  });
}

/**
 * The largest batch of messages that a topic accepts, in bytes; undefined when the broker does not say.
 *
 * @throws UNREACHABLE; KAFKA_FAILED
 */
export async function maximumMessageBytes(
  options: KafkaOptions & { readonly topic: string },
): Promise<number | undefined> {
  return withAdmin(options, `look up the topic "${options.topic}"`, async (admin) => {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: options.topic, configNames: ["max.message.bytes"] }],
    });
    const value = Number(resources[0]?.configEntries[0]?.configValue);
    return Number.isSafeInteger(value) && value > 0 ? value : undefined;
  });
}

/** Deletes topics; those that are not there are no error. */
export async function deleteTopics(options: KafkaOptions & { readonly topics: readonly string[] }): Promise<void> {
  await withAdmin(options, `delete the topics ${options.topics.join(", ")}`, async (admin) => {
    const there = new Set(await admin.listTopics());
    const topics = options.topics.filter((topic) => there.has(topic));
    if (topics.length === 0) return;
    await admin.deleteTopics({ topics });
    await until(
      `Kafka to forget ${topics.join(", ")}`,
      async () => !(await admin.listTopics()).some((topic) => topics.includes(topic)),
      { interval: 50, signal: options.signal },
    );
  });
}
