/** The files of raw events: which there are, hour by hour. */
import type { Hdfs } from "../../../hdfs/index.ts";
import { type ClicksNames, rawFolder, rawLayout } from "../names.ts";

/** A file of events of one hour, of one partition. */
export interface RawFile {
  /** From the root of HDFS. */
  readonly path: string;
  readonly topic: string;
  readonly partition: number;
  /** UTC: `2026-10-24T15`. */
  readonly hour: string;
  readonly bytes: number;
  /** When it became visible, or a little before: milliseconds since 1970. */
  readonly modified: number;
}

/**
 * All files of raw events. Those that are still being written stand elsewhere, and those without a row are left out: they say which
 * offsets hold nothing but dead letters, and stand in the hour in which they were written.
 */
export async function rawFiles(hdfs: Hdfs, names: ClicksNames): Promise<RawFile[]> {
  const files: RawFile[] = [];
  for (const { topic } of names.topics) {
    const folder = `${rawFolder(names)}/${rawLayout.topicFolder(topic)}`;
    if (!(await hdfs.exists(folder))) continue;
    for await (const { path, type, length, modified } of hdfs.walk(folder)) {
      const range = type === "file" && length > 0 ? rawLayout.parse(path.slice(folder.length + 1)) : undefined;
      if (range?.period === undefined || range.topic !== topic) continue;
      const { partition, period: hour } = range;
      files.push({ path, topic, partition, hour, bytes: length, modified: modified.getTime() });
    }
  }
  return files;
}

/** Files by hour, the earliest first. */
export function byHour(files: readonly RawFile[]): ReadonlyMap<string, readonly RawFile[]> {
  const hours = Map.groupBy(files, ({ hour }) => hour);
  return new Map([...hours].sort(([a], [b]) => (a < b ? -1 : 1)));
}
