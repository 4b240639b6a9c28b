/**
 * What a producer has taken and the broker has not acknowledged: messages that wait, partition by partition, for a batch
 * that is worth sending. When to look for one, and how it is sent, others say.
 */
import type { Message } from "kafkajs";
import { tooLarge } from "./failures.ts";
import { partitionForKey } from "./partition.ts";

/** A message to send. */
export interface OutgoingMessage {
  readonly topic: string;
  /** Messages of one key go to one partition, in order. Without a key they go round all partitions. */
  readonly key?: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
}

/** Messages to send in one request. */
export interface Batch {
  readonly parts: readonly { readonly queue: PartitionQueue; readonly messages: readonly Message[] }[];
  readonly bytes: number;
}

interface TopicState {
  readonly queues: readonly PartitionQueue[];
  readonly limit: number | undefined;
  next: number;
}

interface PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  messages: Message[];
  sizes: number[];
  bytes: number;
  inFlight: boolean;
  /** Whether the messages have waited long enough. */
  due: boolean;
}

/** What a record costs beside its key, value and headers: lengths, offset, time. */
const RECORD_OVERHEAD = 32;
/** What a batch of one record costs beside the record. */
const BATCH_OVERHEAD = 70;

/** The queues of a producer's partitions. Each has at most one batch on its way, so that its order is kept. */
export class Accumulator {
  readonly #maximumBytes: number;
  readonly #topics = new Map<string, TopicState>();
  #pendingBytes = 0;

  /** @param maximumBytes that make a batch worth sending, and that only a single message may exceed */
  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
  }

  /** Bytes that wait or are on their way. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Whether so much waits that the caller must be held back. */
  get isFull(): boolean {
    return this.#pendingBytes > 3 * this.#maximumBytes;
  }

  /**
   * Makes the queues of a topic.
   *
   * @param partitions as they are when the producer first sees the topic: a key keeps its partition for the producer's life
   * @param limit bytes of the largest batch that it takes; undefined when the messages do not say
   */
  addTopic(topic: string, partitions: readonly number[], limit: number | undefined): void {
    const queues = partitions.map((partition): PartitionQueue => ({
      topic,
      partition,
      messages: [],
      sizes: [],
      bytes: 0,
      inFlight: false,
      due: false,
    }));
    this.#topics.set(topic, { queues, limit, next: 0 });
  }

  /** Whether messages of a topic can be taken. */
  hasTopic(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** Takes a message of a topic that was added. @throws MESSAGE_TOO_LARGE */
  add({ topic, key = null, value, headers }: OutgoingMessage): void {
    const state = this.#topics.get(topic) as TopicState;
    const keyBytes = typeof key === "string" ? Buffer.from(key) : key;
    const valueBytes = typeof value === "string" ? Buffer.from(value) : value;
    const size = (keyBytes?.length ?? 0) + (valueBytes?.length ?? 0) + RECORD_OVERHEAD + headerBytes(headers);
    if (state.limit !== undefined && size + BATCH_OVERHEAD > state.limit)
      throw tooLarge(`send a message of ${size} bytes to "${topic}"`, state.limit);
    const count = state.queues.length;
    const queue = state.queues[
      keyBytes === null ? state.next++ % count : partitionForKey(keyBytes, count)
    ] as PartitionQueue;
    queue.messages.push({
      key: keyBytes,
      value: valueBytes,
      partition: queue.partition,
      ...(headers === undefined ? {} : { headers: { ...headers } }),
    });
    queue.sizes.push(size);
    queue.bytes += size;
    this.#pendingBytes += size;
  }

  /** Notes that what waits now has waited long enough. */
  expire(): void {
    for (const { queues } of this.#topics.values()) for (const queue of queues) queue.due = queue.messages.length > 0;
  }

  /**
   * Takes a batch to be sent, when one is worth it: enough bytes wait in partitions that have none on its way, or something
   * has waited long enough.
   *
   * @param now whether any message is worth it
   */
  take(now: boolean): Batch | undefined {
    const idle: PartitionQueue[] = [];
    let bytes = 0;
    let due = now;
    for (const { queues } of this.#topics.values()) {
      for (const queue of queues) {
        if (queue.inFlight || queue.messages.length === 0) continue;
        idle.push(queue);
        bytes += queue.bytes;
        due ||= queue.due;
      }
    }
    if (idle.length === 0 || !(due || bytes >= this.#maximumBytes)) return undefined;
    const batch = takeBatch(idle, this.#maximumBytes);
    for (const { queue } of batch.parts) queue.inFlight = true;
    return batch;
  }

  /** Forgets a batch that is no longer on its way: it has arrived, or never will. */
  settle({ parts, bytes }: Batch): void {
    for (const { queue } of parts) queue.inFlight = false;
    this.#pendingBytes -= bytes;
  }
}

function headerBytes(headers: OutgoingMessage["headers"]): number {
  if (headers === undefined) return 0;
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + 8 + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
}

/** Takes messages off the queues, up to some bytes but at least one message; the fullest queue first. */
function takeBatch(queues: readonly PartitionQueue[], maximumBytes: number): Batch {
  const parts: { queue: PartitionQueue; messages: Message[] }[] = [];
  let bytes = 0;
  for (const queue of [...queues].sort((a, b) => b.bytes - a.bytes)) {
    let count = 0;
    let taken = 0;
    for (; count < queue.sizes.length; count++) {
      const size = queue.sizes[count] as number;
      if (bytes + taken + size > maximumBytes && bytes + taken > 0) break;
      taken += size;
    }
    if (count === 0) break;
    parts.push({ queue, messages: queue.messages.splice(0, count) });
    queue.sizes.splice(0, count);
    queue.bytes -= taken;
    queue.due &&= queue.messages.length > 0;
    bytes += taken;
  }
  return { parts, bytes };
}
