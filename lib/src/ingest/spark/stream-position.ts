/** How far a stream on Spark has come, for those who do not run it: read from what it keeps on HDFS. */
import { isStreambookError, StreambookError } from "../../errors/index.ts";
import type { Hdfs } from "../../hdfs/index.ts";
import { isUnreadable } from "./stream-folder.ts";
import { SinkLog } from "./sink-log.ts";

/**
 * The offsets after the last batch that a stream has committed, by partition of its topic; empty before the first batch.
 *
 * @param folder of what the stream keeps
 * @throws HDFS_FAILED for a checkpoint of a form that is not known
 */
export async function committedOffsets(hdfs: Hdfs, folder: string): Promise<ReadonlyMap<number, bigint>> {
  const commits = await orNone(() => hdfs.list(`${folder}/checkpoint/commits`));
  const batches = commits.flatMap(({ name }) => (/^\d+$/.test(name) ? [Number(name)] : []));
  if (batches.length === 0) return new Map();
  const file = `${folder}/checkpoint/offsets/${Math.max(...batches)}`;
  const [version, , ...sources] = (await hdfs.read(file)).toString("utf8").trimEnd().split("\n");
  if (version !== "v1" || sources.length !== 1)
    throw new StreambookError("HDFS_FAILED", `the offsets ${file} of a stream of Spark have a form that is not known`, {
      retriable: false,
    });
  const [partitions = {}] = Object.values(JSON.parse(sources[0] as string) as Record<string, Record<string, number>>);
  return new Map(Object.entries(partitions).map(([partition, offset]) => [Number(partition), BigInt(offset)]));
}

/**
 * The folders of partitions whose rows a stream has committed, `event_date=2026-01-31`, and those among them whose files are not all in the
 * table yet.
 *
 * @param folder of what the stream keeps
 */
export async function committedPartitions(
  hdfs: Hdfs,
  folder: string,
): Promise<{ readonly committed: ReadonlySet<string>; readonly waiting: ReadonlySet<string> }> {
  const rows = `${folder}/rows`;
  const files = (await new SinkLog(hdfs, rows).next()).filter((file) => !isUnreadable(file));
  const there = new Set(await orNone(() => pathsIn(hdfs, rows)));
  const foldersOf = (some: readonly string[]): Set<string> =>
    new Set(some.map((file) => file.slice(0, file.lastIndexOf("/"))));
  return { committed: foldersOf(files), waiting: foldersOf(files.filter((file) => there.has(`${rows}/${file}`))) };
}

async function pathsIn(hdfs: Hdfs, folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of hdfs.walk(folder)) paths.push(path);
  return paths;
}

/** What is not there has nothing in it. */
async function orNone<T>(list: () => Promise<T[]>): Promise<T[]> {
  try {
    return await list();
  } catch (error) {
    if (isStreambookError(error, "NOT_FOUND")) return [];
    throw error;
  }
}
