/**
 * A Hive table over Parquet files on HDFS whose partitions are replaced whole: an hour that is computed again, a minute that is corrected.
 *
 * Files cannot be exchanged at once, but where a partition's files are is one entry in the metastore. So an attempt writes to a folder
 * of its own, and then each of its partitions is pointed there: a reader sees the old files or the new ones, never both, never none. An
 * attempt that was killed has changed some partitions and not others, each of them whole; the next attempt does all of them again.
 */
import { randomUUID } from "node:crypto";
import { mapConcurrent, retry } from "../../async/index.ts";
import { isStreambookError, StreambookError } from "../../errors/index.ts";
import { Hdfs } from "../../hdfs/index.ts";
import {
  addPartitions,
  columnType,
  createExternalTable,
  type HiveSession,
  movePartition,
  openHive,
} from "../../hive/index.ts";
import type { Field } from "../../schema/index.ts";
import type { Addresses } from "../../stack/index.ts";
import { MADE_BY } from "../names/case-names.ts";

/** What a {@link ReplacedTable} is made with. */
export interface ReplacedTableOptions {
  readonly addresses: Pick<Addresses, "webhdfs" | "hive">;
  readonly name: string;
  readonly columns: readonly Field[];
  /** The columns that are folders, outermost first. */
  readonly partitions: readonly Field[];
  /** The folder of the table on HDFS. */
  readonly folder: string;
  /** What makes the table, for programs: its property `streambook.made.by`. */
  readonly madeBy: string;
  readonly signal?: AbortSignal | undefined;
}

/** Values of the partition columns, by name. */
export type PartitionValues = Readonly<Record<string, string>>;

/** What an attempt is written by when all of it is there: Spark makes this file last. */
const WHOLE = "_SUCCESS";
/** Sessions of Hive, and folders on HDFS, that are worked with side by side when there are many partitions. */
const [SESSIONS, FOLDERS] = [4, 8];

/** The table, open until it is closed. */
export class ReplacedTable implements AsyncDisposable {
  readonly folder: string;
  readonly #options: ReplacedTableOptions;
  readonly #hdfs: Hdfs;
  readonly #hive: HiveSession;
  /** The folder of the attempts: one for each, with the folders of its partitions. */
  readonly #attempts: string;

  private constructor(options: ReplacedTableOptions, hive: HiveSession) {
    this.folder = options.folder;
    this.#options = options;
    this.#attempts = `${options.folder}.attempts`;
    this.#hdfs = new Hdfs({ address: options.addresses.webhdfs, signal: options.signal });
    this.#hive = hive;
  }

