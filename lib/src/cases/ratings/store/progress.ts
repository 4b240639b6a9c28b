/** How far the partitions of the topic are written, with what was counted on the way: all that a job needs to go on. */
import type { CassandraRow } from "../../../cassandra/index.ts";

/** A partition up to an offset. All of it follows from the messages before that offset, so that it is the same however often they are read. */
export interface Progress {
  readonly partition: number;
  /** The first offset that is not written. */
  readonly next: bigint;
  /** Ratings that were read, second copies among them. */
  readonly ratings: number;
  /** Those that were older than a minute before the newest. */
  readonly late: number;
  readonly malformed: number;
  /** The newest rating, milliseconds since 1970; undefined before the first. */
  readonly newest: number | undefined;
}

/** A partition of which nothing is written. */
export function noProgress(partition: number): Progress {
  return { partition, next: 0n, ratings: 0, late: 0, malformed: 0, newest: undefined };
}

/** As a row of the table `progress`. */
export function progressRow(
  { partition, next, ratings, late, malformed, newest }: Progress,
  { topic, cluster }: { readonly topic: string; readonly cluster: string },
): CassandraRow {
  return {
    ...{ topic, kafka_partition: partition, cluster, next_offset: next, ratings: BigInt(ratings), late: BigInt(late) },
    ...{ malformed: BigInt(malformed), newest: newest === undefined ? null : new Date(newest) },
  };
}

/** Of a row of the table `progress`. */
export function progressOf(row: CassandraRow): Progress {
  const newest = row["newest"];
  return {
    partition: Number(row["kafka_partition"]),
    next: row["next_offset"] as bigint,
    ratings: Number(row["ratings"]),
    late: Number(row["late"]),
    malformed: Number(row["malformed"]),
    newest: newest instanceof Date ? newest.getTime() : undefined,
  };
}
