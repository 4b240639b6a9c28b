/**
 * The folder of a topic's data files, and its side of exactly-once: which offsets the files hold, and the steps that add a file.
 *
 * A file's name says its topic, partition, and range of offsets. So the files alone say where to go on, and a step that
 * is done twice is seen to be done. Offsets committed to Kafka are for people and their tools; nothing is derived from them.
 */
import { randomUUID } from "node:crypto";
import { isStreambookError, StreambookError } from "../../errors/index.ts";
import type { Logger } from "../../log/index.ts";
import { PERIOD_LENGTH } from "../rows/timestamp.ts";
import type { DataStore, StagedFile } from "./data-store.ts";
import { contains, nextOffsets, type OffsetRange, overlapping, topicOfStreamFile } from "./file-names.ts";
import type { FilePlace, Layout } from "./layout.ts";

/** The file that says which Kafka cluster the offsets belong to; Hive and Spark take no name that begins with `_` for data. */
const CLUSTER_FILE = "_kafka-cluster";

/** How often the names are read before two that claim the same are an error: a compaction may have been between them. */
const READINGS = 3;

/** What the name of a file claims. */
type NamedRange = OffsetRange & { readonly path: string };

/** One data file to be added. */
export interface DataFile extends FilePlace {
  readonly bytes: Uint8Array;
}

/** Options of {@link DataFolder}. */
export interface DataFolderOptions {
  readonly store: DataStore;
  readonly topic: string;
  /** The folder of the topic's files. */
  readonly folder: string;
  /** Where files are written before they are its own. */
  readonly staging: string;
  readonly layout: Layout;
  /** What it is to people: `the table chunks_clustered`. */
  readonly title: string;
  /** Whether people give it as a table, or as a folder. */
  readonly isTable: boolean;
  readonly logger: Logger;
}

/** A topic's data files. */
export class DataFolder {
  readonly #options: DataFolderOptions;

  constructor(options: DataFolderOptions) {
    this.#options = options;
  }

  /** Makes the folders where they are missing. */
  async create(): Promise<void> {
    const { store, folder, staging } = this.#options;
    await store.makeFolder(folder);
    await store.makeFolder(staging);
  }

  /**
   * Ties the folder to a Kafka cluster: the offsets in its files' names mean nothing in another. A folder that is not tied yet is
   * from now on.
   *
   * @throws WRONG_CLUSTER when it belongs to another one
   */
  async claim(cluster: string, broker: string): Promise<void> {
    const { store, folder, title, isTable } = this.#options;
    const file = `${folder}/${CLUSTER_FILE}`;
    if ((await store.read(file)) === undefined) await store.writeOnce(file, `${cluster}\n`);
    const owner = ((await store.read(file)) ?? "").trim();
    if (owner === cluster) return;
    throw new StreambookError(
      "WRONG_CLUSTER",
      `${title} holds messages of the Kafka cluster ${owner} (${file} on ${store.title} says so), but the Kafka at ${broker} is the cluster ${cluster}, whose offsets mean other messages`,
      { hint: { change: ["broker", isTable ? "table" : "output"] } },
    );
  }

  /**
   * Reads from the data files where each partition goes on, and removes what an interrupted run has staged.
   *
   * @returns the next offset by partition, and the dates or hours that have files
   * @throws USAGE when there are files of another format or layout; OFFSETS_OVERLAP
   */
  async positions(
    partitions: readonly number[],
  ): Promise<{ readonly next: ReadonlyMap<number, bigint>; readonly periods: ReadonlySet<string> }> {
    const { topic, logger } = this.#options;
    const { next, holes, periods } = await this.#read(partitions);
    for (const hole of holes)
      logger.warn(
        `no file holds the offsets ${hole.first} to ${hole.last} of ${topic}[${hole.partition}]; the topic may have lost them, or a file was removed`,
      );
    await this.#clearStaging(partitions);
    return { next, periods };
  }

  /** The next offset by partition, of partitions whose files another consumer writes: nothing of them is touched. @throws as {@link positions} */
  async next(partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>> {
    return (await this.#read(partitions)).next;
  }

  /**
   * What the names of the files of some partitions say. While files are compacted, a whole may be named beside its parts: it claims nothing
   * as long as it has no rows, and they are gone when it has.
   */
  async #read(partitions: readonly number[]): Promise<ReturnType<typeof nextOffsets> & { periods: Set<string> }> {
    const { store, folder } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const { ranges, periods } = await this.#ranges(partitions);
      const settled = new Set(ranges);
      for (const range of overlapping(ranges))
        if (ranges.some((other) => isOfOneCompaction(range, other)) && (await store.isRowless(range.path)))
          settled.delete(range);
      if (attempt < READINGS && overlapping([...settled]).size > 0) continue;
      return { ...nextOffsets(settled, ({ path }) => path.slice(folder.length + 1)), periods };
    }
  }

