/**
 * Events to Kafka, in their order, each once. A generator that was killed is started again with the same seed: what stands in the
 * topics already is the beginning of the same sequence, partition by partition, and is not sent again. The topics themselves say
 * how far it was; nothing else has to be kept.
 */
import { randomUUID } from "node:crypto";
import { delay } from "../../async/index.ts";
import { StreambookError } from "../../errors/index.ts";
import { BatchingProducer, ensureTopic, openConsumer, partitionForKey, topicOffsets } from "../../kafka/index.ts";
import { type Logger, silentLogger } from "../../log/index.ts";
import type { CaseEvent } from "./event.ts";

/** How far {@link sendEvents} is. */
export interface SendProgress {
  /** Events that were sent. */
  readonly sent: number;
  /** Events that stood in the topics already. */
  readonly found: number;
}

/** Options of {@link sendEvents}. */
export interface SendOptions {
  /** Kafka, `host:port`. */
  readonly broker: string;
  /** The topics of the events; those that are missing are made. */
  readonly topics: readonly { readonly topic: string; readonly partitions: number }[];
  /** The same sequence at every start. */
  readonly events: Iterable<CaseEvent>;
  /** Events a second. @default as fast as they are taken */
  readonly rate?: number | undefined;
  readonly logger?: Logger;
  /** Ends the sending: what was taken is still sent. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: SendProgress) => void;
}

/** Events between two reports of progress. */
const STEP = 500;

/**
 * Sends events, those that are not in the topics yet.
 *
 * @returns how many, and how long it took in seconds
 * @throws NOT_OURS when a topic holds anything but the beginning of these events; UNREACHABLE; KAFKA_FAILED
 */
export async function sendEvents(options: SendOptions): Promise<SendProgress & { readonly seconds: number }> {
  const { broker, events, rate, logger = silentLogger, signal, onProgress } = options;
  const began = performance.now();
  const found = await Found.look(options);
  await using producer = await BatchingProducer.open({ broker, logger, signal });
  for (const { topic } of options.topics) await producer.prepareTopic(topic);
  let sent = 0;
  const report = (): void => onProgress?.({ sent, found: found.passed });
  const isStopped = (): boolean => signal?.aborted === true;
  const pace = new Pace(rate);
  for (const event of events) {
    if (isStopped()) break;
    if (found.has(event)) continue;
    if (pace.isAhead(sent)) {
      report();
      await pace.wait(sent, signal);
      if (isStopped()) break;
    }
    await producer.send(event);
    if (++sent % STEP === 0) report();
  }
  if (!isStopped()) found.demandAllPassed();
  await producer.flush();
  report();
  return { sent, found: found.passed, seconds: (performance.now() - began) / 1000 };
}

/** Keeps to a rate. */
class Pace {
  readonly #rate: number | undefined;
  #began: number | undefined;

  constructor(rate: number | undefined) {
    this.#rate = rate;
  }

  /** Whether so many events are more than the rate allows by now; a few milliseconds do not matter. */
  isAhead(sent: number): boolean {
    return this.#remaining(sent) > 5;
  }

  async wait(sent: number, signal: AbortSignal | undefined): Promise<void> {
    await delay(this.#remaining(sent), signal).catch((error: unknown) => {
      if (signal?.aborted !== true) throw error;
    });
  }

  #remaining(sent: number): number {
    if (this.#rate === undefined) return 0;
    this.#began ??= performance.now();
    return this.#began + (sent * 1000) / this.#rate - performance.now();
  }
}

/** What stands in one partition, and how much of it the events have passed. */
interface Partition {
  readonly messages: number;
  /** The value of its last message. */
  readonly last: string | undefined;
  passed: number;
}

/** What stands in the topics when the sending begins. */
class Found {
  passed = 0;
  readonly #topics: ReadonlyMap<string, readonly Partition[]>;

  private constructor(topics: ReadonlyMap<string, readonly Partition[]>) {
    this.#topics = topics;
  }

  static async look({ broker, topics, signal }: SendOptions): Promise<Found> {
    const found = new Map<string, Partition[]>();
    for (const { topic, partitions } of topics) {
      await ensureTopic({ broker, topic, partitions, signal });
      const ends = await settledEnds(broker, topic, signal);
      const last = await lastValues(broker, topic, ends, signal);
      found.set(
        topic,
        ends.map((messages, partition) => ({ messages: Number(messages), last: last.get(partition), passed: 0 })),
      );
    }
    return new Found(found);
  }

  /**
   * Whether an event stands in its topic already.
   *
   * @throws NOT_OURS when another one stands in its place
   */
  has({ topic, key, value }: CaseEvent): boolean {
    const partitions = this.#topics.get(topic);
    if (partitions === undefined)
      throw new StreambookError("INTERNAL", `an event is for the topic ${topic}, which was not prepared`);
    const index = partitionForKey(key, partitions.length);
    const partition = partitions[index] as Partition;
    if (partition.passed >= partition.messages) return false;
    partition.passed++;
    this.passed++;
    if (partition.passed === partition.messages && partition.last !== value)
      throw foreign(`the partition ${index} of the topic ${topic} ends with another event than these`);
    return true;
  }

  /** @throws NOT_OURS when more stands in a topic than there are events */
  demandAllPassed(): void {
    for (const [topic, partitions] of this.#topics) {
      const more = partitions.reduce((sum, { messages, passed }) => sum + messages - passed, 0);
      if (more > 0) throw foreign(`the topic ${topic} holds ${more} messages more than these events`);
    }
  }
}

function foreign(what: string): StreambookError {
  return new StreambookError(
    "NOT_OURS",
    `${what}; use the seed and the settings that it was begun with, or delete the topic`,
  );
}

/**
 * The ends of all partitions of a topic, once they stand still: the last batch of a process that was killed may just be arriving.
 */
async function settledEnds(broker: string, topic: string, signal: AbortSignal | undefined): Promise<bigint[]> {
  const ends = async (): Promise<bigint[]> =>
    [...(await topicOffsets({ broker, topic, signal }))].sort(([a], [b]) => a - b).map(([, { high }]) => high);
  for (let before = await ends(); ;) {
    if (before.every((end) => end === 0n)) return before;
    await delay(300, signal);
    const now = await ends();
    if (now.every((end, partition) => end === before[partition])) return now;
    before = now;
  }
}

/** The values of the last messages, by partition. */
async function lastValues(
  broker: string,
  topic: string,
  ends: readonly bigint[],
  signal: AbortSignal | undefined,
): Promise<Map<number, string>> {
  const values = new Map<number, string>();
  if (ends.every((end) => end === 0n)) return values;
  const positions = new Map(ends.map((end, partition) => [partition, end === 0n ? 0n : end - 1n]));
  await using consumer = await openConsumer({
    ...{ broker, topic, group: `generate-${randomUUID()}`, endOffsets: "once", signal },
    positions: () => Promise.resolve(positions),
  });
  for await (const { partition, messages } of consumer) {
    const last = messages.at(-1)?.value;
    if (last !== undefined && last !== null) values.set(partition, last.toString("utf8"));
  }
  return values;
}
