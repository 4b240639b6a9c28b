/**
 * The table's side of exactly-once: which offsets the data files hold, and the steps that add a file.
 *
 * A file's name says its topic, partition, and range of offsets. So the files alone say where to go on, and a step that
 * is done twice is seen to be done. Offsets committed to Kafka are for people and their tools; nothing is derived from them.
 */
import { randomUUID } from "node:crypto";
import { retry } from "../async/index.ts";
import { isStreambookError, StreambookError } from "../errors/index.ts";
import type { Hdfs } from "../hdfs/index.ts";
import { addPartition, createExternalTable, type HiveSession, identifier, openHive } from "../hive/index.ts";
import type { Logger } from "../log/index.ts";
import type { Field, Schema } from "../schema/index.ts";
import type { FileFormat } from "./row-format.ts";

/** The file of a table that says which Kafka cluster its offsets belong to; Hive takes no name that begins with `_` for data. */
const CLUSTER_FILE = "_kafka-cluster";

/** Where tables are kept on HDFS, and where their files are written before they are theirs. */
export const tableFolders = {
  warehouse: "/streambook/warehouse",
  staging: "/streambook/staging",
} as const;

/** A contiguous range of offsets of one partition: both ends belong to it. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly first: bigint;
  readonly last: bigint;
  /** The format of the file. @default "parquet" */
  readonly format?: FileFormat;
}

/** One data file to be added. */
export interface DataFile extends OffsetRange {
  /** UTC date of all its rows, `YYYY-MM-DD`. */
  readonly date: string;
  readonly bytes: Uint8Array;
}

const FILE = /^(?<topic>[A-Za-z0-9._-]+)\+(?<partition>\d+)\+(?<first>\d+)\+(?<last>\d+)\.(?<format>parquet|ndjson)$/;
const OFFSET_DIGITS = 19; // a signed 64-bit offset, so that names sort as numbers do

/** `{topic}+{partition}+{first}+{last}.{format}` */
export function fileName({ topic, partition, first, last, format = "parquet" }: OffsetRange): string {
  const padded = [first, last].map((offset) => String(offset).padStart(OFFSET_DIGITS, "0"));
  return `${topic}+${partition}+${padded.join("+")}.${format}`;
}

/** The range that a file's name claims; undefined for any other name. */
export function parseFileName(name: string): OffsetRange | undefined {
  const groups = FILE.exec(name)?.groups;
  if (groups === undefined) return undefined;
  const { topic = "", partition, first, last, format } = groups;
  const range = { topic, partition: Number(partition), first: BigInt(first ?? 0), last: BigInt(last ?? 0) };
  return format === "ndjson" ? { ...range, format } : range;
}

/**
 * The next offset of each partition that has files, after checking that no two files claim the same offset.
 *
 * @returns the next offset by partition, and the holes between files
 * @throws OFFSETS_OVERLAP naming both files
 */
export function nextOffsets(ranges: Iterable<OffsetRange>): { next: Map<number, bigint>; holes: OffsetRange[] } {
  const sorted = [...ranges].sort(
    (a, b) => a.partition - b.partition || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0),
  );
  const next = new Map<number, bigint>();
  const holes: OffsetRange[] = [];
  let before: OffsetRange | undefined;
  for (const range of sorted) {
    if (before?.partition === range.partition) {
      if (range.first <= before.last) {
        throw new StreambookError(
          "OFFSETS_OVERLAP",
          `two data files claim the same offsets: ${fileName(before)} and ${fileName(range)}; look at both, and remove the one that should not be there`,
        );
      }
      if (range.first > before.last + 1n) holes.push({ ...range, first: before.last + 1n, last: range.first - 1n });
    }
    next.set(range.partition, range.last + 1n);
    before = range;
  }
  return { next, holes };
}

/** Removes a table with its data files and what is staged for it. */
export async function removeTable(hive: HiveSession, hdfs: Hdfs, table: string): Promise<void> {
  await hive.execute(`DROP TABLE IF EXISTS ${identifier(table)}`);
  for (const folder of Object.values(tableFolders)) await hdfs.remove(`${folder}/${table}`, { recursive: true });
}

/** Options of {@link Table}. */
export interface TableOptions {
  readonly hdfs: Hdfs;
  /** HiveServer2, `host:port`. */
  readonly hive: string;
  readonly name: string;
  readonly topic: string;
  readonly schema: Schema;
  /** Columns after those of the schema. */
  readonly columns: readonly Field[];
  /** The column of the dates, by which the table is partitioned. */
  readonly dateColumn: Field;
  /** The format of its files. @default "parquet" */
  readonly format?: FileFormat | undefined;
  /** Statements that make the views of the table. @default none */
  readonly views?: readonly string[] | undefined;
  /** Properties of the table, if it has to be made. @default none */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
}

/** An external table over a folder of data files, partitioned by date. */
export class Table {
  readonly location: string;
  readonly #options: TableOptions;
  readonly #dates = new Set<string>();
  #session: HiveSession | undefined;

  constructor(options: TableOptions) {
    identifier(options.name);
    this.#options = options;
    this.location = `${tableFolders.warehouse}/${options.name}`;
  }

