/**
 * One member of a group, and the consumers of its topics. kafkajs fetches for all of them at once (`membership.ts`); here the
 * batches go to the consumer of their topic, and a topic whose reader is slow is set aside, so that the others go on.
 */
import type { EachBatchPayload } from "kafkajs";
import type { KafkaCluster } from "../identity.ts";
import type { OffsetRange } from "../topics.ts";
import { type ConsumersOptions, SESSION_TIMEOUT } from "./consumer.ts";
import { type FetchLimits, type Member, Membership } from "./membership.ts";
import { TopicConsumer } from "./topic-consumer.ts";

/** Of one partition in a fetch: as much as Kafka's largest batch, unless a topic takes larger ones. */
const PARTITION_BYTES = 1 << 20;
/** Of a fetch that brings something of every partition of several topics. */
const MOST_BYTES = 16 << 20;
/** How long a topic whose queue is full may hold up the others, in milliseconds: most queues are emptied sooner. */
const HOLD_UP = 50;

/**
 * What a fetch may bring. A broker fills it in the order of the partitions, always the same: so that a topic with a backlog does
 * not keep those after it from being fetched, there must be room for something of each.
 */
export function fetchLimits(topics: number, partitions: number, maximumBytes: number): FetchLimits {
  const partition = Math.min(PARTITION_BYTES, maximumBytes);
  if (topics === 1) return { fetch: maximumBytes, partition };
  const fetch = Math.min(MOST_BYTES, partition * partitions);
  return { fetch, partition: Math.min(partition, Math.ceil(fetch / partitions)) };
}

/** A member of a group, with a consumer for each of its topics. */
export class GroupMember implements Member {
  readonly consumers: readonly TopicConsumer[];
  readonly #options: ConsumersOptions & { readonly cluster: KafkaCluster };
  readonly #membership: Membership;
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  /** @param offsets where the partitions of each topic begin and end now */
  constructor(
    options: ConsumersOptions & { readonly cluster: KafkaCluster; readonly maximumBytes: number },
    offsets: readonly ReadonlyMap<number, OffsetRange>[],
  ) {
    const { topics, maximumBytes, sessionTimeout = SESSION_TIMEOUT, partitionRefresh = 30_000 } = options;
    this.#options = options;
    const names = topics.map(({ topic }) => topic);
    const partitions = offsets.reduce((sum, { size }) => sum + size, 0);
    const limits = fetchLimits(topics.length, partitions, maximumBytes);
    const settings = { ...options, topics: names, limits, sessionTimeout, partitionRefresh };
    this.#membership = new Membership(settings, this, this.#closing.signal);
    this.consumers = topics.map((topic, index) => {
      const ends = options.endOffsets === "once" ? offsets[index] : undefined;
      const parts = { membership: this.#membership, ends, closing: this.#closing.signal, close: () => this.close() };
      return new TopicConsumer({ ...options, ...topic, maximumBytes, sessionTimeout }, parts);
    });
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
    options.cluster.refused.addEventListener("abort", this.#onRefused, { once: true });
  }

  readonly #onAbort = (): void => this.consumers.forEach((consumer) => consumer.wake());
  readonly #onRefused = (): void => this.onFailure(this.#options.cluster.refused.reason);

  /** Joins the group. */
  join(): Promise<void> {
    return this.#membership.join();
  }

  onAssigned(partitions: Readonly<Record<string, readonly number[]>>): void {
    for (const consumer of this.consumers) consumer.assign(partitions[consumer.topic] ?? []);
  }

  onConfirmed(): void {
    for (const consumer of this.consumers) consumer.confirm();
  }

  async onRejoin(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.revoke()));
  }

  onLost(): void {
    for (const consumer of this.consumers) consumer.lose();
  }

  onHole(topic: string, partition: number, next: bigint, highWatermark: bigint): void {
    this.#of(topic)?.skip(partition, next, highWatermark);
  }

  /** Every consumer fails: what cannot go on in one topic is not hidden by the others. */
  onFailure(error: unknown): void {
    for (const consumer of this.consumers) consumer.fail(error);
  }

  async onBatch(payload: EachBatchPayload): Promise<void> {
    const consumer = this.#of(payload.batch.topic);
    if (consumer === undefined) return;
    const alone = this.consumers.length === 1;
    const assignment = consumer.assigned;
    const isRead = await consumer.room(alone ? Infinity : HOLD_UP, () => payload.heartbeat());
    if (!isRead && !alone) consumer.setAside(true);
    if (payload.isStale() || consumer.assigned !== assignment) return;
    await consumer.accept(payload.batch);
  }

  #of(topic: string): TopicConsumer | undefined {
    return this.consumers.find((consumer) => consumer.topic === topic);
  }

  /** Leaves the group. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#options.cluster.refused.removeEventListener("abort", this.#onRefused);
    this.#closing.abort();
    for (const consumer of this.consumers) consumer.wake();
    await this.onRejoin();
    await this.#membership.leave();
  }
}
