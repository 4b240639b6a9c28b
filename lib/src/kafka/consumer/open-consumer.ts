/** Opens consumers: checks what is asked for, looks the topics up, and joins the group. */
import { StreambookError } from "../../errors/index.ts";
import { KafkaCluster } from "../identity.ts";
import { checkTopic } from "../names.ts";
import { topicOffsets } from "../topics.ts";
import type { ConsumerOptions, ConsumersOptions, PartitionConsumer } from "./consumer.ts";
import { GroupMember } from "./member.ts";

/** More is not quicker, and costs memory: a fetch and what waits of the one before are there at once. */
const DEFAULT_BYTES = 2 << 20;

/**
 * Opens a consumer of a topic.
 *
 * @throws NOT_FOUND without the topic; UNREACHABLE within a few seconds without a broker; WRONG_CLUSTER; USAGE
 *
 * @example
 * ```ts no-run
 * import { openConsumer } from "streambook/kafka";
 * const consumer = await openConsumer({
 *   broker: "127.0.0.1:9092", topic: "chunks", group: "example", endOffsets: "once", positions: async () => new Map(),
 * });
 * for await (const { partition, messages } of consumer) console.log(partition, messages.length);
 * await consumer.close();
 * ```
 */
export async function openConsumer({
  topic,
  positions,
  onRevoked,
  ...options
}: ConsumerOptions): Promise<PartitionConsumer> {
  const [consumer] = await openConsumers({
    ...options,
    topics: [{ topic, positions, ...(onRevoked && { onRevoked }) }],
  });
  return consumer as PartitionConsumer;
}

/**
 * Opens consumers of several topics that are one member of a group, over one connection: each topic has its own assignment,
 * positions and queue. A topic whose reader is slow does not hold up the others for longer than a moment.
 *
 * @returns a consumer for each topic, in their order; closing one closes all
 * @throws as {@link openConsumer}
 */
export async function openConsumers(options: ConsumersOptions): Promise<PartitionConsumer[]> {
  const { group, topics, cluster = new KafkaCluster(), maximumBytes = DEFAULT_BYTES } = options;
  const names = topics.map(({ topic }) => checkTopic(topic));
  if (group === "") throw new StreambookError("USAGE", "the name of a consumer group must not be empty");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new StreambookError("USAGE", `the topic "${twice}" is given twice; give each topic once`);
  if (names.length === 0) throw new StreambookError("USAGE", "a consumer needs a topic; give one or more");
  const settled = { ...options, cluster, maximumBytes };
  const offsets = await Promise.all(names.map((topic) => topicOffsets({ ...settled, topic })));
  const member = new GroupMember(settled, offsets);
  try {
    await member.join();
  } catch (error) {
    await member.close();
    throw error;
  }
  return [...member.consumers];
}
