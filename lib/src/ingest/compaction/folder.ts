/**
 * Joins the data files of one folder, while consumers write more and readers read.
 *
 * A reader that lists the folder must find each row once, whenever it looks; so each step is one that the NameNode does at once. 1. A file
 * without rows gets the name of the whole range. 2. `concat` puts the others behind it, and removes them. The file is as long as all of
 * them, and has all their blocks: many. 3. A copy of the same bytes, in few blocks, takes its place. Killed between any two steps, the
 * folder has the same rows; the next compaction goes on.
 *
 * A reader that had listed the folder before, and comes to a file that is gone by then, fails, and says so: it asks again.
 */
import { randomUUID } from "node:crypto";
import { isStreambookError, StreambookError } from "../../errors/index.ts";
import type { FileStatus, Hdfs } from "../../hdfs/index.ts";
import {
  contains,
  fileName,
  type OffsetRange,
  parseFileName,
  parseRawFileName,
  rawFileName,
} from "../files/file-names.ts";
import { FolderLock } from "./folder-lock.ts";
import { type Footer, jointFooter, kindOf, readFooter, rowless, rowsOf } from "./parquet-joint.ts";
import { chainsOf, type DataFileStatus, type RunLimits } from "./runs.ts";

/** The steps of a compaction, in order; each is reported after it is done. */
export type CompactionStep = "locked" | "named" | "footer-written" | "joined" | "copied";

/** What a {@link compactFolder} works with. */
export interface FolderCompactionOptions {
  readonly hdfs: Hdfs;
  /** The folder of the files. */
  readonly folder: string;
  readonly limits: RunLimits;
  /** Which neighbours of a chain are joined: lists of two or more. */
  readonly choose: (chain: readonly FolderFile[], limits: RunLimits) => readonly (readonly FolderFile[])[];
  /** Footers that are known, by path; those of files that are gone are taken out, those of new ones put in. @default none */
  readonly footers?: Map<string, Footer> | undefined;
  /** Whether files that another compaction has joined, and was killed then, are looked for too. @default true */
  readonly thorough?: boolean | undefined;
  readonly onStep?: ((step: CompactionStep, path: string) => void | Promise<void>) | undefined;
}

/** A data file, and how such files are named. */
export interface FolderFile extends DataFileStatus {
  readonly nameOf: (range: OffsetRange) => string;
}

/** What was done in a folder. */
export interface FolderCompacted {
  /** Files that were joined. */
  readonly before: number;
  /** Files that they are now. */
  readonly after: number;
  /** Bytes of those. */
  readonly bytes: number;
  /** Files that a compaction before this one had joined, and was ended then: their bytes stand together now. */
  readonly finished: number;
}

/** Ends the name of a footer on its way; what begins with `_` no reader takes for data. */
const FOOTER = ".footer";
/** How often files that are gone are looked for again: then another compaction does the same. */
const ATTEMPTS = 3;

/**
 * Joins what is to be joined of a folder.
 *
 * @throws RUN_UNDER_WAY when another compaction is at it; NOT_FOUND when there is no such folder; OFFSETS_OVERLAP when two files have the
 * same offsets
 */
export async function compactFolder(options: FolderCompactionOptions): Promise<FolderCompacted> {
  const { hdfs, folder, onStep } = options;
  await using lock = await FolderLock.take(hdfs, folder);
  await onStep?.("locked", folder);
  return await new FolderCompaction(options, lock).run();
}

/** The compaction of one folder, whose lock it has. */
class FolderCompaction {
  readonly #options: FolderCompactionOptions;
  readonly #lock: FolderLock;
  readonly #footers: Map<string, Footer>;

  constructor(options: FolderCompactionOptions, lock: FolderLock) {
    this.#options = options;
    this.#lock = lock;
    this.#footers = options.footers ?? new Map<string, Footer>();
  }

  async run(): Promise<FolderCompacted> {
    const { hdfs, folder } = this.#options;
    for (const { name, path } of await hdfs.list(folder))
      if (name.startsWith("_") && name.endsWith(FOOTER)) await hdfs.remove(path); // of one that was killed
    const wholes = new Set<string>();
    let before = 0;
    for (let failures = 0; ;) {
      const runs = await this.#runs();
      if (runs.length === 0) break;
      try {
        for (const run of runs) {
          const whole = await this.#join(run);
          before += run.filter(({ path }) => !wholes.delete(path)).length;
          wholes.add(whole);
        }
      } catch (error) {
        if (!isStreambookError(error, "NOT_FOUND") || ++failures === ATTEMPTS) throw error;
      }
    }
    const files = await this.#files();
    const scattered = await this.#scattered(files, wholes);
    for (const path of scattered) await this.#gather(path); // the same bytes: what is known of the files stays true
    const after = files.filter(({ path }) => wholes.has(path));
    return {
      before,
      after: after.length,
      bytes: after.reduce((sum, { length }) => sum + length, 0),
      finished: scattered.filter((path) => !wholes.has(path)).length,
    };
  }

