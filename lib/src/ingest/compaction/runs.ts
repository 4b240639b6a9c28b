/** Which data files become one: neighbours, whose ranges of offsets are one range. */
import type { OffsetRange } from "../files/file-names.ts";

/** A data file of a folder. */
export interface DataFileStatus extends OffsetRange {
  readonly path: string;
  /** Bytes. */
  readonly length: number;
}

/** How large files become. */
export interface RunLimits {
  /** Bytes that a file has at most after it was joined: a block of HDFS. */
  readonly target: number;
  /** Files that are joined at once at most. */
  readonly most: number;
}

/** Files in the order of their offsets, as long as each begins where the one before it ends. Topics and partitions stand apart. */
export function chainsOf<File extends DataFileStatus>(files: readonly File[]): File[][] {
  const place = ({ topic, format = "parquet", partition }: File): string => `${topic} ${format} ${partition}`;
  const chains: File[][] = [];
  for (const group of Map.groupBy(files, place).values()) {
    group.sort((a, b) => (a.first < b.first ? -1 : 1));
    let before: File | undefined;
    for (const file of group) {
      if (before?.last === file.first - 1n) chains.at(-1)?.push(file);
      else chains.push([file]);
      before = file;
    }
  }
  return chains;
}

/** All that can be joined of a chain, from its oldest file on. */
export function allRuns<File extends DataFileStatus>(chain: readonly File[], { target, most }: RunLimits): File[][] {
  const runs: File[][] = [[]];
  let bytes = 0;
  for (const file of chain) {
    const run = runs.at(-1) as File[];
    if (run.length > 0 && (bytes + file.length > target || run.length === most)) {
      runs.push([file]);
      bytes = file.length;
      continue;
    }
    run.push(file);
    bytes += file.length;
  }
  return runs.filter(({ length }) => length > 1);
}

/** Part of the target that is small in any company. */
const SMALL = 1 / 64;

/**
 * The newest files of a chain, if there are enough of them. An older one that is not small is joined with them when all that are newer have
 * as many bytes as it has: so each byte is in few joins, about the logarithm of the number of files, however long the stream.
 *
 * @param atLeast files, fewer are left as they are
 */
export function newestRun<File extends DataFileStatus>(
  chain: readonly File[],
  atLeast: number,
  { target, most }: RunLimits,
): File[] {
  const run: File[] = [];
  let bytes = 0;
  for (const file of chain.toReversed()) {
    const large = run.length > 0 && file.length > Math.max(bytes, target * SMALL);
    if (large || run.length === most || bytes + file.length > target) break;
    run.unshift(file);
    bytes += file.length;
  }
  return run.length >= atLeast ? run : [];
}
