/**
 * One compaction of a folder at a time. The lock is a folder, `_compacting`, which only one can make, because a rename puts no folder where
 * there is one. What its owner is about to put among the data files is written into it first, and moved from there: when the lock was
 * taken over meanwhile, from an owner that seemed dead, its folder is gone, and nothing is moved. Nobody has to trust a clock.
 */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { isStreambookError, StreambookError } from "../../errors/index.ts";
import { Hdfs } from "../../hdfs/index.ts";

const NAME = "_compacting";
const OWNER = "owner.json";
/** An owner that has put nothing into its lock for so long is taken for dead. */
const DEAD_AFTER = 10 * 60_000;

/** A lock that is held. */
export class FolderLock implements AsyncDisposable {
  readonly #hdfs: Hdfs;
  readonly #root: string;
  readonly #id: string;

  private constructor(hdfs: Hdfs, root: string, id: string) {
    this.#hdfs = hdfs;
    this.#root = root;
    this.#id = id;
  }

  /**
   * Takes the lock of a folder.
   *
   * @throws RUN_UNDER_WAY when another one has it
   */
  static async take(hdfs: Hdfs, root: string): Promise<FolderLock> {
    const id = randomUUID();
    const own = `${root}/${NAME}.${id}`;
    const owner = { id, host: hostname(), pid: process.pid };
    await hdfs.write(`${own}/${OWNER}`, Buffer.from(JSON.stringify(owner)));
    try {
      if (await moved(hdfs, own, `${root}/${NAME}`)) return new FolderLock(hdfs, root, id);
      await this.#removeIfDead(hdfs, root, own);
      if (await moved(hdfs, own, `${root}/${NAME}`)) return new FolderLock(hdfs, root, id);
      const other = await hdfs.read(`${root}/${NAME}/${OWNER}`).catch(() => undefined);
      throw new StreambookError(
        "RUN_UNDER_WAY",
        `${root} is being compacted by another process (${other === undefined ? "unknown" : other.toString("utf8")}); wait until it has ended, or, if it is dead, for ${DEAD_AFTER / 60_000} minutes`,
      );
    } catch (error) {
      await hdfs.remove(own, { recursive: true }).catch(() => undefined);
      throw error;
    }
  }

  /** Removes a lock whose owner seems dead. Both times are the NameNode's. */
  static async #removeIfDead(hdfs: Hdfs, root: string, own: string): Promise<void> {
    const [lock, now] = await Promise.all([hdfs.stat(`${root}/${NAME}`), hdfs.stat(own)]);
    if (lock === undefined || now === undefined) return;
    if (now.modified.getTime() - lock.modified.getTime() < DEAD_AFTER) return;
    const grave = `${root}/${NAME}.${randomUUID()}`;
    if (await moved(hdfs, `${root}/${NAME}`, grave)) await hdfs.remove(grave, { recursive: true });
  }

  /**
   * Writes a file and puts it where it belongs, if the lock is still this one's.
   *
   * @param options.replace whether it takes the place of a file that is there
   * @throws RUN_UNDER_WAY when another one has the lock by now: nothing was put there
   */
  async put(
    data: Uint8Array | AsyncIterable<Uint8Array>,
    to: string,
    { replace = false }: { readonly replace?: boolean } = {},
  ): Promise<void> {
    const path = `${this.#root}/${NAME}/${randomUUID()}`;
    await this.#hdfs.write(path, data);
    await this.#demandOwn(); // what was written into the lock of another one is not moved
    try {
      await (replace ? this.#hdfs.replace(path, to) : this.#hdfs.rename(path, to));
    } catch (error) {
      await this.#demandOwn();
      throw error;
    }
  }

  /** @throws RUN_UNDER_WAY */
  async #demandOwn(): Promise<void> {
    if (await this.#isOwn(this.#hdfs)) return;
    throw new StreambookError(
      "RUN_UNDER_WAY",
      `the compaction of ${this.#root} has done nothing for ${DEAD_AFTER / 60_000} minutes, and another process has taken its place; nothing is lost or doubled`,
    );
  }

  async #isOwn(hdfs: Hdfs): Promise<boolean> {
    try {
      const owner = JSON.parse((await hdfs.read(`${this.#root}/${NAME}/${OWNER}`)).toString("utf8")) as {
        id?: unknown;
      };
      return owner.id === this.#id;
    } catch (error) {
      if (isStreambookError(error, "NOT_FOUND")) return false;
      throw error;
    }
  }

  /** Gives the lock back, also after an interruption; when HDFS is gone, it stays, and is taken for dead in time. */
  async [Symbol.asyncDispose](): Promise<void> {
    const signal = AbortSignal.timeout(10_000);
    await using hdfs = new Hdfs({ address: this.#hdfs.address, user: this.#hdfs.user, signal, retry: { attempts: 2 } });
    try {
      if (await this.#isOwn(hdfs)) await hdfs.remove(`${this.#root}/${NAME}`, { recursive: true });
    } catch {
      // the next one takes it over
    }
  }
}

/** Renames a folder. @returns whether it was done: nothing was there */
async function moved(hdfs: Hdfs, from: string, to: string): Promise<boolean> {
  try {
    await hdfs.rename(from, to);
    return true;
  } catch (error) {
    if (isStreambookError(error, "HDFS_REFUSED")) return false;
    throw error;
  }
}
