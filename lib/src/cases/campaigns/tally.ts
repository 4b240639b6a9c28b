/**
 * What the report's stream has left out, by what Spark says of each batch: views that came behind the watermark, and views that were there
 * already. Kept on HDFS beside the checkpoint, so that it goes on after a restart.
 */
import { isStreambookError } from "../../errors/index.ts";
import type { Hdfs } from "../../hdfs/index.ts";
import type { StreamProgress } from "../../spark/index.ts";

/** The sums so far. */
export interface Tally {
  /** The last batch that is in them; -1 when there is none. */
  readonly batch: number;
  /** Views that came behind the watermark. */
  readonly late: number;
  /** Views that were there already. */
  readonly doubled: number;
  /** Batches that ended while nobody followed the stream: what they left out is not in the sums. */
  readonly unseen: number;
  /** The watermark: windows that end before it are closed. Milliseconds since 1970; undefined before the first batch. */
  readonly watermark?: number;
  /** The newest event time that was seen, likewise. */
  readonly newest?: number;
}

const NOTHING: Tally = { batch: -1, late: 0, doubled: 0, unseen: 0 };

/** The sums with one more batch; the same when it is in them already: a query that starts again reports its last batches once more. */
export function addBatch(tally: Tally, { batchId, stateOperators, eventTime }: StreamProgress): Tally {
  if (batchId <= tally.batch) return tally;
  const sum = (of: (operator: (typeof stateOperators)[number]) => number | undefined): number =>
    stateOperators.reduce((total, operator) => total + (of(operator) ?? 0), 0);
  const watermark = later(tally.watermark, eventTime?.["watermark"]);
  const newest = later(tally.newest, eventTime?.["max"]);
  return {
    batch: batchId,
    late: tally.late + sum(({ numRowsDroppedByWatermark }) => numRowsDroppedByWatermark),
    doubled: tally.doubled + sum(({ customMetrics }) => customMetrics["numDroppedDuplicateRows"]),
    unseen: tally.unseen + (batchId - tally.batch - 1),
    ...(watermark !== undefined && { watermark }),
    ...(newest !== undefined && { newest }),
  };
}

function later(before: number | undefined, text: string | undefined): number | undefined {
  const time = text === undefined ? 0 : Date.parse(text);
  return time <= 0 ? before : Math.max(before ?? 0, time); // the watermark is 1970 as long as nothing was seen
}

/** The sums of a stream. */
export async function readTally(hdfs: Hdfs, folder: string): Promise<Tally> {
  try {
    return JSON.parse((await hdfs.read(fileIn(folder))).toString("utf8")) as Tally;
  } catch (error) {
    if (isStreambookError(error, "NOT_FOUND")) return NOTHING;
    throw error;
  }
}

/** Keeps the sums. */
export async function writeTally(hdfs: Hdfs, folder: string, tally: Tally): Promise<void> {
  await hdfs.write(fileIn(folder), Buffer.from(JSON.stringify(tally)), { overwrite: true });
}

function fileIn(folder: string): string {
  return `${folder}/tally.json`;
}