  /** Makes the folders, the table and its views, where they are missing. */
  async create(): Promise<void> {
    const { hdfs, name, schema, columns, dateColumn, format, views = [], properties } = this.#options;
    await hdfs.mkdirs(this.location);
    await hdfs.mkdirs(this.#staging);
    await this.#hive(async (session) => {
      await session.execute(
        createExternalTable(schema, {
          table: name,
          extraColumns: columns,
          partitionedBy: [dateColumn],
          format,
          location: this.location,
          properties,
        }),
      );
      for (const view of views) await session.execute(view);
    });
  }

  /**
   * Ties the table to a Kafka cluster: the offsets in its files' names mean nothing in another. A table that is not tied yet is
   * from now on.
   *
   * @throws WRONG_CLUSTER when it belongs to another one
   */
  async claim(cluster: string, broker: string): Promise<void> {
    const { hdfs, name } = this.#options;
    const file = `${this.location}/${CLUSTER_FILE}`;
    if (!(await hdfs.exists(file))) {
      try {
        await hdfs.write(file, Buffer.from(`${cluster}\n`));
      } catch (error) {
        if (!isStreambookError(error, "HDFS_REFUSED")) throw error; // another consumer was quicker
      }
    }
    const owner = (await hdfs.read(file)).toString("utf8").trim();
    if (owner === cluster) return;
    throw new StreambookError(
      "WRONG_CLUSTER",
      `the table ${name} holds messages of the Kafka cluster ${owner} (${file} on HDFS says so), but the Kafka at ${broker} is the cluster ${cluster}, whose offsets mean other messages`,
      { hint: { change: ["broker", "table"] } },
    );
  }

  /**
   * Reads from the data files where each partition goes on, and repairs what an interrupted run left.
   *
   * @throws USAGE when the table has files of another format; OFFSETS_OVERLAP
   */
  async positions(partitions: readonly number[]): Promise<Map<number, bigint>> {
    const { hdfs, topic, logger } = this.#options;
    const ranges: OffsetRange[] = [];
    const dates = new Set<string>();
    const inDate = new RegExp(`/${this.#options.dateColumn.name}=([^/]+)/[^/]+$`);
    for await (const { name, path, type } of hdfs.walk(this.location)) {
      const range = type === "file" ? parseFileName(name) : undefined;
      if (range === undefined) continue;
      this.#checkFormat(range);
      if (range.topic !== topic || !partitions.includes(range.partition)) continue;
      ranges.push(range);
      const date = inDate.exec(path)?.[1];
      if (date !== undefined) dates.add(date);
    }
    const { next, holes } = nextOffsets(ranges);
    for (const hole of holes)
      logger.warn(
        `no file holds the offsets ${hole.first} to ${hole.last} of ${topic}[${hole.partition}]; the topic may have lost them, or a file was removed`,
      );
    // A run that ended between the rename and the statement left a date that Hive does not know.
    for (const date of dates) await this.addDate(date);
    await this.#clearStaging(partitions);
    return next;
  }

  /** Writes a file where readers do not look, and checks its length. */
  async stage(file: DataFile): Promise<string> {
    const path = `${this.#staging}/${this.#nameOf(file)}.${randomUUID()}`;
    await this.#options.hdfs.write(path, file.bytes, { overwrite: true });
    return path;
  }

  /**
   * Makes a staged file visible: one rename is the whole commit. The same file there already means that it was done before.
   *
   * @throws PARTITION_LOST when another consumer has written some of these offsets
   */
  async publish(staged: string, file: DataFile): Promise<"renamed" | "already-there"> {
    const { hdfs } = this.#options;
    const folder = this.#folderOf(file.date);
    const name = this.#nameOf(file);
    await hdfs.mkdirs(folder);
    for (const other of await hdfs.list(folder)) {
      const range = parseFileName(other.name);
      const same = range?.topic === file.topic && range.partition === file.partition;
      if (same && other.name !== name && range.first <= file.last && range.last >= file.first) {
        throw new StreambookError(
          "PARTITION_LOST",
          `another consumer has written ${other.name}, offsets that this one has read too; nothing was doubled, start the consumer again`,
        );
      }
    }
    return hdfs.renameOnce(staged, `${folder}/${name}`);
  }

  /** Tells Hive of a date, once. */
  async addDate(date: string): Promise<void> {
    const { dateColumn } = this.#options;
    if (this.#dates.has(date)) return;
    await this.#hive((session) =>
      session.execute(addPartition(this.#options.name, { [dateColumn.name]: date }, this.#folderOf(date))),
    );
    this.#dates.add(date);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session?.close().catch(() => undefined);
  }

  /** A table of files of two formats could not be read. */
  #checkFormat(range: OffsetRange): void {
    const { name, format = "parquet" } = this.#options;
    if ((range.format ?? "parquet") === format) return;
    throw new StreambookError(
      "USAGE",
      `the table ${name} holds ${fileName(range)}, and files of the format ${format} cannot stand beside it; use the table's own format, or another table`,
    );
  }

  #nameOf({ topic, partition, first, last }: DataFile): string {
    return fileName({ topic, partition, first, last, format: this.#options.format ?? "parquet" });
  }

  #folderOf(date: string): string {
    return `${this.location}/${this.#options.dateColumn.name}=${date}`;
  }

  get #staging(): string {
    return `${tableFolders.staging}/${this.#options.name}`;
  }

  async #clearStaging(partitions: readonly number[]): Promise<void> {
    const { hdfs, topic } = this.#options;
    for (const { name, path } of await hdfs.list(this.#staging)) {
      const range = parseFileName(name.replace(/\.[0-9a-f-]{36}$/, ""));
      if (range?.topic === topic && partitions.includes(range.partition)) await hdfs.remove(path, { recursive: false });
    }
  }

  /**
   * Runs statements on one session, which connects again by itself. When two consumers make the same thing at once, `IF NOT
   * EXISTS` fails one of them; the next try finds it made.
   */
  async #hive(statements: (session: HiveSession) => Promise<void>): Promise<void> {
    const { hive, signal } = this.#options;
    this.#session ??= await openHive({ address: hive, signal });
    const session = this.#session;
    await retry(() => statements(session), {
      attempts: 3,
      isRetriable: (error) => isStreambookError(error, "HIVE_FAILED"),
      signal,
    });
  }
}