  /**
   * Opens the table, which is made if it is missing.
   *
   * @throws USAGE when a table of that name has other columns; UNREACHABLE; HIVE_FAILED
   */
  static async open(options: ReplacedTableOptions): Promise<ReplacedTable> {
    const { addresses, signal } = options;
    const hive = await openHive({ address: addresses.hive, signal });
    const table = new ReplacedTable(options, hive);
    try {
      await table.#create();
      return table;
    } catch (error) {
      await table[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A new folder, not made yet, for the folders of some partitions (`date=2026-01-31/hour=07/`) with their files. */
  attempt(): string {
    return `${this.#attempts}/${String(Date.now()).padStart(15, "0")}-${randomUUID().slice(0, 8)}`;
  }

  /** The partitions there are. */
  async partitions(): Promise<PartitionValues[]> {
    const rows = await this.#try((hive) => hive.query(`SHOW PARTITIONS ${this.#options.name}`));
    return rows.map((row) => this.#valuesOf(String(Object.values(row)[0]))).filter((values) => values !== undefined);
  }

  /** Makes folders below that of the table partitions, where they are none yet. */
  async add(partitions: readonly PartitionValues[]): Promise<void> {
    await this.#add(partitions.map((values) => [values, `${this.folder}/${this.#pathOf(values)}`] as const));
  }

  /**
   * Points every partition of an attempt to its new files. What a partition had before the last change is removed; what it had just
   * now stays until the next one, for those who are reading it.
   *
   * @param attempt a folder of {@link attempt}, written to its end
   * @returns how many partitions it has
   * @throws USAGE when the attempt is not whole; UNREACHABLE; HIVE_FAILED: publish it again
   */
  async publish(attempt: string): Promise<number> {
    const found = await this.#partitionsOf(attempt);
    const there = new Set((await this.partitions()).map((values) => this.#pathOf(values)));
    const [known, fresh] = [found.filter((path) => there.has(path)), found.filter((path) => !there.has(path))];
    const values = (path: string): PartitionValues => this.#valuesOf(path) as PartitionValues;
    await this.#add(fresh.map((path) => [values(path), `${attempt}/${path}`] as const));
    await this.#move(known.map((path) => [values(path), `${attempt}/${path}`] as const));
    await this.#removeOld(attempt, found);
    return found.length;
  }

  async close(): Promise<void> {
    await this.#hive.close();
    this.#hdfs.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #create(): Promise<void> {
    const { name, columns, partitions, folder, madeBy } = this.#options;
    const schema = { name, fields: columns };
    const properties = { [MADE_BY]: madeBy };
    const statement = createExternalTable(schema, {
      table: name,
      partitionedBy: partitions,
      location: folder,
      properties,
    });
    await this.#try((hive) => hive.execute(statement));
    const wanted = [...columns, ...partitions].map((field) => `${field.name} ${columnType(field).toLowerCase()}`);
    const rows = await this.#try((hive) => hive.query(`DESCRIBE ${name}`));
    const described = rows.map((row) => [row["col_name"], row["data_type"]].join(" "));
    const there = described.slice(0, wanted.length); // the partition columns stand there twice
    const other = wanted.find((column, index) => there[index] !== column);
    if (other !== undefined)
      throw new StreambookError(
        "USAGE",
        `the table ${name} has other columns: (${there.join(", ")}), and should have (${wanted.join(", ")}); drop it, or use another name`,
      );
  }

  /** Paths of an attempt's partitions, from its folder. */
  async #partitionsOf(attempt: string): Promise<string[]> {
    if (!(await this.#hdfs.exists(`${attempt}/${WHOLE}`)))
      throw new StreambookError(
        "USAGE",
        `${attempt} on HDFS was not written to its end (${WHOLE} is missing); write it again`,
      );
    const paths = new Set<string>();
    for await (const { path } of this.#hdfs.walk(attempt)) {
      const folder = path
        .slice(attempt.length + 1)
        .split("/")
        .slice(0, -1)
        .join("/");
      if (this.#valuesOf(folder) !== undefined) paths.add(folder);
    }
    return [...paths].sort();
  }

  async #add(partitions: readonly (readonly [values: PartitionValues, folder: string])[]): Promise<void> {
    for (let from = 0; from < partitions.length; from += 100) {
      const some = partitions.slice(from, from + 100);
      await this.#try((hive) => hive.execute(addPartitions(this.#options.name, some)));
    }
  }

  /** Points partitions to other folders: each by a statement of its own, of which many wait for the metastore side by side. */
  async #move(partitions: readonly (readonly [values: PartitionValues, folder: string])[]): Promise<void> {
    const { name, addresses, signal } = this.#options;
    const more = Math.min(SESSIONS, Math.ceil(partitions.length / 8)) - 1;
    const opened = await Promise.allSettled(
      Array.from({ length: Math.max(0, more) }, () => openHive({ address: addresses.hive, signal })),
    );
    const others = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const free = [this.#hive, ...others];
    try {
      await mapConcurrent(partitions, free.length, async ([values, folder]) => {
        const session = free.pop() as HiveSession;
        await this.#try((hive) => hive.execute(movePartition(name, values, this.#uri(folder))), session);
        free.push(session);
      });
    } finally {
      await Promise.all(others.map((hive) => hive.close()));
    }
  }

  /** Of each partition all but the newest folder before the attempt. */
  async #removeOld(attempt: string, paths: readonly string[]): Promise<void> {
    const attempts = await this.#hdfs.list(this.#attempts);
    const older = attempts.map(({ path }) => path).filter((path) => path < attempt); // their names begin with the time
    await mapConcurrent(paths, FOLDERS, async (path) => {
      const there = [];
      for (const folder of [this.folder, ...older])
        if (await this.#hdfs.exists(`${folder}/${path}`)) there.push(`${folder}/${path}`);
      for (const folder of there.slice(0, -1)) await this.#hdfs.remove(folder, { recursive: true });
    });
    for (const folder of older.slice(0, -1)) await this.#removeIfEmpty(folder);
  }

  /** An attempt of which no partition is left. */
  async #removeIfEmpty(attempt: string): Promise<void> {
    for await (const { name } of this.#hdfs.walk(attempt)) if (!name.startsWith("_")) return;
    await this.#hdfs.remove(attempt, { recursive: true });
  }

  #pathOf(values: PartitionValues): string {
    return this.#options.partitions.map(({ name }) => `${name}=${values[name]}`).join("/");
  }

  /** The values of a path such as `date=2026-01-31/hour=07`; undefined for any other. */
  #valuesOf(path: string): PartitionValues | undefined {
    const names = this.#options.partitions.map(({ name }) => name);
    const pairs = path.split("/").map((part) => part.split("="));
    if (pairs.length !== names.length || pairs.some(([name], index) => name !== names[index])) return undefined;
    return Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, decodeURIComponent(value)]));
  }

  /** `SET LOCATION` takes no path without the file system in front. */
  #uri(path: string): string {
    return `hdfs://${path}`;
  }

  /** Statements that may be done twice; when two processes make the same thing at once, Hive fails one of them. */
  #try<T>(statement: (hive: HiveSession) => Promise<T>, session = this.#hive): Promise<T> {
    const { signal } = this.#options;
    const isRetriable = (error: unknown): boolean => isStreambookError(error, "HIVE_FAILED");
    return retry(() => statement(session), { attempts: 3, isRetriable, signal });
  }
}
