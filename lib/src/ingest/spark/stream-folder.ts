/**
 * What a stream on Spark keeps on HDFS for a table, and its side of exactly-once.
 *
 * Spark's file sink is exact only to those who read its log. Hive does not, and would see half of a batch, or one twice. So the
 * stream writes to a folder of its own (`rows`), and what its log commits is moved into the table, a rename a file. A file that
 * is moved twice is moved once; one that is not in the log is never moved. Where reading goes on is in the `checkpoint` beside.
 */
import { isStreambookError, StreambookError } from "../../errors/index.ts";
import type { Hdfs } from "../../hdfs/index.ts";
import { streamFileName } from "../files/file-names.ts";
import { SinkLog } from "./sink-log.ts";

/** Options of {@link StreamFolder}. */
export interface StreamFolderOptions {
  readonly hdfs: Hdfs;
  readonly topic: string;
  /** The table's name, for messages. */
  readonly table: string;
  /** The folder of what the stream keeps. */
  readonly folder: string;
  /** The folder of the table's files. */
  readonly target: string;
}

/** What the stream has committed so far. */
export interface Published {
  /** Files that this process has moved into the table, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Folders of the table that have got files: `event_date=2026-01-31`, from its own. The first time, all that ever have. */
  readonly partitions: ReadonlySet<string>;
  /** Files of the places in Kafka of messages that cannot be read; they stay until they are removed. */
  readonly unreadable: ReadonlySet<string>;
}

/** The file with the session of the stream. */
const OWNER = "session";

/**
 * The session of Spark in which a table's stream was started last; undefined before the first start.
 *
 * @param folder of what the stream keeps
 */
