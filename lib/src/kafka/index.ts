/** Kafka: topics, a producer that batches, a consumer that owns its offsets, dead letters, and the cluster as it is seen from outside. */
export { brokerAddress, checkTopic } from "./names.ts";
export { compressions, type Compression } from "./codecs.ts";
export type { KafkaOptions } from "./client.ts";
export { clusterId } from "./cluster-id.ts";
export { KafkaCluster } from "./identity.ts";
export { deleteTopics, ensureTopic, topicOffsets, type EnsureTopicOptions, type OffsetRange } from "./topics.ts";
export { replicateTopics, type ReplicateOptions, type ReplicatedTopic } from "./replicas.ts";
export { murmur2, partitionForKey } from "./partition.ts";
export { BatchingProducer, type BatchingProducerOptions } from "./producer.ts";
export type { OutgoingMessage } from "./accumulator.ts";
export type { ProducerStats } from "./delivery.ts";
export { deadLetter, deadLetterTopic, type DeadLetter } from "./dead-letter.ts";
export type { ConsumedMessage, PartitionBatch } from "./consumer/messages.ts";
export { openConsumer, openConsumers } from "./consumer/open-consumer.ts";
export { SESSION_TIMEOUT } from "./consumer/consumer.ts";
export type {
  ConsumedTopic,
  ConsumerOptions,
  ConsumersOptions,
  PartitionConsumer,
  PartitionLag,
} from "./consumer/consumer.ts";
export { KafkaObserver, type ObservedCluster, type ObservedGroup, type ObservedTopic } from "./observe/observer.ts";
export { OwnershipLog, type Gap, type Tenure } from "./observe/ownership-log.ts";
