/** The job of the case: a stream that keeps raw events, and a batch that makes hours of them clean, once or again and again. */
import { isRetriable } from "../../../errors/index.ts";
import { ingest, type IngestReport } from "../../../ingest/index.ts";
import type { Logger } from "../../../log/index.ts";
import type { Addresses } from "../../../stack/index.ts";
import { inRounds, sideBySide } from "../../rounds.ts";
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
  await sideBySide(options.signal, (signal) => [
    keepRaw({ ...options, signal, once: false }),
    inRounds(
      async () => {
        const report = await cleanHours({ ...options, signal }); // not within the call: nobody may want to hear of it
        onBatch?.(report);
      },
      {
        every,
        name: "batch",
        mayPass: (error) => isRetriable(error) || isOfEngine(error),
        logger: options.logger,
        signal,
      },
    ),
  ]);
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
