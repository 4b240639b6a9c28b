/** Joins all small data files under a folder: of a table, of a topic, or of many. */
import { isStreambookError, StreambookError } from "../../errors/index.ts";
import type { Hdfs } from "../../hdfs/index.ts";
import { topicOfStreamFile } from "../files/file-names.ts";
import { compactFolder, type CompactionStep, dataFile, type FolderCompacted } from "./folder.ts";
import { allRuns } from "./runs.ts";

/** Options of {@link compact}. */
export interface CompactOptions {
  readonly hdfs: Hdfs;
  /** A folder on HDFS that `ingest` or `consume` writes to, or one above it. */
  readonly folder: string;
  /** Bytes that a file has at most after it was joined. @default 128 MiB, a block of HDFS */
  readonly target?: number | undefined;
  /** Called after each folder. */
  readonly onProgress?: ((folder: string, done: FolderCompacted) => void) | undefined;
  /** Called after each step; the tests of exactly-once kill the process here. */
  readonly onStep?: ((step: CompactionStep, path: string) => void | Promise<void>) | undefined;
}

/** What was joined. */
export interface Compacted extends FolderCompacted {
  /** Data files that are there now, joined or not. */
  readonly files: number;
  readonly seconds: number;
}

/** How large files become, and how many are joined at once: more paths the NameNode does not take in one request. */
export const compactionLimits = { target: 128 << 20, most: 150 } as const;

/**
 * Joins the data files under a folder, each date or hour and each partition of a topic for itself, while consumers may write more and
 * queries may read. No row is ever there twice or missing; the places in Kafka that the files' names claim stay the same.
 *
 * @throws NOT_FOUND when there is no such folder; USAGE for files that a stream on Spark has written, which only its own log may name;
 * RUN_UNDER_WAY when another compaction is at it; OFFSETS_OVERLAP when two files have the same offsets
 *
 * @example
 * ```ts
 * import { Hdfs } from "streambook/hdfs";
 * import { compact } from "streambook/ingest";
 * import { addresses } from "streambook/stack";
 * const hdfs = new Hdfs({ address: (await addresses()).webhdfs });
 * await hdfs.write("/tmp/small/t+0+0000000000000000000+0000000000000000000.ndjson", Buffer.from("{}\n"), { overwrite: true });
 * await hdfs.write("/tmp/small/t+0+0000000000000000001+0000000000000000001.ndjson", Buffer.from("{}\n"), { overwrite: true });
 * const { before, after } = await compact({ hdfs, folder: "/tmp/small" });
 * console.assert(before === 2 && after === 1);
 * await hdfs.remove("/tmp/small", { recursive: true });
 * ```
 */
export async function compact(options: CompactOptions): Promise<Compacted> {
  const { hdfs, target = compactionLimits.target, onProgress, onStep } = options;
  const begun = performance.now();
  const limits = { ...compactionLimits, target };
  let [before, after, bytes, finished, files] = [0, 0, 0, 0, 0];
  for (const [folder, there] of await foldersUnder(hdfs, options.folder)) {
    const done = await compactFolder({ hdfs, folder, limits, choose: allRuns, onStep });
    before += done.before;
    after += done.after;
    bytes += done.bytes;
    finished += done.finished;
    files += there - done.before + done.after;
    onProgress?.(folder, done);
  }
  return { before, after, bytes, finished, files, seconds: (performance.now() - begun) / 1000 };
}

/** The folders that have data files, and how many each has. */
async function foldersUnder(hdfs: Hdfs, root: string): Promise<Map<string, number>> {
  const folders = new Map<string, number>();
  try {
    for await (const file of hdfs.walk(root)) {
      const { name, path } = file;
      if (topicOfStreamFile(name) !== undefined)
        throw new StreambookError(
          "USAGE",
          `${path} was written by a stream on Spark, whose log names each of its files; they cannot be joined`,
        );
      if (dataFile(file) === undefined) continue;
      const folder = path.slice(0, path.length - name.length - 1);
      folders.set(folder, (folders.get(folder) ?? 0) + 1);
    }
  } catch (error) {
    if (!isStreambookError(error, "NOT_FOUND")) throw error;
    throw new StreambookError("NOT_FOUND", `there is no folder ${root} on HDFS; check its name`, { cause: error });
  }
  return folders;
}
