/**
 * Files on HDFS, over WebHDFS, with the checks that make a write safe: what one can do with them. The calls themselves are in
 * `webhdfs.ts`, the ways of the bytes in `write.ts` and `read.ts`.
 */
import { anySignal } from "../async/index.ts";
import { isStreambookError, StreambookError } from "../errors/index.ts";
import type { Connections } from "./connections.ts";
import { checkPath, joinPath, parentOf } from "./path.ts";
import { readRange } from "./read.ts";
import type { Body } from "./rest.ts";
import { notDone, statusOf, strange, WebHdfs, type FileStatus, type HdfsOptions, type RawStatus } from "./webhdfs.ts";
import { concatFiles, moveFile, removePath, writeFile } from "./write.ts";

/** Options of {@link Hdfs.write}. */
export interface WriteOptions {
  /** Whether a file of that name is replaced (at once: readers see the old or the new one). @default false */
  readonly overwrite?: boolean;
}

/** Options of {@link Hdfs.readStream}. */
export interface ReadOptions {
  /** First byte. @default 0 */
  readonly offset?: number;
  /** Number of bytes. @default to the end of the file */
  readonly length?: number;
}

/**
 * A client of HDFS. Paths are absolute; failures that may pass (a NameNode that starts, a connection that breaks) are tried
 * again; idle connections are kept, and do not keep the process alive. A client belongs to the HDFS that answered it first:
 * when another one's NameNode answers at its address, its calls end with WRONG_CLUSTER.
 *
 * @example
 * ```ts
 * import { Hdfs } from "streambook/hdfs";
 * import { addresses } from "streambook/stack";
 * const hdfs = new Hdfs({ address: (await addresses()).webhdfs });
 * await hdfs.write("/tmp/hello.txt", Buffer.from("hello"), { overwrite: true });
 * console.assert((await hdfs.read("/tmp/hello.txt")).toString() === "hello");
 * await hdfs.remove("/tmp/hello.txt");
 * ```
 */
export class Hdfs {
  readonly address: string;
  readonly user: string;
  readonly #web: WebHdfs;

  /**
   * @param connections to share with another client
   * @throws USAGE when the address is not `http://host:port`
   */
  constructor(options: HdfsOptions, connections?: Connections) {
    this.#web = new WebHdfs(options, connections);
    this.address = this.#web.address;
    this.user = this.#web.user;
  }

  /** The same client, whose calls end when `signal` aborts. */
  withSignal(signal: AbortSignal): Hdfs {
    const { options, connections } = this.#web;
    return new Hdfs({ ...options, signal: anySignal(options.signal, signal) }, connections);
  }

