/**
 * The one source of names: everything that is measured, with its unit, its kind and its labels. The page of the watch, the text for
 * Prometheus, and docs/watching.md are made from it.
 */

/** What is known of a measured quantity. */
export interface Metric {
  /** A `counter` only grows, and begins anew when its program does; a `gauge` goes up and down. */
  readonly type: "counter" | "gauge";
  /** The unit of its values; the name ends with it, as Prometheus wants, unless the values are mere counts. */
  readonly unit: "bytes" | "seconds" | "messages" | "rows" | "files" | "count" | "yes or no" | "rows a second";
  /** One sentence, without the unit. */
  readonly help: string;
  /** What tells its series apart. */
  readonly labels: readonly string[];
}

/**
 * All metrics by name. Names follow https://prometheus.io/docs/practices/naming/: base units, and `_total` for counters.
 */
export const METRICS = {
  // services
  streambook_service_up: {
    type: "gauge",
    unit: "yes or no",
    help: "Whether a service that should run does, and answers: 1 or 0.",
    labels: ["service"],
  },
  streambook_service_deaths_total: {
    type: "counter",
    unit: "count",
    help: "How often a service ended that should run, since the watch began.",
    labels: ["service"],
  },
  streambook_service_start_time_seconds: {
    type: "gauge",
    unit: "seconds",
    help: "When a service was started, in Unix time.",
    labels: ["service"],
  },
  streambook_process_resident_memory_bytes: {
    type: "gauge",
    unit: "bytes",
    help: "Memory that the processes of a service hold.",
    labels: ["service"],
  },
  streambook_process_cpu_seconds_total: {
    type: "counter",
    unit: "seconds",
    help: "Processor time that the processes of a service have taken.",
    labels: ["service"],
  },
  // Java
  streambook_java_heap_used_bytes: {
    type: "gauge",
    unit: "bytes",
    help: "Heap in use, garbage included.",
    labels: ["service"],
  },
  streambook_java_heap_max_bytes: {
    type: "gauge",
    unit: "bytes",
    help: "The most that the heap may grow to.",
    labels: ["service"],
  },
  streambook_java_gc_pauses_total: {
    type: "counter",
    unit: "count",
    help: "Collections of garbage.",
    labels: ["service"],
  },
  streambook_java_gc_pause_seconds_total: {
    type: "counter",
    unit: "seconds",
    help: "Time spent in collections of garbage.",
    labels: ["service"],
  },
  // Kafka
  streambook_kafka_brokers: {
    type: "gauge",
    unit: "count",
    help: "Brokers of the cluster that are there.",
    labels: [],
  },
  streambook_kafka_topic_messages_total: {
    type: "counter",
    unit: "messages",
    help: "Offsets given out so far, by the end of each partition: messages, and the marks of transactions.",
    labels: ["topic", "partition"],
  },
  streambook_kafka_topic_size_bytes: {
    type: "gauge",
    unit: "bytes",
    help: "What the partitions of a topic take on disk, one copy of each.",
    labels: ["topic"],
  },
  streambook_kafka_topic_written_bytes_total: {
    type: "counter",
    unit: "bytes",
    help: "What the partitions of a topic have grown by since the watch began, as compressed as they are sent.",
    labels: ["topic"],
  },
  streambook_kafka_group_members: {
    type: "gauge",
    unit: "count",
    help: "Members of a consumer group.",
    labels: ["group"],
  },
  streambook_kafka_group_read_messages_total: {
    type: "counter",
    unit: "messages",
    help: "Offsets that a consumer group has committed, summed over the partitions.",
    labels: ["group", "topic"],
  },
  streambook_kafka_group_lag_messages: {
    type: "gauge",
    unit: "messages",
    help: "Offsets between what a consumer group has committed and the end of the partition.",
    labels: ["group", "topic", "partition"],
  },
  streambook_kafka_group_lag_age_seconds: {
    type: "gauge",
    unit: "seconds",
    help: "How long the oldest message that a consumer group has not committed has been waiting; before the watch began, by the times of messages.",
    labels: ["group", "topic", "partition"],
  },
  // tables
  streambook_table_rows: {
    type: "gauge",
    unit: "rows",
    help: "Rows of a table's files, by the log of Delta or the offsets in their names: then at most so many, as dead letters are no rows.",
    labels: ["table", "topic"],
  },
  streambook_table_files: {
    type: "gauge",
    unit: "files",
    help: "Data files of a table; one on S3 is named by its bucket and folder.",
    labels: ["table", "topic"],
  },
  streambook_table_size_bytes: {
    type: "gauge",
    unit: "bytes",
    help: "Size of a table's data files.",
    labels: ["table", "topic"],
  },
  // HDFS
  streambook_hdfs_capacity_bytes: {
    type: "gauge",
    unit: "bytes",
    help: "Space of the disks that HDFS is on.",
    labels: [],
  },
  streambook_hdfs_used_bytes: { type: "gauge", unit: "bytes", help: "Space that the blocks of HDFS take.", labels: [] },
  streambook_hdfs_free_bytes: {
    type: "gauge",
    unit: "bytes",
    help: "Space that HDFS may still take.",
    labels: [],
  },
  streambook_hdfs_files: { type: "gauge", unit: "files", help: "Files and folders that HDFS knows.", labels: [] },
  streambook_hdfs_missing_blocks: {
    type: "gauge",
    unit: "count",
    help: "Blocks of which no copy is left.",
    labels: [],
  },
  // YARN
  streambook_yarn_nodes: { type: "gauge", unit: "count", help: "Nodes that take work.", labels: [] },
  streambook_yarn_containers: {
    type: "gauge",
    unit: "count",
    help: "Containers that work (allocated), and that wait for room (pending).",
    labels: ["state"],
  },
  streambook_yarn_memory_bytes: {
    type: "gauge",
    unit: "bytes",
    help: "Memory that containers have been given (allocated), and that is left for more (available).",
    labels: ["state"],
  },
  // Spark
  streambook_spark_jobs_active: { type: "gauge", unit: "count", help: "Jobs of Spark that run.", labels: [] },
  streambook_spark_jobs_total: { type: "counter", unit: "count", help: "Jobs that Spark has begun.", labels: [] },
  streambook_spark_stream_rows: {
    type: "gauge",
    unit: "rows a second",
    help: "Rows a second of a stream's last batch: that came (input), and that it could have done (processing).",
    labels: ["query", "rate"],
  },
  streambook_spark_batch_duration_seconds: {
    type: "gauge",
    unit: "seconds",
    help: "How long the last batch of a stream took.",
    labels: ["query"],
  },
  // the watch itself
  streambook_watch_cpu_seconds_total: {
    type: "counter",
    unit: "seconds",
    help: "Processor time that the watch itself has taken.",
    labels: [],
  },
  streambook_watch_failures_total: {
    type: "counter",
    unit: "count",
    help: "Looks that failed, by what was looked at.",
    labels: ["source"],
  },
} as const satisfies Readonly<Record<string, Metric>>;

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;

/** The labels of a metric, each with its value. */
export type LabelsOf<Name extends MetricName> = Readonly<Record<(typeof METRICS)[Name]["labels"][number], string>>;

/** What the table says of a metric. */
export function metric(name: MetricName): Metric {
  return METRICS[name];
}
