/** The job of the case: a stream that keeps raw events, and a batch that makes hours of them clean, once or again and again. */
import { delay } from "../../../async/index.ts";
import { isRetriable, messageOf } from "../../../errors/index.ts";
import { ingest, type IngestReport } from "../../../ingest/index.ts";
import type { Logger } from "../../../log/index.ts";
import type { Addresses } from "../../../stack/index.ts";
import { clicksNames, rawTopics } from "../names.ts";
import { type CleanHoursOptions, type CleanHoursReport, cleanHours, isOfEngine } from "./batch.ts";

/** Options of {@link clicksJob}. */
export interface ClicksJobOptions extends Omit<CleanHoursOptions, "addresses" | "hours"> {
  readonly addresses: Addresses;
  /** Seconds from one batch to the next. @default one batch, of what is in the topics now */
  readonly every?: number | undefined;
  readonly logger?: Logger;
  /** How many events have been kept. */
  readonly onKept?: (rows: number) => void;
  /** Called after each batch. */
  readonly onBatch?: (report: CleanHoursReport) => void;
}

/** How soon a batch that has failed is tried again. */
const RETRY_SECONDS = 10;
/** For how long batches may fail one after the other: a service that was killed is back by then. */
const FAILING_SECONDS = 600;

/**
 * Keeps what is in the topics as raw events, exactly once, and runs the batch; with `every` both go on until the signal aborts, side by
 * side. Killed at any moment and started again, it ends with the same files and the same table.
 *
 * @throws as {@link ingest} and {@link cleanHours}
 */
export async function clicksJob(options: ClicksJobOptions): Promise<void> {
  const { every, onBatch } = options;
  if (every === undefined) {
    await keepRaw(options);
    if (options.signal?.aborted === true) return;
    const report = await cleanHours(options);
    onBatch?.(report);
    return;
  }
  const failed = new AbortController();
  const signals = options.signal === undefined ? [failed.signal] : [options.signal, failed.signal];
  const both = { ...options, signal: AbortSignal.any(signals) };
  const halves = [keepRaw({ ...both, once: false }), batches(both, every)];
  // The half that is left must end, too, when the other has failed.
  await Promise.all(
    halves.map((half) =>
      half.catch((error: unknown) => {
        failed.abort(error);
        if (options.signal?.aborted !== true) throw error;
      }),
    ),
  );
}

/** Batches one after the other. One that fails because a service is away is tried again, and so are the next ones for a while. */
async function batches(options: ClicksJobOptions, every: number): Promise<void> {
  const { signal, logger, onBatch } = options;
  for (let failing: number | undefined; ;) {
    try {
      const report = await cleanHours(options); // not within the call: nobody may want to hear of it
      onBatch?.(report);
      failing = undefined;
    } catch (error) {
      if (signal?.aborted === true || !(isRetriable(error) || isOfEngine(error))) throw error;
      failing ??= performance.now();
      if (performance.now() - failing > FAILING_SECONDS * 1000) throw error;
      logger?.warn(`${messageOf(error)}; the next batch does what this one has left`);
    }
    await delay((failing === undefined ? every : Math.min(every, RETRY_SECONDS)) * 1000, signal);
  }
}

/** What {@link keepRaw} needs. */
export interface KeepRawOptions extends Pick<ClicksJobOptions, "addresses" | "names" | "logger" | "signal" | "onKept"> {
  /** Stop at the end of what is in the topics now. @default true */
  readonly once?: boolean;
}

/** Keeps the events of all topics as they came, one consumer for the three. @throws as {@link ingest} */
export async function keepRaw({
  names = clicksNames(),
  once = true,
  onKept,
  ...options
}: KeepRawOptions): Promise<IngestReport> {
  return ingest({
    ...options,
    once,
    topics: await rawTopics(names),
    group: names.group,
    onProgress: ({ rows }) => onKept?.(rows),
  });
}
