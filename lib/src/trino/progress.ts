/** How far a statement is, as Trino says with every answer. */

/** What Trino says of a statement that runs. */
export interface TrinoProgress {
  /** Trino's name of the statement: `20260131_235959_00001_abcde`. */
  readonly id: string;
  /** `QUEUED`, `PLANNING`, `RUNNING`, `FINISHED`, … */
  readonly state: string;
  /** Percent that is done; undefined before Trino knows. */
  readonly percent: number | undefined;
  /** Pieces of work in all, and those that are done. */
  readonly splits: number;
  readonly completedSplits: number;
  /** Rows and bytes that were read. */
  readonly rows: number;
  readonly bytes: number;
  /** The most memory that it took so far, in bytes. */
  readonly peakMemory: number;
  /** Seconds since it began. */
  readonly seconds: number;
}

/** The figures of an answer. */
export interface Stats {
  readonly state: string;
  readonly progressPercentage?: number;
  readonly totalSplits?: number;
  readonly completedSplits?: number;
  readonly processedRows?: number;
  readonly processedBytes?: number;
  readonly peakMemoryBytes?: number;
  readonly elapsedTimeMillis?: number;
}

export function progressOf(id: string, stats: Stats): TrinoProgress {
  return {
    id,
    state: stats.state,
    percent: stats.progressPercentage,
    splits: stats.totalSplits ?? 0,
    completedSplits: stats.completedSplits ?? 0,
    rows: stats.processedRows ?? 0,
    bytes: stats.processedBytes ?? 0,
    peakMemory: stats.peakMemoryBytes ?? 0,
    seconds: (stats.elapsedTimeMillis ?? 0) / 1000,
  };
}
