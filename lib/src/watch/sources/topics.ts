/** Kafka's topics and groups as figures: what comes in, what is read, how far behind each group is. */
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
    return this.#figures.of(await this.#observer.look(), performance.now() / 1000);
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

/** Makes figures of what is seen of a cluster; knows what was seen before. */
export class TopicFigures {
  readonly #waiting = new WaitingTimes();
  /** By topic: its size at the last look, and by how much it has grown in all. */
  readonly #sizes = new Map<string, { readonly bytes: number; readonly written: number }>();

  /** @param now in seconds, of a clock that never goes back */
  of({ brokers, topics, groups }: ObservedCluster, now: number): Sample[] {
    this.#forget(new Set(topics.map(({ topic }) => topic)));
    const ends = new Map(topics.map(({ topic, ends }) => [topic, ends]));
    for (const [topic, partitions] of ends)
      for (const [partition, end] of partitions) this.#waiting.note(topic, partition, end, now);
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

  /** A topic that was deleted may come back, and begins anew. */
  #forget(there: ReadonlySet<string>): void {
    for (const topic of this.#sizes.keys()) if (!there.has(topic)) this.#sizes.delete(topic);
    this.#waiting.keep(there);
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