export async function ownerOfStream(hdfs: Hdfs, folder: string): Promise<string | undefined> {
  try {
    return (await hdfs.read(`${folder}/${OWNER}`)).toString("utf8");
  } catch (error) {
    if (isStreambookError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

/** What rows without a value of the last partition column stand under: those of messages that cannot be read. */
const UNREADABLE = "=__HIVE_DEFAULT_PARTITION__";

/** The folder of one table's stream. */
export class StreamFolder {
  readonly rows: string;
  readonly checkpoint: string;
  readonly #options: StreamFolderOptions;
  readonly #log: SinkLog;
  readonly #published = { files: 0, bytes: 0, partitions: new Set<string>(), unreadable: new Set<string>() };
  /** Committed files that are not moved yet. */
  #waiting: string[] = [];
  #isFirst = true;

  constructor(options: StreamFolderOptions) {
    this.#options = options;
    this.rows = `${options.folder}/rows`;
    this.checkpoint = `${options.folder}/checkpoint`;
    this.#log = new SinkLog(options.hdfs, this.rows);
  }

  /**
   * Checks that the stream of this topic may go on in the table, or begin.
   *
   * @param hasRows looks whether the table has rows of the stream
   * @throws USAGE when the table is another topic's; CHECKPOINT_LOST when rows are there without a checkpoint
   */
  async claim(hasRows: () => Promise<boolean>): Promise<void> {
    const { hdfs, topic, table, folder, target } = this.#options;
    const file = `${folder}/topic`;
    await hdfs.mkdirs(folder);
    if (!(await hdfs.exists(file))) await hdfs.write(file, Buffer.from(`${topic}\n`), { overwrite: true });
    const owner = (await hdfs.read(file)).toString("utf8").trim();
    const isWritten = (await hasRows()) || (await this.#log.exists());
    if (owner !== topic)
      throw new StreambookError(
        "USAGE",
        `the table ${table} is that of the topic ${owner} (${file} on HDFS says so), and not of ${topic}; a stream on Spark has one topic`,
        { hint: { change: ["topic", "table"] } },
      );
    if (isWritten && !(await hdfs.exists(`${this.checkpoint}/offsets`)))
      throw new StreambookError(
        "CHECKPOINT_LOST",
        `the table ${table} has rows, but the checkpoint ${this.checkpoint} on HDFS, which says how far its topic was read, is gone; put it back, or drop the table and remove ${target} and ${folder} to begin anew`,
      );
  }

  /** As {@link ownerOfStream}. */
  owner(): Promise<string | undefined> {
    return ownerOfStream(this.#options.hdfs, this.#options.folder);
  }

  /** Notes the session in which the stream is started now. */
  async own(session: string): Promise<void> {
    const { hdfs, folder } = this.#options;
    await hdfs.write(`${folder}/${OWNER}`, Buffer.from(session), { overwrite: true });
  }

  /** Notes the time on HDFS's clock, for {@link sweep}. */
  async now(): Promise<Date> {
    const { hdfs, folder } = this.#options;
    const file = `${folder}/started`;
    await hdfs.write(file, Buffer.from(""), { overwrite: true });
    return (await hdfs.stat(file))?.modified ?? new Date(0);
  }

  /** Moves into the table what Spark has committed; the first call also what an earlier process left. May be called again when it fails. */
  async publish(): Promise<Published> {
    this.#waiting.push(...(await this.#log.next()));
    const there = this.#isFirst ? await this.#files() : undefined;
    this.#isFirst = false;
    const { partitions, unreadable } = this.#published;
    if (there !== undefined) {
      for (const file of this.#waiting) if (!isUnreadable(file)) partitions.add(folderOf(file));
      this.#waiting = this.#waiting.filter((file) => there.has(file)); // the others were dealt with before
    }
    for (let file = this.#waiting[0]; file !== undefined; file = this.#waiting[0]) {
      if (isUnreadable(file)) unreadable.add(file);
      else await this.#move(file);
      this.#waiting.shift();
    }
    return this.#published;
  }

  async #move(file: string): Promise<void> {
    const { hdfs, topic, target } = this.#options;
    const folder = `${target}/${folderOf(file)}`;
    const to = `${folder}/${streamFileName(topic, file.slice(file.lastIndexOf("/") + 1))}`;
    await hdfs.mkdirs(folder);
    await hdfs.renameOnce(`${this.rows}/${file}`, to);
    this.#published.bytes += (await hdfs.stat(to))?.length ?? 0;
    this.#published.partitions.add(folderOf(file));
    this.#published.files++;
  }

  /** Removes a file of messages that cannot be read, when they are dealt with. */
  async remove(file: string): Promise<void> {
    await this.#options.hdfs.remove(`${this.rows}/${file}`);
    this.#published.unreadable.delete(file);
  }

  /**
   * Removes what batches that were killed have left.
   *
   * @param before nothing that is younger: a batch may be writing it
   */
  async sweep(before: Date): Promise<void> {
    const { hdfs } = this.#options;
    for await (const { path, modified } of this.#walk())
      if (modified < before && !this.#log.has(path.slice(this.rows.length + 1))) await hdfs.remove(path);
  }

  /** Paths of all files, from the folder of the rows. */
  async #files(): Promise<Set<string>> {
    const files = new Set<string>();
    for await (const { path } of this.#walk()) files.add(path.slice(this.rows.length + 1));
    return files;
  }

  /** The files of rows, without Spark's log. */
  async *#walk(): ReturnType<Hdfs["walk"]> {
    try {
      for await (const file of this.#options.hdfs.walk(this.rows))
        if (!file.path.startsWith(`${this.rows}/_`)) yield file;
    } catch (error) {
      if (!isStreambookError(error, "NOT_FOUND")) throw error; // no batch was written yet
    }
  }
}

/** The folders of a file's partition: `event_date=2026-01-31` of `event_date=2026-01-31/part-….parquet`. */
function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/"));
}

/** Whether a file, by its path from the folder of the rows, has messages that cannot be read. */
export function isUnreadable(file: string): boolean {
  return folderOf(file).endsWith(UNREADABLE);
}
