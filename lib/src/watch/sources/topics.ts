/** Kafka's topics and groups as figures: what comes in, what is read, how far behind each group is. */
import { mapConcurrent } from "../../async/index.ts";
import { type ObservedCluster, KafkaObserver } from "../../kafka/index.ts";
import { type Sample, sample } from "../../metrics/index.ts";
import { type Addresses, knownAddresses } from "../../stack/index.ts";
import { WaitingTimes } from "../figures/waiting-times.ts";
import type { Source } from "./source.ts";

/** Watches the cluster at the address that the stack has for it, also after that has changed. */
export class TopicsSource implements Source {
  readonly title = "Kafka";
  readonly interval = 2000;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #isStopped: (address: keyof Addresses) => boolean;
  #broker: string | undefined;
  #observer: KafkaObserver | undefined;
  #figures = new TopicFigures();

  /** @param isStopped whether the service at an address is not wanted now */
  constructor(environment: NodeJS.ProcessEnv, isStopped: (address: keyof Addresses) => boolean) {
    this.#environment = environment;
    this.#isStopped = isStopped;
  }

  async look(): Promise<readonly Sample[]> {
    const { kafka } = await knownAddresses(this.#environment);
    const broker = this.#isStopped("kafka") ? undefined : kafka;
    if (broker !== this.#broker) await this.#moveTo(broker);
    if (this.#observer === undefined) return [];
    const cluster = await this.#observer.look();
    const now = performance.now() / 1000;
    const older = this.#figures.older(cluster, now);
    if (older.size > 0) this.#figures.noteEarlier(older, await earlierEnds(this.#observer, older, now));
    return this.#figures.of(cluster, now);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#observer?.[Symbol.asyncDispose]();
  }

  async #moveTo(broker: string | undefined): Promise<void> {
    await this.#observer?.[Symbol.asyncDispose]();
    this.#broker = broker;
    this.#observer = broker === undefined ? undefined : new KafkaObserver({ broker });
    this.#figures = new TopicFigures();
  }
}

/** How many seconds ago partitions ended where, before the watch began: each age is a tenth more than the one before, up to four weeks. */
const AGES = Array.from({ length: 148 }, (_, step) => 2 * 1.1 ** step);

/** Where partitions ended at a moment, in seconds of the watch's clock. */
interface EarlierEnds {
  readonly at: number;
  readonly ends: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/** Where partitions ended before the watch began, the oldest first. */
async function earlierEnds(
  observer: KafkaObserver,
  topics: ReadonlySet<string>,
  now: number,
): Promise<readonly EarlierEnds[]> {
  const clock = Date.now();
  const found = await mapConcurrent(AGES, 8, async (age) => ({
    at: now - age,
    ends: await observer.endsAt(new Date(clock - age * 1000), topics),
  }));
  return found.reverse();
}

/** Makes figures of what is seen of a cluster; knows what was seen before. */
export class TopicFigures {
  readonly #waiting = new WaitingTimes();
  /** By topic: its size at the last look, and by how much it has grown in all. */
  readonly #sizes = new Map<string, { readonly bytes: number; readonly written: number }>();
  /** Topics of which it is known where they ended before the first look. */
  readonly #earlier = new Set<string>();

  /** The topics with messages that a group has not read, that were there before the first look, and of which nobody has asked since when. */
  older({ topics, groups }: ObservedCluster, now: number): ReadonlySet<string> {
    this.#note(topics, now);
    const behind = groups.flatMap(({ committed }) =>
      [...committed].filter(([topic, offsets]) =>
        [...offsets].some(([partition, offset]) => this.#waiting.isOlder(topic, partition, offset)),
      ),
    );
    return new Set(behind.map(([topic]) => topic).filter((topic) => !this.#earlier.has(topic)));
  }

  /** @param earlier the oldest first */
  noteEarlier(topics: ReadonlySet<string>, earlier: readonly EarlierEnds[]): void {
    for (const topic of topics) {
      this.#earlier.add(topic);
      const partitions = new Set(earlier.flatMap(({ ends }) => [...(ends.get(topic)?.keys() ?? [])]));
      for (const partition of partitions) {
        const reached = earlier.flatMap(({ at, ends }) => {
          const end = ends.get(topic)?.get(partition);
          return end === undefined ? [] : [{ at, end }];
        });
        this.#waiting.noteEarlier(topic, partition, reached);
      }
    }
  }

  /** @param now in seconds, of a clock that never goes back */
  of({ brokers, topics, groups }: ObservedCluster, now: number): Sample[] {
    this.#note(topics, now);
    const ends = new Map(topics.map(({ topic, ends }) => [topic, ends]));
    return [
      sample("streambook_kafka_brokers", {}, brokers),
      ...topics.flatMap(({ topic, ends, bytes }) => [
        ...[...ends].map(([partition, end]) =>
          sample("streambook_kafka_topic_messages_total", { topic, partition: String(partition) }, end),
        ),
        sample("streambook_kafka_topic_size_bytes", { topic }, bytes),
        sample("streambook_kafka_topic_written_bytes_total", { topic }, this.#written(topic, bytes)),
      ]),
      ...groups.flatMap(({ group, members, committed }) => [
        sample("streambook_kafka_group_members", { group }, members),
        ...[...committed].flatMap(([topic, offsets]) => this.#behind(group, topic, offsets, ends.get(topic), now)),
      ]),
    ];
  }

  /** Notes how far partitions reach; a topic that was deleted may come back, and begins anew. */
  #note(topics: ObservedCluster["topics"], now: number): void {
    const there = new Set(topics.map(({ topic }) => topic));
    for (const topic of this.#sizes.keys()) if (!there.has(topic)) this.#sizes.delete(topic);
    for (const topic of this.#earlier) if (!there.has(topic)) this.#earlier.delete(topic);
    this.#waiting.keep(there);
    for (const { topic, ends } of topics)
      for (const [partition, end] of ends) this.#waiting.note(topic, partition, end, now);
  }

  /** Kafka deletes what is old, so a topic may shrink: that is nothing written. */
  #written(topic: string, bytes: number): number {
    const before = this.#sizes.get(topic) ?? { bytes, written: 0 };
    const written = before.written + Math.max(0, bytes - before.bytes);
    this.#sizes.set(topic, { bytes, written });
    return written;
  }

  #behind(
    group: string,
    topic: string,
    offsets: ReadonlyMap<number, number>,
    ends: ReadonlyMap<number, number> | undefined,
    now: number,
  ): Sample[] {
    const known = [...offsets].filter(([partition]) => ends?.has(partition) === true).sort(([a], [b]) => a - b);
    if (ends === undefined || known.length === 0) return [];
    return [
      sample(
        "streambook_kafka_group_read_messages_total",
        { group, topic },
        known.reduce((sum, [, offset]) => sum + offset, 0),
      ),
      ...known.flatMap(([partition, offset]) => {
        const labels = { group, topic, partition: String(partition) };
        const lag = Math.max(0, (ends.get(partition) ?? 0) - offset);
        return [
          sample("streambook_kafka_group_lag_messages", labels, lag),
          sample(
            "streambook_kafka_group_lag_age_seconds",
            labels,
            lag === 0 ? 0 : this.#waiting.since(topic, partition, offset, now),
          ),
        ];
      }),
    ];
  }
}
