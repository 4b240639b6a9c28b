/**
 * A consumer's place in its group, which kafkajs keeps: it joins, sends heartbeats, fetches, and joins again when the broker
 * has been away. What a partition's ownership means, and what becomes of the messages, its user says.
 */
import type { Consumer, ConsumerCrashEvent, EachBatchPayload, PartitionAssigner } from "kafkajs";
import { retry } from "../../async/index.ts";
import { isStreambookError, messageOf, type StreambookError } from "../../errors/index.ts";
import { silentLogger } from "../../log/index.ts";
import { createKafka, type KafkaOptions } from "../client.ts";
import { isLoadingGroup } from "../absence.ts";
import { isConnectionFailure, kafkaError, places, rootOf } from "../failures.ts";
import type { KafkaCluster } from "../identity.ts";
import { brokerAddress } from "../names.ts";
import { assignInTurn } from "./assigner.ts";
import { lost } from "./ownership.ts";
import { asStaticMember } from "./static-member.ts";
import { topicOffsets } from "../topics.ts";

/** Bytes that a fetch may bring, in all and of one partition. */
export interface FetchLimits {
  readonly fetch: number;
  readonly partition: number;
}

/** Options of a {@link Membership}, all of them said. */
export interface MembershipOptions extends KafkaOptions {
  readonly topics: readonly string[];
  readonly group: string;
  readonly limits: FetchLimits;
  /** How long the group waits for a member that is silent, in milliseconds. */
  readonly sessionTimeout: number;
  /** Its name in the group, by which it has its partitions back. */
  readonly instance?: string | undefined;
  /** How often the topics are asked for more partitions, in milliseconds. */
  readonly partitionRefresh: number;
  /** One for all clients of the consumer. */
  readonly cluster: KafkaCluster;
}

/** What its group, and kafkajs, report to a member. */
export interface Member {
  /** The group has given it these partitions, by topic; nothing is fetched of those that it pauses at once. */
  onAssigned(partitions: Readonly<Record<string, readonly number[]>>): void;
  /** The coordinator has just confirmed its membership. */
  onConfirmed(): void;
  /** The group will be joined again, and the partitions may go to another member, when this resolves. */
  onRejoin(): Promise<void>;
  /** The connection is lost, and the membership with it; nobody has waited. */
  onLost(): void;
  /** Messages were fetched; no more are until this resolves. */
  onBatch(payload: EachBatchPayload): Promise<void>;
  /** A range without messages was fetched: transaction markers, aborted messages, compaction. */
  onHole(topic: string, partition: number, next: bigint, highWatermark: bigint): void;
  /** It cannot go on. */
  onFailure(error: unknown): void;
}

/** How long a broker may load a group before that is worth a warning, in milliseconds: with the first group it makes its topic for all. */
const LOADING = 5000;
/** What the coordinator answers to a member whose partitions are, or are about to be, another's. */
const FENCED = new Set(["ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS", "FENCED_INSTANCE_ID"]);

