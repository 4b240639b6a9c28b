/** Files on HDFS: written beside the others, and made visible by a rename. */
import { isStreambookError } from "../../errors/index.ts";
import type { Hdfs } from "../../hdfs/index.ts";
import { readFooter, rowsOf } from "../compaction/parquet-joint.ts";
import type { DataStore, StagedFile, StoredFile } from "./data-store.ts";

/** A {@link DataStore} on HDFS. */
export class HdfsStore implements DataStore {
  readonly title = "HDFS";
  readonly #hdfs: Hdfs;

  /** @param hdfs not closed with the store */
  constructor(hdfs: Hdfs) {
    this.#hdfs = hdfs;
  }

  async makeFolder(folder: string): Promise<void> {
    await this.#hdfs.mkdirs(folder);
  }

  async *walk(folder: string): AsyncGenerator<StoredFile> {
    for await (const file of this.#hdfs.walk(folder)) if (file.type === "file") yield file;
  }

  async list(folder: string): Promise<readonly StoredFile[]> {
    return (await this.#hdfs.list(folder)).filter(({ type }) => type === "file");
  }

  async read(path: string): Promise<string | undefined> {
    try {
      return (await this.#hdfs.read(path)).toString("utf8");
    } catch (error) {
      if (isStreambookError(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  }

  async isRowless(path: string): Promise<boolean> {
    const file = await this.#hdfs.stat(path);
    if (file === undefined) return true; // it has been joined meanwhile
    if (file.length === 0 || !path.endsWith(".parquet")) return file.length === 0;
    const read = (offset: number, length: number): Promise<Buffer> => this.#hdfs.read(path, { offset, length });
    try {
      return rowsOf(await readFooter(path, file.length, read)) === 0n;
    } catch (error) {
      if (isStreambookError(error, "MESSAGE_INVALID")) return false; // somebody has put it there
      throw error;
    }
  }

  async writeOnce(path: string, text: string): Promise<void> {
    try {
      await this.#hdfs.write(path, Buffer.from(text));
    } catch (error) {
      if (!isStreambookError(error, "HDFS_REFUSED")) throw error; // another one was quicker
    }
  }

  async stage(path: string, bytes: Uint8Array): Promise<StagedFile> {
    await this.#hdfs.write(path, bytes, { overwrite: true }); // which checks its length
    return {
      publish: async (to) => ((await this.#hdfs.renameOnce(path, to)) === "renamed" ? "published" : "already-there"),
    };
  }

  async remove(path: string): Promise<void> {
    await this.#hdfs.remove(path, { recursive: false });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
