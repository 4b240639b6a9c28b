/** Where the rows of a topic go: its folder of data files, and the Hive table over them, if there is one. */
import { StreambookError } from "../../errors/index.ts";
import { checkPath, type Hdfs } from "../../hdfs/index.ts";
import type { Logger } from "../../log/index.ts";
import type { Field, Schema } from "../../schema/index.ts";
import { SteadyCompaction, type SteadyCompactionOptions } from "../compaction/steady-compaction.ts";
import { type DataFile, DataFolder } from "./data-folder.ts";
import type { DataStore, StagedFile } from "./data-store.ts";
import { HdfsStore } from "./hdfs-store.ts";
import { HiveTable, type HiveTableOptions } from "./hive-table.ts";
import type { Layout } from "./layout.ts";
import { demandAccess, isOnS3, parseS3Path, type S3Access, S3Store } from "./s3-store.ts";

/** Where a topic's data files go. */
export interface DestinationOptions {
  /** Folder on HDFS, or on S3, `s3://bucket/a/b`; several topics may share it if the layout gives each a folder of its own in it. */
  readonly folder: string;
  /** Where files are written before they are visible. @default `_staging` in the topic's folder */
  readonly staging?: string;
  /** How the files are laid out in the folder. */
  readonly layout: Layout;
  /** The Hive table over the files. @default none */
  readonly table?: HiveTableOptions | undefined;
}

/** What a {@link Destination} is made with. */
export interface DestinationParts {
  readonly hdfs: Hdfs;
  /** S3; only folders on it need it. @default none */
  readonly s3?: S3Access | undefined;
  /** HiveServer2, `host:port`; only a table needs it. */
  readonly hive: string | undefined;
  readonly topic: string;
  readonly schema: Schema;
  /** Columns after those of the schema. */
  readonly columns: readonly Field[];
  readonly logger: Logger;
  /** Files of a partition, in one date or hour, that are joined as soon as there are so many. @default none */
  readonly compactAt?: number | undefined;
  readonly onCompaction?: SteadyCompactionOptions["onStep"];
  readonly signal?: AbortSignal | undefined;
}

/**
 * The folder of a topic's files.
 *
 * @throws USAGE for a path that HDFS or S3 does not accept, and for a table over files on S3, which Hive does not reach
 */
export function topicFolder({ folder, layout, table }: DestinationOptions, topic: string): string {
  const own = layout.topicFolder(topic);
  if (!isOnS3(folder)) return checkPath(joined(checkPath(folder), own));
  if (table !== undefined)
    throw new StreambookError(
      "USAGE",
      `Hive cannot read ${folder}, so it can have no table ${table.name} there; leave out the table, or give a folder on HDFS`,
    );
  const { bucket, key } = parseS3Path(folder);
  return `s3://${joined(bucket, key, own)}`;
}

/** Parts of a path, without those that are empty. */
function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("/");
}

/** A topic's destination. */
export class Destination implements AsyncDisposable {
  readonly #store: DataStore;
  readonly #files: DataFolder;
  readonly #table: HiveTable | undefined;
  readonly #folder: string;
  readonly #layout: Layout;
  readonly #compaction: SteadyCompaction | undefined;

  /**
   * @throws USAGE for a folder or table that cannot be used, a folder on S3 without its keys, one on S3 that is to be compacted, or a table
   * without HiveServer2
   */
  constructor(
    options: DestinationOptions,
    { hive, hdfs, s3, compactAt, onCompaction: onStep, ...parts }: DestinationParts,
  ) {
    const { layout, table } = options;
    const folder = topicFolder(options, parts.topic);
    const { staging = `${folder}/_staging` } = options;
    const title = table === undefined ? `the folder ${folder}` : `the table ${table.name}`;
    this.#store = isOnS3(folder) ? new S3Store(demandAccess(s3, folder), parts.signal) : new HdfsStore(hdfs);
    const place = { store: this.#store, folder, staging, layout };
    this.#files = new DataFolder({ ...parts, ...place, title, isTable: table !== undefined });
    this.#folder = folder;
    this.#layout = layout;
    if (compactAt !== undefined) {
      if (isOnS3(folder))
        throw new StreambookError(
          "USAGE",
          `${folder} cannot be compacted while it is written: S3 cannot make several objects one at once; leave the compaction out, or give a folder on HDFS`,
        );
      this.#compaction = new SteadyCompaction({ hdfs, atLeast: compactAt, logger: parts.logger, onStep });
    }
    if (table === undefined) return;
    if (hive === undefined)
      throw new StreambookError("USAGE", `the table ${table.name} needs the address of a HiveServer2; give one`);
    this.#table = new HiveTable({ ...table, ...parts, hive, folder, layout });
  }

  /** Makes the folders and the table, where they are missing. */
  async create(): Promise<void> {
    await this.createFolders();
    await this.createTable();
  }

  /** Makes the folders, where they are missing. */
  createFolders(): Promise<void> {
    return this.#files.create();
  }

  /** Makes the table, if there is to be one and it is missing. What is called before it is there and needs it waits for it. */
  async createTable(): Promise<void> {
    await this.#table?.create();
  }

  /** As {@link DataFolder.claim}. */
  claim(cluster: string, broker: string): Promise<void> {
    return this.#files.claim(cluster, broker);
  }

  /** As {@link DataFolder.positions}; what an interrupted run left between the rename and the table is made good. */
  async positions(partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>> {
    const { next, periods } = await this.#files.positions(partitions);
    for (const period of periods) await this.addPeriod(period);
    return next;
  }

  /** As {@link DataFolder.next}. */
  next(partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>> {
    return this.#files.next(partitions);
  }

  /** As {@link DataFolder.stage}; nothing is written for a table that cannot be made. */
  async stage(file: DataFile): Promise<StagedFile> {
    await this.createTable();
    return this.#files.stage(file);
  }

  /** As {@link DataFolder.publish}. */
  publish(staged: StagedFile, file: DataFile): ReturnType<StagedFile["publish"]> {
    return this.#files.publish(staged, file);
  }

  /** Joins the files of a date or hour if, with the one that has come now, there are enough of them: beside what goes on. */
  compactSoon(file: DataFile): void {
    const folder = `${this.#folder}/${this.#layout.folderOf(file.period)}`;
    this.#compaction?.added(folder, file.partition, `${folder}/${this.#layout.nameOf(file)}`, file.bytes);
  }

  /** Lets the table, if there is one, see the files of a date or hour. */
  async addPeriod(period: string): Promise<void> {
    await this.#table?.addPeriod(period);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#compaction?.[Symbol.asyncDispose]();
    await this.#table?.[Symbol.asyncDispose]();
    await this.#store[Symbol.asyncDispose]();
  }
}
