/**
 * The files that a stream of Spark has committed to a folder.
 *
 * Spark writes files under their names at once, so that some of them may be half-written, or of a batch that was killed. Which
 * count, it says in a log beside them, `_spark_metadata`: a file for each batch, and at every tenth one of all so far.
 */
import { isStreambookError, StreambookError } from "../../errors/index.ts";
import type { Hdfs } from "../../hdfs/index.ts";

/** The folder of the log, in the folder of the files. */
const LOG = "_spark_metadata";

interface Entry {
  /** Of the file, as a URI. */
  readonly path: string;
  readonly action: "add" | "delete";
}

/** Reads the log of a folder. */
export class SinkLog {
  readonly #hdfs: Hdfs;
  readonly #folder: string;
  readonly #seen = new Set<string>();
  #last = -1;

  /** @param folder the folder of the files */
  constructor(hdfs: Hdfs, folder: string) {
    this.#hdfs = hdfs;
    this.#folder = folder;
  }

  /** Whether the log is there, so that a stream has written to the folder. */
  exists(): Promise<boolean> {
    return this.#hdfs.exists(`${this.#folder}/${LOG}`);
  }

  /** Whether a file, by its path from the folder, was among those that {@link next} has given. */
  has(file: string): boolean {
    return this.#seen.has(file);
  }

  /** Paths, from the folder, of the files that were committed since the last call; the first gives all. */
  async next(): Promise<string[]> {
    const batches = (await this.#list()).filter(({ batch }) => batch > this.#last);
    const whole = batches.findLastIndex(({ isWhole }) => isWhole);
    const found: string[] = [];
    for (const { path } of batches.slice(Math.max(0, whole))) {
      for (const file of await this.#read(path)) {
        if (this.#seen.has(file)) continue;
        this.#seen.add(file);
        found.push(file);
      }
    }
    this.#last = batches.at(-1)?.batch ?? this.#last;
    return found;
  }

  /** The files of the log, oldest batch first. */
  async #list(): Promise<{ readonly path: string; readonly batch: number; readonly isWhole: boolean }[]> {
    const files = await this.#hdfs.list(`${this.#folder}/${LOG}`).catch((error: unknown) => {
      if (isStreambookError(error, "NOT_FOUND")) return [];
      throw error;
    });
    return files
      .flatMap(({ name, path }) => {
        const [, batch, compact] = /^(\d+)(\.compact)?$/.exec(name) ?? [];
        return batch === undefined ? [] : [{ path, batch: Number(batch), isWhole: compact !== undefined }];
      })
      .sort((a, b) => a.batch - b.batch);
  }

  /** @throws HDFS_FAILED for a log of a form that is not known */
  async #read(path: string): Promise<string[]> {
    const [version, ...lines] = (await this.#hdfs.read(path)).toString("utf8").split("\n");
    if (version !== "v1")
      throw new StreambookError(
        "HDFS_FAILED",
        `the log ${path} of a stream of Spark begins with "${version}", not "v1"`,
        {
          retriable: false,
        },
      );
    const entries = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Entry);
    return entries.filter(({ action }) => action === "add").map((entry) => this.#relative(entry.path));
  }

  /** A URI without what stands before the folder: scheme, host and port may be others by now. */
  #relative(uri: string): string {
    const path = decodeURIComponent(new URL(uri).pathname);
    const start = `${this.#folder}/`;
    if (!path.startsWith(start))
      throw new StreambookError("HDFS_FAILED", `the log of ${this.#folder} names ${path}, which is not in it`, {
        retriable: false,
      });
    return path.slice(start.length);
  }
}
