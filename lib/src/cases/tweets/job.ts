/**
 * The job of the case: what is in the topic comes into bronze, and a round brings it into silver and gold. With a pause between rounds both go
 * on, side by side.
 */
import { isRetriable, isStreambookError } from "../../errors/index.ts";
import { type Logger, silentLogger } from "../../log/index.ts";
import type { Addresses } from "../../stack/index.ts";
import { inRounds, sideBySide } from "../rounds.ts";
import { ingestBronze } from "./bronze/ingest.ts";
import { type GoldRefresh, refreshGold } from "./gold/refresh.ts";
import { type LakeNames, lakeNames } from "./names.ts";
import { makeViews } from "./serve/views.ts";
import { openLakeEngine, openLakeSql, openLakeStore } from "./services.ts";
import { refreshSilver, type SilverBatch } from "./silver/refresh.ts";

/** What a round has done. */
export interface TweetsRound {
  readonly silver: SilverBatch;
  readonly gold: GoldRefresh;
  readonly seconds: number;
}

/** Options of {@link tweetsJob}. */
export interface TweetsJobOptions {
  readonly addresses: Addresses;
  /** @default those of {@link lakeNames} */
  readonly names?: LakeNames | undefined;
  /** Seconds from one round to the next. @default one round, of what is in the topic now */
  readonly every?: number | undefined;
  readonly logger?: Logger;
  readonly signal?: AbortSignal | undefined;
  /** How many messages have come into bronze since the start. */
  readonly onRows?: (rows: number) => void;
  readonly onRound?: (round: TweetsRound) => void;
}

/** So long messages wait at most for an object of bronze to be full. */
const FLUSH_SECONDS = 10;

/**
 * Runs the job once, or with `every` until the signal aborts. Killed at any moment and started again, it ends with the same tables.
 *
 * @throws as {@link ingestBronze} and {@link tweetsRound}; with `every` not what another try can mend within ten minutes
 */
export async function tweetsJob(options: TweetsJobOptions): Promise<void> {
  const { every, signal, onRows, onRound } = options;
  const bronze = { ...options, onProgress: ({ rows }: { readonly rows: number }) => onRows?.(rows) };
  if (every === undefined) {
    await ingestBronze({ ...bronze, once: true });
    signal?.throwIfAborted();
    const round = await tweetsRound(options); // not within the call: nobody may want to hear of it
    onRound?.(round);
    return;
  }
  await sideBySide(signal, (either) => [
    ingestBronze({ ...bronze, once: false, flushSeconds: Math.min(every, FLUSH_SECONDS), signal: either }),
    inRounds(
      async () => {
        const round = await tweetsRound({ ...options, signal: either });
        onRound?.(round);
      },
      { every, name: "round", mayPass, logger: options.logger, signal: either },
    ),
  ]);
}

/** Whether another try may do: Spark and Trino also fail so when a service behind them is away, and a bucket may not be made yet. */
function mayPass(error: unknown): boolean {
  return (
    isRetriable(error) ||
    (["SPARK_FAILED", "SPARK_SESSION_LOST", "TRINO_FAILED", "STACK_DOWN"] as const).some((code) =>
      isStreambookError(error, code),
    )
  );
}

/** What is new in bronze comes into silver, and what has changed there into gold. @throws as {@link refreshSilver}, {@link refreshGold} and {@link makeViews} */
export async function tweetsRound({
  addresses,
  names = lakeNames(),
  logger = silentLogger,
  signal,
}: Pick<TweetsJobOptions, "addresses" | "names" | "logger" | "signal">): Promise<TweetsRound> {
  const began = performance.now();
  await using spark = await openLakeEngine(addresses, signal);
  await using s3 = await openLakeStore(addresses, signal);
  const options = { spark, s3, names, logger, signal };
  const [silver, gold] = [await refreshSilver(options), await refreshGold(options)];
  await makeViews(await openLakeSql(addresses, signal), names);
  return { silver, gold, seconds: (performance.now() - began) / 1000 };
}