  /** The data files that are there now. */
  async #files(): Promise<FolderFile[]> {
    const { hdfs, folder } = this.#options;
    return (await hdfs.list(folder)).map(dataFile).filter((file) => file !== undefined);
  }

  /** What is to be joined next: first what a compaction that was killed has begun, so that no two names claim the same offsets. */
  async #runs(): Promise<(readonly FolderFile[])[]> {
    const { choose, limits } = this.#options;
    const files = new Set(await this.#files());
    const begun: FolderFile[][] = [];
    for (const whole of files) {
      const parts = [...files].filter((file) => file !== whole && contains(whole, file));
      if (parts.length === 0) continue;
      if (await this.#isRowless(whole)) begun.push(parts.sort((a, b) => (a.first < b.first ? -1 : 1)));
      else await this.#forget(parts, files);
    }
    if (begun.length > 0) return begun;
    const runs = chainsOf([...files]).flatMap((chain) => choose(chain, limits));
    return (await Promise.all(runs.map((run) => this.#alike(run)))).flat();
  }

  /** Removes files of no bytes, which `concat` does not take, and which are in a whole by now. */
  async #forget(parts: readonly FolderFile[], files: Set<FolderFile>): Promise<void> {
    for (const part of parts) {
      if (part.length > 0) continue;
      await this.#options.hdfs.remove(part.path);
      files.delete(part);
    }
  }

  /** Neighbours of one kind; those of another have columns of their own, and stay. */
  async #alike(run: readonly FolderFile[]): Promise<FolderFile[][]> {
    const groups: { kind: string; files: FolderFile[] }[] = [];
    for (const file of run) {
      const kind = isParquet(file) ? kindOf(await this.#footer(file)) : "ndjson";
      if (groups.at(-1)?.kind === kind) groups.at(-1)?.files.push(file);
      else groups.push({ kind, files: [file] });
    }
    return groups.map(({ files }) => files).filter(({ length }) => length > 1);
  }

  /** Makes a run of neighbours one file. @returns its path */
  async #join(run: readonly FolderFile[]): Promise<string> {
    const { hdfs, folder, onStep } = this.#options;
    const [oldest, newest] = [run[0] as FolderFile, run.at(-1) as FolderFile];
    const footers = isParquet(oldest) ? await Promise.all(run.map((file) => this.#footer(file))) : [];
    const whole = `${folder}/${oldest.nameOf({ ...oldest, last: newest.last })}`;
    const start = await this.#name(whole, footers[0]);
    await onStep?.("named", whole);
    const sources = run.filter(({ length }) => length > 0).map(({ path }) => path);
    if (footers.length > 0) {
      const footer = `${folder}/_${randomUUID()}${FOOTER}`;
      await this.#lock.put(jointFooter(footers as [Footer, ...Footer[]], start), footer);
      await onStep?.("footer-written", whole);
      sources.push(footer);
    }
    if (sources.length > 0) await hdfs.concat(whole, sources);
    await onStep?.("joined", whole);
    for (const { path, length } of run) {
      this.#footers.delete(path);
      if (length === 0) await hdfs.remove(path);
    }
    return whole;
  }

  /**
   * Gives the name of the whole range to a file without rows, unless one that was killed has done that.
   *
   * @param footer of a file whose columns it has; undefined of a file that has no footer
   * @returns its bytes
   * @throws OFFSETS_OVERLAP when a file with rows has that name: they would be there twice
   */
  async #name(path: string, footer: Footer | undefined): Promise<number> {
    const bytes = footer === undefined ? new Uint8Array() : rowless(footer);
    const there = await this.#options.hdfs.stat(path);
    if (there === undefined) await this.#lock.put(bytes, path);
    else if (there.length !== bytes.length)
      throw new StreambookError(
        "OFFSETS_OVERLAP",
        `${path} has rows, and its parts are there too, whose offsets it claims; look at them, and remove what should not be there`,
      );
    return bytes.length;
  }

  async #footer({ path, length }: DataFileStatus): Promise<Footer> {
    const { hdfs } = this.#options;
    const known = this.#footers.get(path);
    if (known?.length === length) return known;
    const footer = await readFooter(path, length, (offset, size) => hdfs.read(path, { offset, length: size }));
    this.#footers.set(path, footer);
    return footer;
  }

  async #isRowless(file: DataFileStatus): Promise<boolean> {
    return isParquet(file) ? rowsOf(await this.#footer(file)) === 0n : file.length === 0;
  }

  /** The files that have more blocks than they need: those that were joined, now or by one that was killed then. */
  async #scattered(files: readonly FolderFile[], wholes: ReadonlySet<string>): Promise<string[]> {
    const { hdfs, limits, thorough = true } = this.#options;
    const scattered: string[] = [];
    for (const { path, length } of files)
      if (thorough || wholes.has(path))
        if ((await hdfs.blocks(path)) > Math.max(1, Math.ceil(length / limits.target))) scattered.push(path);
    return scattered;
  }

  /** Puts a copy of the same bytes, in as few blocks as can be, in the place of a file. */
  async #gather(path: string): Promise<void> {
    const { hdfs, onStep } = this.#options;
    await this.#lock.put(hdfs.readStream(path), path, { replace: true });
    await onStep?.("copied", path);
  }
}

/** A data file, by what its name says; undefined for any other file. */
export function dataFile({ type, path, name, length }: FileStatus): FolderFile | undefined {
  if (type !== "file") return undefined;
  const table = parseFileName(name);
  if (table !== undefined) return { ...table, path, length, nameOf: fileName };
  const raw = parseRawFileName(name);
  return raw === undefined ? undefined : { ...raw, path, length, nameOf: rawFileName };
}

function isParquet({ format = "parquet" }: DataFileStatus): boolean {
  return format === "parquet";
}