/** Keeps a member in its group. */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #member: Member;
  readonly #closing: AbortSignal;
  readonly #broker: string;
  #kafka: Consumer | undefined;
  #joining = false;

  /** @param closing aborts when the member is about to leave: it is given no more partitions, and does not join again */
  constructor(options: MembershipOptions, member: Member, closing: AbortSignal) {
    this.#options = options;
    this.#member = member;
    this.#closing = closing;
    this.#broker = brokerAddress(options.broker);
  }

  /** Joins the group. @throws UNREACHABLE; NOT_FOUND; WRONG_CLUSTER; KAFKA_FAILED */
  async join(): Promise<void> {
    const { topics, group, limits, sessionTimeout, partitionRefresh } = this.#options;
    const consumer = createKafka(this.#options, 4).consumer({
      groupId: group,
      allowAutoTopicCreation: false,
      partitionAssigners: [this.#assigner],
      sessionTimeout,
      heartbeatInterval: Math.min(1000, sessionTimeout / 6),
      rebalanceTimeout: 60_000,
      metadataMaxAge: partitionRefresh,
      maxBytes: limits.fetch,
      maxBytesPerPartition: limits.partition,
      maxWaitTimeInMs: 200,
      retry: { restartOnFailure: () => Promise.resolve(false) },
    });
    this.#kafka = consumer;
    this.#listen(consumer);
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch: (payload) => this.#member.onBatch(payload) });
    } catch (error) {
      await consumer.disconnect().catch(() => undefined);
      throw this.#explain(error, this.#reading());
    }
  }

  #listen(consumer: Consumer): void {
    const { GROUP_JOIN, HEARTBEAT, START_BATCH_PROCESS, CRASH } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => {
      if (this.#kafka !== consumer || this.#closing.aborted) return;
      this.#joining = false;
      this.#member.onAssigned(payload.memberAssignment);
    });
    consumer.on(HEARTBEAT, () => {
      if (this.#kafka === consumer && !this.#joining) this.#member.onConfirmed();
    });
    consumer.on(START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize > 0) return;
      // kafkajs only notes in passing that there was nothing to hand over
      this.#member.onHole(
        payload.topic,
        payload.partition,
        BigInt(payload.lastOffset) + 1n,
        BigInt(payload.highWatermark),
      );
    });
    consumer.on(CRASH, (event) => this.#onCrash(consumer, event));
  }

  /**
   * kafkajs asks for the coordinator exactly once before it joins the group, and joining is what lets the partitions go to
   * another consumer. So this is where what holds them is waited for; kafkajs itself has no such moment.
   */
  readonly #assigner: PartitionAssigner = (config) => {
    const { cluster } = config;
    const findGroupCoordinator = cluster.findGroupCoordinator.bind(cluster);
    cluster.findGroupCoordinator = async (group) => {
      this.#joining = true;
      await this.#member.onRejoin();
      const coordinator = await findGroupCoordinator(group);
      const { instance } = this.#options;
      return instance === undefined ? coordinator : asStaticMember(coordinator, instance);
    };
    return assignInTurn(config);
  };

  /** Fetches nothing of some partitions of a topic, or of all. */
  pause(topic: string, partitions?: readonly number[]): void {
    this.#kafka?.pause([partitionsOf(topic, partitions)]);
  }

  /** Fetches some partitions of a topic again, or all. */
  resume(topic: string, partitions?: readonly number[]): void {
    this.#kafka?.resume([partitionsOf(topic, partitions)]);
  }

  /** Fetches a partition from an offset on. */
  seek(topic: string, partition: number, position: bigint): void {
    this.#kafka?.seek({ topic, partition, offset: String(position) });
  }

  /** Reports to the group how far a partition is done. @throws PARTITION_LOST; UNREACHABLE; KAFKA_FAILED */
  async commit(topic: string, partition: number, next: bigint): Promise<void> {
    try {
      await this.#kafka?.commitOffsets([{ topic, partition, offset: String(next) }]);
    } catch (error) {
      throw FENCED.has(rootOf(error).type ?? "")
        ? lost(partition)
        : this.#explain(error, `commit an offset of "${topic}"`);
    }
  }

  /** Leaves the group. */
  async leave(): Promise<void> {
    await this.#kafka?.disconnect().catch(() => undefined);
  }

  #reading(): string {
    const { topics } = this.#options;
    return `read the topic${topics.length > 1 ? "s" : ""} ${topics.map((topic) => `"${topic}"`).join(", ")}`;
  }

  #explain(error: unknown, doing: string): unknown {
    return kafkaError(this.#options.cluster.causeOf(error), this.#broker, doing);
  }

  #onCrash(consumer: Consumer, { payload: { error } }: ConsumerCrashEvent): void {
    if (this.#kafka !== consumer || this.#closing.aborted) return;
    this.#member.onLost();
    if (this.#options.cluster.refused.aborted) return; // has failed already
    const root = rootOf(error);
    const worthIt = isStreambookError(root)
      ? root.retriable
      : isConnectionFailure(error) || root.retriable === true || error.name === "KafkaJSNumberOfRetriesExceeded";
    if (!worthIt) this.#member.onFailure(this.#explain(error, this.#reading()));
    else this.#joinAgain(error).catch((reason: unknown) => this.#member.onFailure(reason));
  }

  /** Joins again when the broker is back. */
  async #joinAgain(cause: Error): Promise<void> {
    const { logger = silentLogger } = this.#options;
    const signal = this.#closing;
    const since = performance.now();
    let error: unknown = cause;
    await retry(
      async (attempt) => {
        if (attempt === 1) throw error;
        // a topic that is gone is not waited for
        await Promise.all(this.#options.topics.map((topic) => topicOffsets({ ...this.#options, topic })));
        await this.join();
      },
      {
        attempts: Number.POSITIVE_INFINITY,
        minimumDelay: 500,
        signal,
        isRetriable: (reason) => reason === cause || (reason as StreambookError).retriable,
        onRetry: (reason, _attempt, wait) => {
          error = reason;
          if (isLoadingGroup(error) && performance.now() - since < LOADING) return; // nothing is wrong
          logger.warn(
            `Kafka at ${places(this.#broker)} went away (${messageOf(rootOf(error))}); trying again in ${Math.round(wait)} ms`,
          );
        },
      },
    ).catch((reason: unknown) => {
      if (!signal.aborted) throw reason;
    });
  }
}

function partitionsOf(topic: string, partitions?: readonly number[]): { topic: string; partitions?: number[] } {
  return partitions === undefined ? { topic } : { topic, partitions: [...partitions] };
}