  async #ranges(partitions: readonly number[]): Promise<{ ranges: NamedRange[]; periods: Set<string> }> {
    const { store, topic, folder, layout } = this.#options;
    const ranges: NamedRange[] = [];
    const periods = new Set<string>();
    for await (const { name, path } of store.walk(folder)) {
      if (topicOfStreamFile(name) !== undefined) throw otherEngine(this.#options.title, path, "Spark");
      const range = layout.parse(path.slice(folder.length + 1));
      if (range === undefined) continue;
      this.#checkLayout(range, path);
      if (range.topic !== topic || !partitions.includes(range.partition)) continue;
      ranges.push({ ...range, path });
      if (range.period !== undefined) periods.add(range.period);
    }
    return { ranges, periods };
  }

  /** Writes a file where readers do not look. */
  stage(file: DataFile): Promise<StagedFile> {
    const { store, staging, layout } = this.#options;
    return store.stage(`${staging}/${layout.nameOf(file)}.${randomUUID()}`, file.bytes);
  }

  /**
   * Makes a staged file visible: that step is the whole commit. The same file there already means that it was done before, as does one that
   * has been made of it and others.
   *
   * @throws PARTITION_LOST when another consumer has written some of these offsets
   */
  async publish(staged: StagedFile, file: DataFile): ReturnType<StagedFile["publish"]> {
    const { store, layout, folder: root } = this.#options;
    const folder = `${root}/${layout.folderOf(file.period)}`;
    await store.makeFolder(folder);
    if (await this.#isWithin(folder, file)) return "already-there";
    try {
      return await staged.publish(`${folder}/${layout.nameOf(file)}`);
    } catch (error) {
      if (isStreambookError(error, "HDFS_REFUSED") && (await this.#isWithin(folder, file))) return "already-there";
      throw error;
    }
  }

  /** Whether a file of a folder has all offsets of one to be added, and more. @throws PARTITION_LOST when one has only some */
  async #isWithin(folder: string, file: DataFile): Promise<boolean> {
    const { store, layout } = this.#options;
    const name = layout.nameOf(file);
    for (const other of await store.list(folder)) {
      const range = layout.parse(other.name);
      if (range?.topic !== file.topic || range.partition !== file.partition || other.name === name) continue;
      if (range.first > file.last || range.last < file.first) continue;
      if (range.first <= file.first && range.last >= file.last) return true;
      throw new StreambookError(
        "PARTITION_LOST",
        `another consumer has written ${other.name}, offsets that this one has read too; nothing was doubled, start the consumer again`,
      );
    }
    return false;
  }

  /** Files of two formats in one folder could not be read as one, and a message would stand in files of both layouts. */
  #checkLayout({ format = "parquet", period }: OffsetRange & { readonly period?: string }, path: string): void {
    const { layout, title } = this.#options;
    const fail = (kind: string, remedy: string): never => {
      throw new StreambookError(
        "USAGE",
        `${title} holds ${path}, and files ${kind} cannot stand beside it; use ${remedy}, or another place`,
      );
    };
    if (format !== layout.format) fail(`of the format ${layout.format}`, "the same format");
    if (period !== undefined && period.length !== PERIOD_LENGTH[layout.granularity])
      fail(`by ${layout.granularity}`, "the same partitioning");
  }

  async #clearStaging(partitions: readonly number[]): Promise<void> {
    const { store, topic, staging, layout } = this.#options;
    for (const { name, path } of await store.list(staging)) {
      const range = layout.parse(name.replace(/\.[0-9a-f-]{36}$/, ""));
      if (range?.topic === topic && partitions.includes(range.partition)) await store.remove(path);
    }
  }
}

/**
 * Whether two files may be what a compaction has named and what it joins there: a whole and its part, in one folder. A part may be without
 * rows only if it has no bytes: that is removed after the others.
 */
function isOfOneCompaction(one: NamedRange, other: NamedRange): boolean {
  const folderOf = ({ path }: NamedRange): string => path.slice(0, path.lastIndexOf("/"));
  return (
    folderOf(one) === folderOf(other) && (contains(one, other) || (one.format === "ndjson" && contains(other, one)))
  );
}

/** The error of a table whose rows another engine has written: what it has read, only it knows. */
export function otherEngine(title: string, path: string, engine: "Spark" | "TypeScript"): StreambookError {
  return new StreambookError(
    "USAGE",
    `${title} holds ${path}, which the engine on ${engine} has written; what it has read, only it knows: go on with the same engine, or in another table`,
    { hint: { change: ["table"] } },
  );
}
