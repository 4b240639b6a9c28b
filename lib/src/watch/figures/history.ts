/** The last minutes of the rates that are drawn as lines. */
import type { Sample } from "../../metrics/index.ts";
import type { Rates } from "./rates.ts";

/** How many values are kept: two minutes, at a look every two seconds. */
const MOST = 60;

/** Messages a second by topic, the oldest first. */
export class History {
  #topics = new Map<string, readonly number[]>();

  /** Notes the rates of topics, if samples are of topics. */
  note(samples: readonly Sample[], rates: Rates): void {
    const ends = samples.filter(({ name }) => name === "streambook_kafka_topic_messages_total");
    if (ends.length === 0) return;
    this.#topics = new Map(
      [...Map.groupBy(ends, ({ labels }) => labels["topic"] ?? "")].map(([topic, partitions]) => {
        const rate = partitions.reduce((sum, { name, labels }) => sum + (rates.perSecond(name, labels) ?? 0), 0);
        return [topic, [...(this.#topics.get(topic) ?? []), rate].slice(-MOST)];
      }),
    );
  }

  /** The rates of a topic. */
  of(topic: string): readonly number[] {
    return this.#topics.get(topic) ?? [];
  }
}
