/**
 * Whose are the messages of a topic? A run begins with empty topics, and removes what an earlier run has left in them: only that. Marks
 * say which topics runs have made, and where they ended.
 */
import { until } from "../../async/index.ts";
import { isStreambookError } from "../../errors/index.ts";
import { clusterId, deleteTopics, ensureTopic, topicOffsets } from "../../kafka/index.ts";
import type { MarkStore } from "./marks.ts";

/** What is said of a topic. */
interface TopicMark {
  /** Another cluster's topic of that name is another topic. */
  readonly cluster: string;
  /** The end of each partition when the run ended; none of a run that was killed, whose messages nobody has counted. */
  readonly ends?: Readonly<Record<string, string>>;
}

/** What {@link TopicMarks} works with. */
export interface TopicMarksOptions {
  /** Where the marks are kept. */
  readonly marks: MarkStore;
  /** Kafka, `host:port`. */
  readonly broker: string;
  readonly topics: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

type Offsets = Awaited<ReturnType<typeof topicOffsets>>;

/** The marks of some topics, while a run has them. */
export class TopicMarks implements AsyncDisposable {
  readonly #options: TopicMarksOptions;
  readonly #cluster: string;

  private constructor(options: TopicMarksOptions, cluster: string) {
    this.#options = options;
    this.#cluster = cluster;
  }

  static async open(options: TopicMarksOptions): Promise<TopicMarks> {
    return new TopicMarks(options, await clusterId(options));
  }

  /** Says of the first topic with messages that no run has sent why they are not; undefined when there is none. */
  async stranger(): Promise<string | undefined> {
    const found = await Promise.all(this.#options.topics.map((topic) => this.#stranger(topic)));
    return found.find((each) => each !== undefined);
  }

  /** Marks the topics as a run's, and deletes them. The marks come first, so that a run which is killed locks nobody out. */
  async take(): Promise<void> {
    const { marks, topics } = this.#options;
    for (const topic of topics) await marks.write(pathOf(topic), { cluster: this.#cluster } satisfies TopicMark);
    await deleteTopics(this.#options);
  }

  /**
   * Notes where the topics end: what comes later is not the run's. Also after a failure or an interruption; when the services are gone,
   * the marks stay as they are.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const { marks, broker, topics } = this.#options;
    const signal = AbortSignal.timeout(10_000);
    try {
      for (const topic of topics) {
        const offsets = await offsetsOf(broker, topic, signal);
        const ends = endsOf(offsets ?? (new Map() as Offsets));
        await marks.write(pathOf(topic), { cluster: this.#cluster, ends } satisfies TopicMark, signal);
      }
    } catch {
      // the run's own error is the one to report
    }
  }

  /** An empty topic may be taken over. */
  async #stranger(topic: string): Promise<string | undefined> {
    const { marks, broker, signal } = this.#options;
    const offsets = await offsetsOf(broker, topic, signal);
    if (offsets === undefined || [...offsets.values()].every(({ low, high }) => low === high)) return undefined;
    const mark = (await marks.read(pathOf(topic))) as TopicMark | undefined;
    if (mark?.cluster !== this.#cluster) return `the topic ${topic} holds messages that no run has sent`;
    if (mark.ends === undefined || JSON.stringify(mark.ends) === JSON.stringify(endsOf(offsets))) return undefined;
    return `the topic ${topic} holds messages that were sent after the last run`;
  }
}

/** Kafka deletes in its own time; a topic of that name can be made when the old one is gone. */
export async function makeTopic(options: {
  readonly broker: string;
  readonly topic: string;
  readonly partitions?: number;
  readonly signal?: AbortSignal | undefined;
}): Promise<void> {
  const { signal, ...topic } = options;
  await until(
    `Kafka to delete the topic ${topic.topic}`,
    async () => {
      try {
        return (await ensureTopic(topic)).created;
      } catch (error) {
        if (isStreambookError(error, "KAFKA_FAILED")) return false;
        throw error;
      }
    },
    { signal },
  );
}

/** The end of each partition, in the order of the partitions. */
function endsOf(offsets: Offsets): Record<string, string> {
  return Object.fromEntries([...offsets].map(([partition, { high }]) => [String(partition), String(high)]));
}

async function offsetsOf(broker: string, topic: string, signal: AbortSignal | undefined): Promise<Offsets | undefined> {
  try {
    return await topicOffsets({ broker, topic, signal });
  } catch (error) {
    if (isStreambookError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

function pathOf(topic: string): string {
  return `topic/${topic}`;
}
