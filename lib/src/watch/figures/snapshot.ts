/** What is there at a moment, by the things that people think of: services, topics, groups, tables. Made of samples and their rates. */
import type { MetricName, Sample } from "../../metrics/index.ts";
import { titleOf } from "../../stack/index.ts";
import type { WatchedService } from "../sources/services.ts";
import type { Fault } from "./faults.ts";
import type { History } from "./history.ts";
import type { Rates } from "./rates.ts";

/** All that a page or a terminal shows. Numbers are in the base units of their metrics; absent is what nobody says. */
export interface Snapshot {
  readonly at: Date;
  readonly services: readonly ServiceView[];
  readonly topics: readonly TopicView[];
  readonly groups: readonly GroupView[];
  readonly tables: readonly TableView[];
  readonly hdfs?: { readonly capacity: number; readonly used: number; readonly free: number; readonly files: number };
  readonly yarn?: {
    readonly nodes: number;
    readonly working: number;
    readonly waiting: number;
    /** Bytes that containers have, and that are left. */
    readonly allocated: number;
    readonly available: number;
  };
  readonly spark?: { readonly activeJobs: number; readonly jobs: number; readonly streams: readonly StreamView[] };
  /** What happened to services, the newest first. */
  readonly faults: readonly Fault[];
  /** What could not be looked at, and why. */
  readonly problems: readonly { readonly source: string; readonly message: string }[];
}

/** A service, or an instance of one. */
export interface ServiceView {
  readonly name: string;
  readonly title: string;
  readonly state: WatchedService["state"];
  /** Web page, or address. */
  readonly place?: string;
  readonly started?: Date;
  /** Memory that its processes hold, in bytes. */
  readonly memory?: number;
  /** Share of one processor that it takes: 1 is one core. */
  readonly processor?: number;
  /** Java's heap, in bytes. */
  readonly heap?: { readonly used: number; readonly max: number };
  /** Share of the time that Java spends in collections of garbage. */
  readonly collecting?: number;
}

/** A topic of Kafka. */
export interface TopicView {
  readonly topic: string;
  readonly partitions: number;
  readonly messages: number;
  readonly messagesPerSecond: number;
  readonly bytes: number;
  readonly bytesPerSecond: number;
  /** Messages a second over the last two minutes, the oldest first. */
  readonly history: readonly number[];
}

/** What one group reads of one topic. */
export interface GroupView {
  readonly group: string;
  readonly topic: string;
  readonly members: number;
  readonly readPerSecond: number;
  readonly lag: number;
  /** How long its oldest unread message has been waiting, in seconds. */
  readonly oldest: number;
  readonly partitions: readonly { readonly partition: number; readonly lag: number; readonly oldest: number }[];
}

/** The files of a table that hold the messages of one topic. */
export interface TableView {
  readonly table: string;
  /** Empty for files that do not say it. */
  readonly topic: string;
  readonly rows?: number;
  readonly rowsPerSecond: number;
  readonly files: number;
  readonly bytes: number;
}

/** A stream on Spark. */
export interface StreamView {
  readonly query: string;
  readonly inputPerSecond?: number;
  readonly processingPerSecond?: number;
  /** How long its last batch took, in seconds. */
  readonly batch?: number;
}

/** What a snapshot is made of. */
export interface SnapshotParts {
  readonly at: Date;
  readonly services: readonly WatchedService[];
  readonly samples: readonly Sample[];
  readonly rates: Rates;
  readonly history: History;
  readonly faults: readonly Fault[];
  readonly problems: Snapshot["problems"];
}

type Labels = Readonly<Record<string, string>>;

/** Samples, asked by name and labels. */
class Figures {
  readonly #samples: Map<MetricName, Sample[]>;
  readonly #rates: Rates;

  constructor({ samples, rates }: Pick<SnapshotParts, "samples" | "rates">) {
    this.#samples = Map.groupBy(samples, ({ name }) => name);
    this.#rates = rates;
  }

  /** The samples of a metric that have certain labels, among others. */
  all(name: MetricName, wanted: Labels = {}): readonly Sample[] {
    const found = this.#samples.get(name) ?? [];
    return found.filter(({ labels }) => Object.entries(wanted).every(([key, value]) => labels[key] === value));
  }

  value(name: MetricName, wanted: Labels = {}): number | undefined {
    return this.all(name, wanted)[0]?.value;
  }

  sum(name: MetricName, wanted: Labels = {}): number {
    return this.all(name, wanted).reduce((sum, { value }) => sum + value, 0);
  }

