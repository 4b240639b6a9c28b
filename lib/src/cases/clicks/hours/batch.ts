/** One run of the hourly batch: which hours there are to do, and the doing of them, a day at once at most. */
import { isRetriable, isStreambookError, messageOf, StreambookError } from "../../../errors/index.ts";
import { plural } from "../../../format/index.ts";
import { Hdfs } from "../../../hdfs/index.ts";
import { ServiceRetry } from "../../../ingest/index.ts";
import { type Logger, silentLogger } from "../../../log/index.ts";
import type { SparkSession } from "../../../spark/index.ts";
import type { Addresses } from "../../../stack/index.ts";
import type { ReplacedTable } from "../../table/replaced-table.ts";
import { clicksNames, type ClicksNames, rawFolder } from "../names.ts";
import { replaceHours } from "./clean.ts";
import { openCleanTable } from "./clean-table.ts";
import { rawHours, type RawHour } from "./completeness.ts";
import { DoneHours, isStale } from "./done-hours.ts";
import { rawFiles } from "./raw-files.ts";

/** Options of {@link cleanHours}. */
export interface CleanHoursOptions {
  readonly addresses: Pick<Addresses, "webhdfs" | "hdfs" | "hive" | "spark">;
  /** @default those of the case */
  readonly names?: ClicksNames;
  /** These hours, as `2026-10-24T15`, complete or not, done before or not. @default those that are complete and not done */
  readonly hours?: readonly string[] | undefined;
  /** Seconds after which an hour does not wait any longer for partitions that have not passed its end. @default 600 */
  readonly timeLimit?: number | undefined;
  readonly logger?: Logger;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: { readonly done: number; readonly of: number }) => void;
}

/** An hour that was done. */
export interface DoneHour extends RawHour {
  /** Whether it was done before, of other files. */
  readonly again: boolean;
}

/** What a batch has done. */
export interface CleanHoursReport {
  readonly done: readonly DoneHour[];
  /** Hours that are not complete yet. */
  readonly waiting: readonly RawHour[];
  /** Hours that were asked for, and have no events. */
  readonly empty: readonly string[];
  /** Of the raw files that were read. */
  readonly bytes: number;
  readonly seconds: number;
}

/** Hours that are done by one job of Spark. */
const HOURS_AT_ONCE = 24;

/**
 * Makes the clean table's hours of the raw events that are there now. Killed at any moment and run again, it ends with the same table.
 * A service that goes away meanwhile is waited for, ten minutes at most.
 *
 * @throws UNREACHABLE; SPARK_FAILED or HIVE_FAILED when it fails twice at the same hours; USAGE
 */
export async function cleanHours(options: CleanHoursOptions): Promise<CleanHoursReport> {
  const began = performance.now();
  const { addresses, names = clicksNames(), logger = silentLogger, signal, onProgress } = options;
  using services = new ServiceRetry({ stopping: signal, logger });
  await using hdfs = new Hdfs({ address: addresses.webhdfs, signal });
  await using table = await services.try("opening the table", () => openCleanTable(names, addresses, signal));
  const plan = await services.try("listing the raw files", () => planned(hdfs, table, { ...options, names }));
  const done = new DoneHours(hdfs, names.folder);
  await using batch = new Batch({ ...options, names }, { services, table, logger });
  for (let from = 0; from < plan.toDo.length; from += HOURS_AT_ONCE) {
    const hours = plan.toDo.slice(from, from + HOURS_AT_ONCE);
    onProgress?.({ done: from, of: plan.toDo.length });
    await batch.replace(hours);
    for (const { hour, files } of hours) await services.try("noting an hour", () => done.add(hour, files));
  }
  const { toDo, waiting, empty } = plan;
  const bytes = toDo.flatMap(({ files }) => files).reduce((sum, file) => sum + file.bytes, 0);
  return { done: toDo, waiting, empty, bytes, seconds: (performance.now() - began) / 1000 };
}

/** What there is to do. */
interface Plan extends Pick<CleanHoursReport, "waiting" | "empty"> {
  readonly toDo: readonly DoneHour[];
}

async function planned(
  hdfs: Hdfs,
  table: ReplacedTable,
  { names, hours: asked, timeLimit = 600 }: CleanHoursOptions & { readonly names: ClicksNames },
): Promise<Plan> {
  const done = await new DoneHours(hdfs, names.folder).all();
  const inTable = new Set((await table.partitions()).map(({ date, hour }) => `${date}T${hour}`));
  const all = rawHours(await rawFiles(hdfs, names), { ...names, now: Date.now(), timeLimit: timeLimit * 1000 });
  const isToDo = ({ hour, files, complete }: RawHour): boolean =>
    asked === undefined
      ? complete !== undefined && (isStale(files, done.get(hour)) || !inTable.has(hour))
      : asked.includes(hour);
  return {
    toDo: all.filter(isToDo).map((hour) => ({ ...hour, again: done.has(hour.hour) && inTable.has(hour.hour) })),
    waiting: all.filter(({ complete }) => complete === undefined),
    empty: (asked ?? []).filter((hour) => !all.some((one) => one.hour === hour)),
  };
}

/** The jobs of a batch: in one session of Spark, or the next one when Spark was away. */
class Batch implements AsyncDisposable {
  readonly #options: CleanHoursOptions & { readonly names: ClicksNames };
  readonly #parts: { readonly services: ServiceRetry; readonly table: ReplacedTable; readonly logger: Logger };
  #session: SparkSession | undefined;

  constructor(
    options: CleanHoursOptions & { names: ClicksNames },
    parts: { services: ServiceRetry; table: ReplacedTable; logger: Logger },
  ) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Makes hours anew. What fails for another reason than that a service is away is tried once more: the reason may have been that. */
  async replace(hours: readonly RawHour[]): Promise<void> {
    const { services, logger } = this.#parts;
    const { signal } = this.#options;
    let hasFailed = false;
    await services.try(`making ${plural(hours.length, "hour")} clean`, async () => {
      try {
        await this.#replace(hours);
      } catch (error) {
        await this[Symbol.asyncDispose]();
        if (signal?.aborted === true || isRetriable(error) || hasFailed || !isOfEngine(error)) throw error;
        hasFailed = true;
        logger.warn(`${messageOf(error)}; it is tried once more`);
        throw new StreambookError("UNREACHABLE", messageOf(error), { cause: error });
      }
    });
  }

  async #replace(hours: readonly RawHour[]): Promise<void> {
    const { addresses, names, signal } = this.#options;
    const { openSpark } = await import("../../../spark/index.ts");
    const { spark: address } = addresses;
    if (address === undefined)
      throw new StreambookError("STACK_DOWN", "the batch needs Spark, which is not started", {
        hint: { start: ["spark"] },
      });
    this.#session ??= await openSpark({ address, signal });
    const files = hours.flatMap((one) => one.files);
    const places = { hdfs: addresses.hdfs, raw: rawFolder(names) };
    await replaceHours(this.#session, this.#parts.table, places, files, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close().catch(() => undefined); // it may be gone
  }
}

/** Errors that Spark and Hive give when a service behind them is away, as well as when a statement is wrong. */
export function isOfEngine(error: unknown): boolean {
  return isStreambookError(error, "SPARK_FAILED") || isStreambookError(error, "HIVE_FAILED");
}
