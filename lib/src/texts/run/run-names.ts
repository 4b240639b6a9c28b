/**
 * Whose is what stands under the names of a run? A run begins with an empty topic, table and folders, and removes what an
 * earlier run has left there: only that. Marks say what runs have made: a property of the table and its view, and on HDFS,
 * below `/streambook/marks`, a file for each topic and for the folders of each table.
 */
import { until } from "../../async/index.ts";
import { isStreambookError, StreambookError } from "../../errors/index.ts";
import { Hdfs } from "../../hdfs/index.ts";
import { type HiveSession, identifier, openHive } from "../../hive/index.ts";
import { parseFileName, topicOfStreamFile } from "../../ingest/index.ts";
import { checkTopic, clusterId, deadLetterTopic, deleteTopics, ensureTopic, topicOffsets } from "../../kafka/index.ts";
import type { Addresses } from "../../stack/index.ts";
import { dropTable, hdfsFolders, textViewOf } from "../folders.ts";
import { endStream } from "../spark/end-stream.ts";

/** What a run works with, and what it may do. */
export interface RunNamesOptions {
  readonly addresses: Pick<Addresses, "kafka" | "hive" | "webhdfs" | "spark">;
  readonly topic: string;
  readonly table: string;
  /** Removes what stands under the names, whoever made it. @default false */
  readonly replace?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The property of a table, and of its view, that a run has made. */
export const RUN_PROPERTIES = { "streambook.made.by": "run" } as const;

/** What a run says of a topic. */
interface TopicMark {
  /** Another cluster's topic of that name is another topic. */
  readonly cluster: string;
  /** The end of each partition when the run ended; none of a run that was killed, whose messages nobody has counted. */
  readonly ends?: Readonly<Record<string, string>>;
}

/** What a run says of a table: whose messages its files hold. */
interface TableMark {
  readonly topic: string;
}

/**
 * Checks the names of a run.
 *
 * @throws USAGE for names that Kafka or Hive would not take, those derived from them included
 */
export function checkRunNames({ topic, table }: Pick<RunNamesOptions, "topic" | "table">): void {
  checkTopic(deadLetterTopic(checkTopic(topic)));
  identifier(table);
  identifier(textViewOf(table));
}

/** The folder of a run's log on HDFS. */
export function runLog(table: string): string {
  return `${hdfsFolders.log}/run/${table}`;
}

/** The names, taken: everything under them is the run's, and the topic is there and empty. */
export class RunNames implements AsyncDisposable {
  readonly #options: RunNamesOptions;
  readonly #topics: readonly string[];
  readonly #cluster: string;

  private constructor(options: RunNamesOptions, cluster: string) {
    this.#options = options;
    this.#topics = topicsOf(options);
    this.#cluster = cluster;
  }