  /** Growth a second of all samples together; undefined while none was seen twice. */
  rate(name: MetricName, wanted: Labels = {}): number | undefined {
    const rates = this.all(name, wanted).flatMap(({ labels }) => this.#rates.perSecond(name, labels) ?? []);
    return rates.length === 0 ? undefined : rates.reduce((sum, rate) => sum + rate, 0);
  }
}

/** Puts a snapshot together. */
export function snapshotOf(parts: SnapshotParts): Snapshot {
  const figures = new Figures(parts);
  const { at, services, history, faults, problems } = parts;
  return {
    at,
    services: services.map((service) => serviceView(service, figures)),
    topics: figures.all("streambook_kafka_topic_size_bytes").map(({ labels: { topic = "" }, value: bytes }) => ({
      topic,
      partitions: figures.all("streambook_kafka_topic_messages_total", { topic }).length,
      messages: figures.sum("streambook_kafka_topic_messages_total", { topic }),
      messagesPerSecond: figures.rate("streambook_kafka_topic_messages_total", { topic }) ?? 0,
      bytes,
      bytesPerSecond: figures.rate("streambook_kafka_topic_written_bytes_total", { topic }) ?? 0,
      history: history.of(topic),
    })),
    groups: figures.all("streambook_kafka_group_read_messages_total").map(({ labels }) => groupView(labels, figures)),
    tables: figures.all("streambook_table_files").map(({ labels, value: files }) => {
      const rows = figures.value("streambook_table_rows", labels);
      return {
        ...{ table: labels["table"] ?? "", topic: labels["topic"] ?? "", files },
        ...(rows !== undefined && { rows }),
        rowsPerSecond: figures.rate("streambook_table_rows", labels) ?? 0,
        bytes: figures.sum("streambook_table_size_bytes", labels),
      };
    }),
    ...clusterViews(figures),
    faults,
    problems,
  };
}

function serviceView({ name, state, place, started, memory }: WatchedService, figures: Figures): ServiceView {
  const of = { service: name };
  const processor = figures.rate("streambook_process_cpu_seconds_total", of);
  const used = figures.value("streambook_java_heap_used_bytes", of);
  const max = figures.value("streambook_java_heap_max_bytes", of);
  const collecting = figures.rate("streambook_java_gc_pause_seconds_total", of);
  return {
    ...{ name, title: titleOf(name), state },
    ...(place !== undefined && { place }),
    ...(started !== undefined && { started }),
    ...(memory !== undefined && { memory }),
    ...(processor !== undefined && { processor }),
    ...(used !== undefined && max !== undefined && { heap: { used, max } }),
    ...(collecting !== undefined && { collecting }),
  };
}

function groupView({ group = "", topic = "" }: Labels, figures: Figures): GroupView {
  const partitions = figures
    .all("streambook_kafka_group_lag_messages", { group, topic })
    .map(({ labels: { partition = "" }, value: lag }) => ({
      partition: Number(partition),
      lag,
      oldest: figures.value("streambook_kafka_group_lag_age_seconds", { group, topic, partition }) ?? 0,
    }));
  return {
    ...{ group, topic },
    members: figures.value("streambook_kafka_group_members", { group }) ?? 0,
    readPerSecond: figures.rate("streambook_kafka_group_read_messages_total", { group, topic }) ?? 0,
    lag: partitions.reduce((sum, { lag }) => sum + lag, 0),
    oldest: Math.max(0, ...partitions.map(({ oldest }) => oldest)),
    partitions,
  };
}

/** HDFS, YARN and Spark, as far as they say something. */
function clusterViews(figures: Figures): Pick<Snapshot, "hdfs" | "yarn" | "spark"> {
  const capacity = figures.value("streambook_hdfs_capacity_bytes");
  const nodes = figures.value("streambook_yarn_nodes");
  const activeJobs = figures.value("streambook_spark_jobs_active");
  return {
    ...(capacity !== undefined && {
      hdfs: {
        capacity,
        used: figures.sum("streambook_hdfs_used_bytes"),
        free: figures.sum("streambook_hdfs_free_bytes"),
        files: figures.sum("streambook_hdfs_files"),
      },
    }),
    ...(nodes !== undefined && {
      yarn: {
        nodes,
        working: figures.sum("streambook_yarn_containers", { state: "allocated" }),
        waiting: figures.sum("streambook_yarn_containers", { state: "pending" }),
        allocated: figures.sum("streambook_yarn_memory_bytes", { state: "allocated" }),
        available: figures.sum("streambook_yarn_memory_bytes", { state: "available" }),
      },
    }),
    ...(activeJobs !== undefined && {
      spark: { activeJobs, jobs: figures.sum("streambook_spark_jobs_total"), streams: streamViews(figures) },
    }),
  };
}

function streamViews(figures: Figures): StreamView[] {
  return figures.all("streambook_spark_batch_duration_seconds").map(({ labels: { query = "" }, value: batch }) => {
    const input = figures.value("streambook_spark_stream_rows", { query, rate: "input" });
    const processing = figures.value("streambook_spark_stream_rows", { query, rate: "processing" });
    return {
      ...{ query, batch },
      ...(input !== undefined && { inputPerSecond: input }),
      ...(processing !== undefined && { processingPerSecond: processing }),
    };
  });
}
