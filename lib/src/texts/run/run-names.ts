/**
 * Whose is what stands under the names of a run? A run begins with an empty topic, table and folders, and removes what an
 * earlier run has left there: only that. Marks say what runs have made: a property of the table and its view, and on HDFS,
 * below `/streambook/marks`, a file for each topic and for the folders of each table.
 */
import { isStreambookError, StreambookError } from "../../errors/index.ts";
import { Hdfs } from "../../hdfs/index.ts";
import { type HiveSession, identifier, openHive } from "../../hive/index.ts";
import {
  hdfsMarks,
  makeTopic,
  parseFileName,
  readMark,
  TopicMarks,
  topicOfStreamFile,
  writeMark,
} from "../../ingest/index.ts";
import { checkTopic, deadLetterTopic } from "../../kafka/index.ts";
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
  readonly #marks: TopicMarks;

  private constructor(marks: TopicMarks) {
    this.#marks = marks;
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
    const marks = await TopicMarks.open({
      marks: hdfsMarks(hdfs),
      broker: addresses.kafka,
      topics: topicsOf(options),
      signal,
    });
    if (options.replace !== true) await demandOurs(options, marks, hdfs, hive);
    await writeMark(hdfs, tableMark(table), { topic } satisfies TableMark);
    await marks.take();
    await endStream(addresses, hdfs, table);
    await dropTable(hive, hdfs, table);
    await hdfs.remove(runLog(table), { recursive: true });
    await makeTopic({ broker: addresses.kafka, topic, signal });
    return new RunNames(marks);
  }

  /** As that of {@link TopicMarks}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#marks[Symbol.asyncDispose]();
  }
}

function topicsOf({ topic }: RunNamesOptions): string[] {
  return [topic, deadLetterTopic(topic)];
}

async function demandOurs(options: RunNamesOptions, marks: TopicMarks, hdfs: Hdfs, hive: HiveSession): Promise<void> {
  const strangers = [
    await marks.stranger(),
    await strangerTable(options.table, hive),
    await strangerFiles(options.table, hdfs),
  ];
  const stranger = strangers.find((each) => each !== undefined);
  if (stranger === undefined) return;
  throw new StreambookError("NOT_OURS", `${stranger}, and a run begins with an empty topic and table`, {
    hint: { change: ["topic", "table"], replace: true },
  });
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

function tableMark(table: string): string {
  return `table/${table}`;
}
