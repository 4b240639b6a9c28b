/** The objects of bronze: which offsets each holds is in its name, so a list of the names is all that the next layer needs. */
import { nextOffsets, type OffsetRange } from "../../../ingest/index.ts";
import type { S3 } from "../../../s3/index.ts";
import type { LakeNames } from "../names.ts";
import { bronzeLayout } from "./layout.ts";

/** An object of bronze. */
export interface BronzeObject extends OffsetRange {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  /** The hour of its tweets, UTC: `2026-06-29T13`. */
  readonly period: string;
}

/**
 * All objects of bronze that are a range of messages, as far as none before them is missing. Memory grows with their number.
 *
 * A list is no moment: while one is made, an object may appear where it has passed, and the next one of the partition where it has not; whoever
 * read the second alone would never come back for the first. An object appears after those before it in its partition. So a second list has all
 * that are before any of the first, and what only the second one has is left for later.
 *
 * @throws OFFSETS_OVERLAP when two hold the same offsets; NOT_FOUND without the bucket
 */
export async function bronzeObjects(
  s3: Pick<S3, "bucket">,
  names: Pick<LakeNames, "topic" | "bronze">,
  signal?: AbortSignal,
): Promise<BronzeObject[]> {
  const { next: ends } = nextOffsets(await listObjects(s3, names, signal), ({ key }) => key);
  const objects = await listObjects(s3, names, signal);
  nextOffsets(objects, ({ key }) => key);
  return objects.filter(({ partition, last }) => last < (ends.get(partition) ?? 0n));
}

async function listObjects(
  s3: Pick<S3, "bucket">,
  { topic, bronze }: Pick<LakeNames, "topic" | "bronze">,
  signal: AbortSignal | undefined,
): Promise<BronzeObject[]> {
  const objects: BronzeObject[] = [];
  for await (const { key, size } of s3.bucket(bronze).list({ signal })) {
    const place = bronzeLayout.parse(key);
    if (place?.topic === topic && place.period !== undefined)
      objects.push({ ...place, period: place.period, key, size });
  }
  return objects;
}

/**
 * Objects that have not been read yet, cut into batches: of each partition those that follow, in the order of their offsets, so that after
 * each batch one offset for each partition says what was read.
 *
 * @param next the first offset that was not read, by partition; an object of which a part was read is read again
 * @param limit offsets of a batch; a single object may have more
 */
export function batchesOf(
  objects: readonly BronzeObject[],
  next: ReadonlyMap<number, bigint>,
  limit: number,
): BronzeObject[][] {
  const unread = objects
    .filter(({ partition, last }) => last >= (next.get(partition) ?? 0n))
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : a.partition - b.partition));
  const batches: BronzeObject[][] = [];
  let room = 0;
  for (const object of unread) {
    const offsets = Number(object.last - object.first) + 1;
    if (room < offsets || batches.length === 0) {
      batches.push([]);
      room = limit;
    }
    batches.at(-1)?.push(object);
    room -= offsets;
  }
  return batches;
}