  /**
   * Takes the names. The marks are written before anything is made, so that a run which is killed locks nobody out.
   *
   * @throws NOT_OURS when a topic with messages, a table or a folder with files is there that no run has made
   */
  static async take(options: RunNamesOptions): Promise<RunNames> {
    checkRunNames(options);
    const { addresses, topic, table, signal } = options;
    const hdfs = new Hdfs({ address: addresses.webhdfs, signal });
    await using hive = await openHive({ address: addresses.hive, signal });
    const cluster = await clusterId({ broker: addresses.kafka, signal });
    if (options.replace !== true) await demandOurs(options, cluster, hdfs, hive);
    const names = new RunNames(options, cluster);
    for (const each of names.#topics) await writeMark(hdfs, topicMark(each), { cluster } satisfies TopicMark);
    await writeMark(hdfs, tableMark(table), { topic } satisfies TableMark);
    await deleteTopics({ broker: addresses.kafka, topics: names.#topics, signal });
    await endStream(addresses, hdfs, table);
    await dropTable(hive, hdfs, table);
    await hdfs.remove(runLog(table), { recursive: true });
    await makeTopic(addresses.kafka, topic, signal);
    return names;
  }

  /**
   * Notes where the topics end: what comes later is not the run's. Also after a failure or an interruption; when the services
   * are gone, the marks stay as they are.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const { addresses } = this.#options;
    const signal = AbortSignal.timeout(10_000);
    const hdfs = new Hdfs({ address: addresses.webhdfs, signal, retry: { attempts: 2 } });
    try {
      for (const topic of this.#topics) {
        const ends = endsOf((await offsetsOf(addresses.kafka, topic, signal)) ?? new Map<number, never>());
        await writeMark(hdfs, topicMark(topic), { cluster: this.#cluster, ends } satisfies TopicMark);
      }
    } catch {
      // the run's own error is the one to report
    } finally {
      hdfs.close();
    }
  }
}

type Offsets = Awaited<ReturnType<typeof topicOffsets>>;

function topicsOf({ topic }: RunNamesOptions): string[] {
  return [topic, deadLetterTopic(topic)];
}

async function demandOurs(options: RunNamesOptions, cluster: string, hdfs: Hdfs, hive: HiveSession): Promise<void> {
  const strangers = [
    ...(await Promise.all(topicsOf(options).map((topic) => strangerTopic(options, topic, cluster, hdfs)))),
    await strangerTable(options.table, hive),
    await strangerFiles(options.table, hdfs),
  ];
  const stranger = strangers.find((each) => each !== undefined);
  if (stranger === undefined) return;
  throw new StreambookError("NOT_OURS", `${stranger}, and a run begins with an empty topic and table`, {
    hint: { change: ["topic", "table"], replace: true },
  });
}

/** Why the messages of a topic are not those of an earlier run. An empty topic may be taken over. */
async function strangerTopic(
  { addresses, signal }: RunNamesOptions,
  topic: string,
  cluster: string,
  hdfs: Hdfs,
): Promise<string | undefined> {
  const offsets = await offsetsOf(addresses.kafka, topic, signal);
  if (offsets === undefined || [...offsets.values()].every(({ low, high }) => low === high)) return undefined;
  const mark = await readMark<TopicMark>(hdfs, topicMark(topic));
  if (mark?.cluster !== cluster) return `the topic ${topic} holds messages that no run has sent`;
  if (mark.ends === undefined || JSON.stringify(mark.ends) === JSON.stringify(endsOf(offsets))) return undefined;
  return `the topic ${topic} holds messages that were sent after the last run`;
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

/** A table or view of the names that lacks the property of what a run has made. */
async function strangerTable(table: string, hive: HiveSession): Promise<string | undefined> {
  const [name = "", database] = table.split(".").reverse();
  const listed = await hive.query(`SHOW TABLES${database === undefined ? "" : ` IN ${identifier(database)}`}`);
  const there = new Set(listed.map((row) => String(row["tab_name"])));
  for (const [suffix, what] of [
    ["", "table"],
    ["_text", "view"],
  ] as const) {
    if (!there.has(name + suffix)) continue;
    const properties = await hive.query(`SHOW TBLPROPERTIES ${identifier(table + suffix)}`);
    const isOurs = Object.entries(RUN_PROPERTIES).every(([key, value]) =>
      properties.some((row) => row["prpt_name"] === key && row["prpt_value"] === value),
    );
    if (!isOurs) return `the ${what} ${table}${suffix} was not made by a run`;
  }
  return undefined;
}

/** A folder of the table with files, when no run has made it; or a data file that does not hold a run's messages. */
async function strangerFiles(table: string, hdfs: Hdfs): Promise<string | undefined> {
  const mark = await readMark<TableMark>(hdfs, tableMark(table));
  const { warehouse, staging, streams, models } = hdfsFolders;
  if (mark === undefined) {
    for (const folder of [warehouse, staging, streams, models]
      .map((each) => `${each}/${table}`)
      .concat(runLog(table))) {
      for await (const { path } of filesIn(hdfs, folder)) return `HDFS holds ${path}, which no run has written`;
    }
    return undefined;
  }
  for await (const { name, path } of filesIn(hdfs, `${warehouse}/${table}`)) {
    if ((parseFileName(name)?.topic ?? topicOfStreamFile(name)) !== mark.topic)
      return `HDFS holds ${path}, which no run has written`;
  }
  return undefined;
}

/** The files of a folder that people see: what Hive hides, it has left behind itself. */
async function* filesIn(hdfs: Hdfs, folder: string): ReturnType<Hdfs["walk"]> {
  try {
    for await (const file of hdfs.walk(folder)) if (!/\/[._]/.test(file.path.slice(folder.length))) yield file;
  } catch (error) {
    if (!isStreambookError(error, "NOT_FOUND")) throw error;
  }
}

function topicMark(topic: string): string {
  return `${hdfsFolders.marks}/topic/${topic}.json`;
}

function tableMark(table: string): string {
  return `${hdfsFolders.marks}/table/${table}.json`;
}

async function writeMark(hdfs: Hdfs, path: string, mark: TopicMark | TableMark): Promise<void> {
  await hdfs.write(path, Buffer.from(JSON.stringify(mark)), { overwrite: true });
}

/** A mark; undefined when there is none. It is written whole or not at all. */
async function readMark<T>(hdfs: Hdfs, path: string): Promise<T | undefined> {
  try {
    return JSON.parse((await hdfs.read(path)).toString("utf8")) as T;
  } catch (error) {
    if (isStreambookError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

/** Kafka deletes in its own time; a topic of that name can be made when the old one is gone. */
async function makeTopic(broker: string, topic: string, signal: AbortSignal | undefined): Promise<void> {
  await until(
    `Kafka to delete the topic ${topic}`,
    async () => {
      try {
        return (await ensureTopic({ broker, topic })).created;
      } catch (error) {
        if (isStreambookError(error, "KAFKA_FAILED")) return false;
        throw error;
      }
    },
    { signal },
  );
}
