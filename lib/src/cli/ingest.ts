/** `streambook ingest`: messages of any topics to files on HDFS, as they came or as Parquet. */
import { type Command, Option } from "commander";
import {
  checkTopics,
  type FileFormat,
  type Granularity,
  ingest,
  type IngestReport,
  RAW_FOLDER,
  type TopicOptions,
  topicLayout,
} from "../ingest/index.ts";
import { deadLetterTopic } from "../kafka/index.ts";
import { createLogger } from "../log/index.ts";
import { plural } from "../format/index.ts";
import { addresses, useStack } from "../stack/index.ts";
import { action } from "./command.ts";
import { path, positiveNumber, serviceAddress, serviceAddresses, wholeNumber } from "./option-values.ts";
import { statusLine, type StatusLine } from "./status-line.ts";
import { names, repeated, schemaOf, timeFieldOf, valuesByTopic } from "./topic-arguments.ts";

interface Options {
  readonly topic: readonly string[];
  readonly schemaFile?: readonly string[];
  readonly timeField?: readonly string[];
  readonly hiveTable?: readonly string[];
  readonly format: FileFormat;
  readonly by: Granularity;
  readonly to: string;
  readonly kafkaBrokerPort?: string;
  readonly hivePort?: string;
  readonly logsDir?: string;
  readonly group?: string;
  readonly once?: boolean;
  readonly flushRecords?: number;
  readonly flushSeconds?: number;
  readonly compactAt?: number;
  readonly threads?: number;
}

/** Adds the command to the program. */
export function register(program: Command): void {
  program
    .command("ingest")
    .description(
      "Reads the messages of one topic or several, checks each against the schema of its topic, and keeps them in files on HDFS:\n" +
        "{to}/topic=T/date=D/hour=H/T_{partition}_{first offset}-{last offset}.json. What cannot be read goes to T-dead-letter.\n" +
        "Killed at any moment and started again, it goes on where the files end: nothing is lost, nothing doubled.",
    )
    .requiredOption("--topic <names>", "a topic, or several with commas between them; may be given again", names)
    .option(
      "--schema-file <[topic=]file>",
      "the schema of the messages, may be given again (default: schemas/TOPIC.json)",
      repeated,
    )
    .option(
      "--time-field <[topic=]name>",
      "the timestamp whose hour says where a message goes (default: the only one of the schema)",
      repeated,
    )
    .addOption(
      new Option("--format <format>", "files of JSON lines as they came, or columns")
        .choices(["ndjson", "parquet"])
        .default("ndjson"),
    )
    .addOption(new Option("--by <time>", "how files are kept apart").choices(["hour", "date"]).default("hour"))
    .option("--to <folder>", "folder on HDFS; each topic has one of its own in it", RAW_FOLDER)
    .option("--hive-table <[topic=]name>", "a Hive table over the files of a topic (default: none)", repeated)
    .option("--group <name>", "consumer group (default: one of the topics' names)")
    .option("--once", "stop at the end of what is in the topics now")
    .option("--flush-records <n>", "rows after which a file is written (default: 20000)", wholeNumber(1))
    .option("--flush-seconds <s>", "seconds after which a file is written (default: 10)", positiveNumber)
    .option("--compact-at <n>", "join the files of a partition when there are so many (default: never)", wholeNumber(2))
    .option(
      "--kafka-broker-port <ports>",
      "Kafka's port, or host:port, or several with commas between them (default: the running stack's)",
      serviceAddresses("kafka"),
    )
    .option(
      "--hive-port <port>",
      "HiveServer2's port, or host:port (default: the running stack's)",
      serviceAddress("hive"),
    )
    .option("--logs-dir <folder>", "folder for a log (default: no log file)", path)
    .option(
      "--threads <n>",
      "threads that parse and encode (default: one less than there are cores)",
      wholeNumber(1, 64),
    )
    .addHelpText(
      "after",
      "\nWhat may begin with topic= is said of all topics without it.\n\nExample:\n" +
        "  streambook ingest --topic clickstream_raw,user_events,transactions --to /streambook/clicks/raw --once",
    )
    .action(
      action<Options>(async (options, { signal }) => {
        const topics = await topicsOf(options);
        checkTopics(topics); // said even if no stack is running
        const running = await addresses();
        await using _user = await useStack("streambook ingest");
        const line = statusLine("ingest");
        const { kafkaBrokerPort: kafka = running.kafka, hivePort: hive = running.hive } = options;
        const { topic: _, format: __, ...settings } = options;
        const report = await ingest({
          ...settings,
          topics,
          group: options.group ?? `ingest ${[...options.topic].sort().join(",")}`,
          addresses: { ...running, kafka, hive },
          logger: createLogger("ingest", { folder: options.logsDir }),
          signal,
          onProgress({ read, rows, files, deadLetters }) {
            line.show(
              read === 0
                ? `reads ${options.topic.join(", ")}; Ctrl-C stops`
                : `${plural(read, "message")} read, ${written(rows, files, deadLetters)}`,
            );
          },
        });
        showReport(line, report, options.to);
      }),
    );
}

/** The topics with what is said of each. */
async function topicsOf(options: Options): Promise<TopicOptions[]> {
  const { topic: topics, by, format, to } = options;
  const schemaFile = valuesByTopic("--schema-file", options.schemaFile ?? [], topics);
  const timeField = valuesByTopic("--time-field", options.timeField ?? [], topics);
  const hiveTable = valuesByTopic("--hive-table", options.hiveTable ?? [], topics);
  const layout = topicLayout({ by, format });
  return Promise.all(
    topics.map(async (topic): Promise<TopicOptions> => {
      const schema = await schemaOf(topic, schemaFile(topic));
      const table = hiveTable(topic);
      return {
        topic,
        schema,
        timeField: timeFieldOf(topic, schema, timeField(topic)),
        folder: to,
        layout,
        table: table === undefined ? undefined : { name: table },
      };
    }),
  );
}

function written(rows: number, files: number, deadLetters: number): string {
  const letters = deadLetters > 0 ? `, ${plural(deadLetters, "dead letter")}` : "";
  return `${plural(rows, "row")} in ${plural(files, "file")}${letters}`;
}

function showReport(line: StatusLine, { topics, ...total }: IngestReport, to: string): void {
  const folder = to.replace(/\/$/, "");
  for (const { topic, read, rows, files, deadLetters } of topics) {
    const letters = deadLetters > 0 ? ` (${deadLetterTopic(topic)})` : "";
    line.end(
      `${topic}: ${plural(read, "message")} read, ${written(rows, files, deadLetters)}${letters}, in ${folder}/topic=${topic}`,
    );
  }
  const { read, rows, files, deadLetters, seconds } = total;
  if (topics.length > 1)
    line.end(`${plural(read, "message")} read, ${written(rows, files, deadLetters)}, ${seconds.toFixed(1)} s`);
}
