/** Compaction beside a consumer: whenever enough small files have come into a folder, the newest of them become one. */
import { isStreambookError, messageOf } from "../../errors/index.ts";
import type { Hdfs } from "../../hdfs/index.ts";
import type { Logger } from "../../log/index.ts";
import { compactionLimits } from "./compact.ts";
import { compactFolder, type CompactionStep } from "./folder.ts";
import { type Footer, footerIn } from "./parquet-joint.ts";
import { newestRun } from "./runs.ts";

/** Footers that are kept at most: what others have joined is not missed. */
const FOOTERS = 1000;

/** Options of {@link SteadyCompaction}. */
export interface SteadyCompactionOptions {
  readonly hdfs: Hdfs;
  /** Files of one partition in one folder that are joined. */
  readonly atLeast: number;
  readonly logger: Logger;
  readonly onStep?: ((step: CompactionStep, path: string) => void | Promise<void>) | undefined;
}

/** Joins files in the background, one folder after the other. A failure is reported, and holds nobody up: the next files try again. */
export class SteadyCompaction implements AsyncDisposable {
  readonly #options: SteadyCompactionOptions;
  /** Files that have come since the last compaction, by folder and partition. */
  readonly #added = new Map<string, Map<number, number>>();
  /** Of files that this consumer has written: they need not be read again. */
  readonly #footers = new Map<string, Footer>();
  #underWay: Promise<void> | undefined;
  #ended = false;

  constructor(options: SteadyCompactionOptions) {
    this.#options = options;
  }

  /**
   * Notes that a file has come into a folder.
   *
   * @param path where it is
   * @param bytes what is in it
   */
  added(folder: string, partition: number, path: string, bytes: Uint8Array): void {
    if (this.#footers.size >= FOOTERS) this.#footers.clear();
    if (path.endsWith(".parquet")) this.#footers.set(path, footerIn(path, bytes));
    const counts = this.#added.get(folder) ?? new Map<number, number>();
    this.#added.set(folder, counts.set(partition, (counts.get(partition) ?? 0) + 1));
    this.#underWay ??= this.#work().finally(() => (this.#underWay = undefined));
  }

  async #work(): Promise<void> {
    for (let folder; (folder = this.#due()) !== undefined;) {
      const { hdfs, atLeast, logger, onStep } = this.#options;
      const counts = this.#added.get(folder);
      this.#added.delete(folder);
      try {
        await compactFolder({
          hdfs,
          folder,
          limits: compactionLimits,
          choose: (chain, limits) => [newestRun(chain, atLeast, limits)].filter(({ length }) => length > 0),
          footers: this.#footers,
          thorough: false,
          onStep,
        });
      } catch (error) {
        if (counts !== undefined && isStreambookError(error, "RUN_UNDER_WAY")) this.#later(folder, counts);
        else logger.warn(`the files of ${folder} were not joined (${messageOf(error)}); the next ones are, too`);
        return;
      }
    }
  }

  /** A folder with a partition of which enough has come. */
  #due(): string | undefined {
    if (this.#ended) return undefined;
    for (const [folder, counts] of this.#added)
      if (Math.max(...counts.values()) >= this.#options.atLeast) return folder;
    return undefined;
  }

  /** Another consumer is at this folder: with the next file it is tried again. */
  #later(folder: string, counts: ReadonlyMap<number, number>): void {
    const now = this.#added.get(folder) ?? new Map<number, number>();
    for (const [partition, count] of counts) now.set(partition, (now.get(partition) ?? 0) + count);
    this.#added.set(folder, now);
  }

  /** Waits for the folder that is being compacted. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    await this.#underWay;
  }
}