  /** Makes a folder, and those above it; one that already exists is fine. */
  async mkdirs(path: string): Promise<void> {
    const what = `make the folder ${path}`;
    if (!(await this.#web.decide({ method: "PUT", path, operation: "MKDIRS", what })))
      throw notDone(`did not ${what}`, "a file may stand in the way");
  }

  /**
   * Writes a file: all of it or nothing.
   *
   * The bytes go to a hidden name in the same folder (`.….uploading`, which Hive and MapReduce skip), because a DataNode
   * keeps what it has when a connection breaks and calls it a file. When the length there is right, it gets its name.
   *
   * @param data the bytes; an async iterable is read once, so its failures in the middle are not tried again
   * @returns the length, as HDFS knows it
   * @throws HDFS_REFUSED when a file of that name is there and `overwrite` is not set
   */
  async write(path: string, data: Body, options: WriteOptions = {}): Promise<number> {
    const { overwrite = false } = options;
    const target = checkPath(path);
    if (!overwrite && (await this.stat(target)) !== undefined) {
      throw notDone(`did not write ${target}: it already exists`, "choose another path, or ask to overwrite");
    }
    return writeFile(this.#web, target, data, overwrite);
  }

  /**
   * Renames a file or folder. Nothing is ever overwritten, and a folder at `to` is not entered.
   *
   * @throws HDFS_REFUSED when it was not done, with the reason
   */
  async rename(from: string, to: string): Promise<void> {
    await moveFile(this.#web, checkPath(from), checkPath(to), { overwrite: false });
  }

  /**
   * Renames a file that an earlier try may have renamed already. A refusal is resolved by looking: a file of the same length
   * at `to`, or of any length when `from` is gone, means that it was done before. `from` is left where it is then.
   *
   * @throws HDFS_REFUSED when what stands at `to` is something else
   */
  async renameOnce(from: string, to: string): Promise<"renamed" | "already-there"> {
    try {
      await this.rename(from, to);
      return "renamed";
    } catch (error) {
      if (!isStreambookError(error, "HDFS_REFUSED")) throw error;
      const [source, target] = await Promise.all([this.stat(from), this.stat(to)]);
      if (target?.type === "file" && (source === undefined || source.length === target.length)) return "already-there";
      if (target === undefined || source === undefined) throw error;
      throw notDone(
        `did not rename ${from} to ${to}: a ${target.type} of ${target.length} bytes is there, and the source has ${source.length}`,
        "look at both, and remove the wrong one",
        error,
      );
    }
  }

  /**
   * Gives a file the name of another one, whose place it takes: at once, readers see the one or the other.
   *
   * @throws HDFS_REFUSED when it was not done, with the reason
   */
  async replace(from: string, to: string): Promise<void> {
    await moveFile(this.#web, checkPath(from), checkPath(to), { overwrite: true });
  }

  /**
   * Makes several files one, in one step of the NameNode: the bytes of `sources` stand behind those of `target` then, and the sources
   * are gone. No byte is moved. Who lists the folder sees all of that, or nothing of it.
   *
   * @param target a file; it may be empty
   * @param sources files of the same folder, none of them empty; the NameNode takes about 64 KB of paths at once
   * @throws NOT_FOUND when the target or a source is not there; HDFS_REFUSED for what cannot be joined. Nothing was done then.
   */
  async concat(target: string, sources: readonly string[]): Promise<void> {
    const path = checkPath(target);
    const lengths = new Map((await this.list(parentOf(path))).map((file) => [file.path, file.length]));
    const length = [path, ...sources].reduce((sum, each) => sum + (lengths.get(each) ?? 0), 0);
    await concatFiles(this.#web, path, sources.map(checkPath), length);
  }

  /** The number of blocks that a file is kept in; a reader may open it once for each. @throws NOT_FOUND when nothing is there */
  async blocks(path: string): Promise<number> {
    const file = checkPath(path);
    const what = `look where the blocks of ${file} are`;
    const answer = await this.#web.call({ method: "GET", path: file, operation: "GETFILEBLOCKLOCATIONS", what });
    const blocks = (answer as { BlockLocations?: { BlockLocation?: unknown } }).BlockLocations?.BlockLocation;
    if (blocks === undefined) return 0;
    return Array.isArray(blocks) ? blocks.length : 1;
  }

  /**
   * What is in a folder, by name; of a file, the file itself.
   *
   * @throws NOT_FOUND when nothing is there
   */
  async list(path: string): Promise<FileStatus[]> {
    const folder = checkPath(path);
    const what = `list ${folder}`;
    const answer = await this.#web.call({ method: "GET", path: folder, operation: "LISTSTATUS", what });
    const statuses = (answer as { FileStatuses?: { FileStatus?: RawStatus[] } }).FileStatuses?.FileStatus;
    if (statuses === undefined) throw strange(what, answer);
    return statuses
      .map((raw) => statusOf(raw, raw.pathSuffix === "" ? folder : joinPath(folder, raw.pathSuffix)))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * The files under a folder, at any depth, folder by folder. A folder that vanishes meanwhile (Hive has such) is passed over.
   *
   * @throws NOT_FOUND when nothing is at `path`
   */
  async *walk(path: string): AsyncGenerator<FileStatus, void, undefined> {
    for (const status of await this.list(path)) {
      if (status.type === "file") yield status;
      else yield* this.#walkIfThere(status.path);
    }
  }

  async *#walkIfThere(path: string): AsyncGenerator<FileStatus, void, undefined> {
    try {
      yield* this.walk(path);
    } catch (error) {
      if (!isStreambookError(error, "NOT_FOUND") || (await this.exists(path))) throw error;
    }
  }

  /** What HDFS knows of a path; undefined when nothing is there. */
  async stat(path: string): Promise<FileStatus | undefined> {
    return this.#web.stat(checkPath(path));
  }

  /** Whether a file or folder is there. */
  async exists(path: string): Promise<boolean> {
    return (await this.stat(path)) !== undefined;
  }

  /** The bytes of a file. */
  async read(path: string, options: ReadOptions = {}): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of this.readStream(path, options)) parts.push(part);
    return Buffer.concat(parts);
  }

  /**
   * The bytes of a file as they come. A connection that breaks is taken up where it broke, and the length is checked, so
   * that a file is never short without an error.
   *
   * @throws NOT_FOUND when nothing is there; HDFS_REFUSED when it is a folder
   */
  async *readStream(path: string, options: ReadOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const plain = checkPath(path);
    const status = await this.stat(plain);
    if (status === undefined)
      throw new StreambookError("NOT_FOUND", `no file ${plain} on HDFS at ${this.address}; check the path`);
    if (status.type === "folder") throw notDone(`cannot read ${plain}: it is a folder`, "give the path of a file");
    const from = Math.min(options.offset ?? 0, status.length);
    yield* readRange(this.#web, plain, from, Math.min(status.length, from + (options.length ?? Infinity)));
  }

  /**
   * Removes a file, or with `recursive` a folder and all that is in it.
   *
   * @returns false when nothing was there
   * @throws HDFS_REFUSED for a folder that is not empty, without `recursive`
   */
  async remove(path: string, options: { readonly recursive?: boolean } = {}): Promise<boolean> {
    const plain = checkPath(path);
    if (plain === "/") throw new StreambookError("USAGE", "will not remove /, the root of HDFS; name a folder in it");
    return removePath(this.#web, plain, options.recursive ?? false);
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#web.connections.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
